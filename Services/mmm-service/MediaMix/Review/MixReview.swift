internal import Panels

/// Whether a model can be relied on, in words.
public struct MixReview: Sendable {
    /// What was looked at, in the order of ``ReviewCheck/Subject``; what there is none of is left
    /// out.
    public let checks: [ReviewCheck]

    /// The worst of all checks.
    public var status: ReviewCheck.Status { checks.map(\.status).max() ?? .pass }

    /// Looks at a fit.
    ///
    /// - Parameters:
    ///   - fit: a model with its draws.
    ///   - results: what it says.
    ///   - divergences: how many of the kept draws diverged; nil if it was not sampled by chains
    ///     that can.
    public init(_ fit: MixFit, _ results: MixResults, divergences: Int?) {
        let subject = Subject(fit: fit, results: results, divergences: divergences)
        checks = [
            subject.convergence(), subject.negativeBaseline(), subject.implausibleReturn(),
            subject.nothingLearnt(), subject.highVariance(), subject.posteriorPredictive(),
            subject.goodnessOfFit(), subject.holdout(), subject.coverage(),
            subject.influentialPeriods(), subject.autocorrelation(), subject.calibration(),
        ].compactMap { $0 }
    }

    /// What is looked at.
    struct Subject {
        let fit: MixFit
        let results: MixResults
        let divergences: Int?

        var model: MediaMixModel { fit.model }
        var panel: Panel { fit.model.panel }
    }

    /// The verdict, in a sentence or two.
    public var verdict: String {
        func names(_ status: ReviewCheck.Status) -> String {
            Figure.list(checks.filter { $0.status == status }.map(\.subject.title), most: 12)
        }
        let passed = checks.count { $0.status == .pass }
        switch status {
        case .pass:
            return "Nothing speaks against this model: all \(checks.count) checks passed."
        case .review:
            return "Use this model with care, and look at \(names(.review)) first: "
                + "\(passed) of \(checks.count) checks passed."
        case .fail:
            let rest =
                checks.contains { $0.status == .review }
                ? " Look at \(names(.review)) too." : ""
            return "Do not rely on this model: \(names(.fail)) failed.\(rest)"
        }
    }
}

extension ReviewCheck.Subject {
    /// What it is called in a sentence.
    public var title: String {
        switch self {
        case .convergence: "convergence"
        case .negativeBaseline: "the baseline"
        case .implausibleReturn: "the size of returns"
        case .nothingLearnt: "what was learnt"
        case .highVariance: "how exact returns are"
        case .posteriorPredictive: "the outcome in all"
        case .fit: "the fit"
        case .holdout: "held-out periods"
        case .coverage: "how sure predictions are"
        case .influentialPeriods: "influential periods"
        case .autocorrelation: "patterns in what is left over"
        case .calibration: "experiments"
        }
    }
}
