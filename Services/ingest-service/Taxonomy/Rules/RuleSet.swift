/// Rules that are checked and can be asked: the first that matches says the channel.
///
/// Any number of threads may ask at once.
public struct RuleSet: Sendable {
    /// The rules in the order in which they are asked, those that are not enabled included.
    public let rules: [ChannelRule]

    private let compiled: [(index: Int, rule: CompiledRule)]

    /// How many rules a set may have.
    public static let mostRules = 500
    /// How many conditions a rule may have, and how many tests a condition.
    public static let mostConditions = 20
    /// How many values a test may have.
    public static let mostValues = 1_000
    /// How many expressions all rules may have: each takes up to 128 KiB.
    public static let mostPatterns = 200
    /// How many bytes a name or a value may have.
    public static let mostBytes = 200

    /// What the rules of a set are about.
    public enum Subject: Sendable {
        case visits, spend

        /// What can be looked at.
        public var fields: [ChannelRule.Field] {
            switch self {
            case .visits:
                [
                    .source, .medium, .campaign, .term, .content, .campaignID, .referrer, .clickID,
                    .sourceCategory,
                ]
            case .spend: [.platform, .account, .campaign, .adGroup, .column]
            }
        }
    }

    /// Checks rules.
    ///
    /// - Parameters:
    ///   - rules: in any order; those of one priority are asked as they stand here.
    ///   - subject: what they are about.
    /// - Throws: ``RuleFaults`` that names each fault and its place.
    public init(_ rules: [ChannelRule], of subject: Subject = .visits) throws(RuleFaults) {
        var checker = RuleChecker(subject)
        let compiled = checker.compile(rules)
        guard checker.faults.isEmpty else { throw RuleFaults(checker.faults) }
        let order = rules.indices.sorted { left, right in
            (rules[left].priority, left) < (rules[right].priority, right)
        }
        self.rules = order.map { rules[$0] }
        self.compiled = order.enumerated().compactMap { place, index in
            rules[index].isEnabled ? (place, compiled[index]) : nil
        }
    }

    /// The rule that traffic falls under.
    ///
    /// - Parameter traffic: where a visitor came from.
    /// - Returns: the first that matches; nil if none does.
    /// - Complexity: linear in the rules and in the length of what they look at.
    public func match(_ traffic: TrafficSource) -> ChannelRule? {
        first(for: TrafficSubject(traffic))
    }

    /// The rule that spend falls under.
    ///
    /// - Parameter spend: what is known of it.
    /// - Returns: the first that matches; nil if none does.
    /// - Complexity: linear in the rules and in the length of what they look at.
    public func match(_ spend: SpendClues) -> ChannelRule? {
        first(for: SpendSubject(spend))
    }

    /// Whether rules look for the source of some traffic, and for its medium, each by itself.
    ///
    /// - Parameter traffic: where a visitor came from.
    /// - Returns: whether a test of a rule that is asked holds that names either.
    func looks(for traffic: TrafficSource) -> (source: Bool, medium: Bool) {
        let subject = TrafficSubject(traffic)
        func isLookedFor(by fields: Set<ChannelRule.Field>) -> Bool {
            compiled.contains { rule in
                rule.rule.conditions.joined().contains { test in
                    // That something is there, or is not, names nothing.
                    if case .isThere = test.comparison { return false }
                    return fields.contains(test.field) && subject.fulfils(test)
                }
            }
        }
        return (isLookedFor(by: [.source, .sourceCategory]), isLookedFor(by: [.medium]))
    }

    private func first(for subject: some RuleSubject) -> ChannelRule? {
        compiled.first { $0.rule.matches(subject) }.map { rules[$0.index] }
    }
}

/// What is wrong with a set of rules.
public struct RuleFaults: Error, Hashable, CustomStringConvertible {
    /// A fault and where it is.
    public struct Fault: Hashable, Sendable {
        /// The place, as `rules[3].conditions[0].tests[1].values[0]`.
        public let field: String
        /// What is wrong, and what would be right.
        public let reason: String
    }

    /// At least one; the first hundred at most.
    public let faults: [Fault]

    init(_ faults: [Fault]) { self.faults = Array(faults.prefix(100)) }

    /// All of them in words.
    public var description: String {
        faults.map { "\($0.field): \($0.reason)" }.joined(separator: "; ")
    }
}
