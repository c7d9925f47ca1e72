internal import Messages

/// How a rule fares from day to day: what has broken it on how many days in a row.
struct RuleStreaks: Sendable {
    let rule: QualityRule
    private var lengths: [String: Int] = [:]
    private var day: Int32?
    /// What the last day's metrics say, by their subjects.
    private(set) var looks: [String: Look] = [:]

    /// What a snapshot says of something.
    enum Look: Sendable, Hashable {
        /// It breaks the rule.
        case broken(IngestV1.QualityMetric)
        /// It keeps it.
        case kept
    }

    init(_ rule: QualityRule) { self.rule = rule }

    /// The metrics that break the rule on the last day, in the order of their subjects.
    var broken: [IngestV1.QualityMetric] {
        looks.sorted { $0.key < $1.key }.compactMap { _, look in
            if case .broken(let metric) = look { metric } else { nil }
        }
    }

    /// Goes on with a later day.
    ///
    /// - Parameters:
    ///   - metrics: what was measured of it.
    ///   - day: which; one that does not follow the last begins anew.
    mutating func go(on metrics: [IngestV1.QualityMetric], of day: Int32) {
        if self.day != day - 1 { lengths = [:] }
        self.day = day
        var next: [String: Int] = [:]
        looks = [:]
        for metric in metrics {
            guard let isBroken = rule.isBroken(by: metric) else { continue }
            let subject = metric.subject
            let length = isBroken ? (lengths[subject] ?? 0) + 1 : 0
            next[subject] = length
            looks[subject] = length >= rule.window ? .broken(metric) : .kept
        }
        lengths = next
    }
}
