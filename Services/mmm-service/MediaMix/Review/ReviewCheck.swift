/// One thing that was looked at before a model is relied on.
public struct ReviewCheck: Sendable, Hashable {
    /// What was looked at.
    public let subject: Subject
    /// What came of it.
    public let status: Status
    /// What was found, in words with numbers, naming parameters, geos and periods.
    public let words: String
    /// What to do about it; nil if nothing is to be done.
    public let remedy: String?

    /// What is looked at.
    public enum Subject: String, Sendable, Hashable, CaseIterable {
        /// Whether chains agree, and are long enough.
        case convergence
        /// Whether there would be less than nothing without media.
        case negativeBaseline = "negative_baseline"
        /// Whether a medium is said to do more than can be believed.
        case implausibleReturn = "implausible_return"
        /// Whether the data have changed what was believed.
        case nothingLearnt = "nothing_learnt"
        /// Whether returns are told exactly enough to act on.
        case highVariance = "high_variance"
        /// Whether the model would have given such an outcome in all.
        case posteriorPredictive = "posterior_predictive"
        /// Whether it tells the outcome of the periods that it was fitted to.
        case fit
        /// Whether it tells the outcome of periods that were held out.
        case holdout
        /// Whether its predictions are as sure as they should be.
        case coverage
        /// Whether it hangs on a few periods.
        case influentialPeriods = "influential_periods"
        /// Whether what it leaves over has a pattern.
        case autocorrelation
        /// Whether it agrees with experiments.
        case calibration
    }

    /// What comes of a check.
    public enum Status: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Nothing was found.
        case pass
        /// Something is to be looked at.
        case review
        /// The model is not to be relied on.
        case fail

        /// Whether a status weighs less than another.
        ///
        /// - Parameters:
        ///   - one: a status.
        ///   - other: another.
        /// - Returns: whether the first weighs less.
        public static func < (one: Self, other: Self) -> Bool {
            Self.allCases.firstIndex(of: one) ?? 0 < Self.allCases.firstIndex(of: other) ?? 0
        }
    }

    init(_ subject: Subject, _ status: Status, _ words: String, remedy: String? = nil) {
        self.subject = subject
        self.status = status
        self.words = words
        self.remedy = status == .pass ? nil : remedy
    }
}

extension ReviewCheck.Status {
    /// The status of a number that should be small.
    init(_ value: Double, review: Double, fail: Double) {
        self = value >= fail || value.isNaN ? .fail : value >= review ? .review : .pass
    }

    /// The status of a number that may be up to a limit.
    init(_ value: Double, _ limits: (warns: Double, fails: Double)) {
        self = !(value <= limits.fails) ? .fail : value > limits.warns ? .review : .pass
    }
}
