/// A rule in the form in which it is asked: what does not depend on the traffic is done.
struct CompiledRule: Sendable {
    /// All must hold; of each, one test.
    let conditions: [[Test]]

    struct Test: Sendable {
        let field: ChannelRule.Field
        let comparison: Comparison
    }

    enum Comparison: Sendable {
        case isThere(Bool)
        case equals(Set<String>)
        case contains([String])
        case startsWith([String])
        case endsWith([String])
        case patterns([Pattern])

        /// The comparison of an operator that takes values, which are in small letters.
        init(_ operator: ChannelRule.Operator, _ values: [String]) {
            self =
                switch `operator` {
                case .any: .isThere(true)
                case .absent: .isThere(false)
                case .equals: .equals(Set(values))
                case .contains: .contains(values)
                case .startsWith: .startsWith(values)
                case .endsWith: .endsWith(values)
                case .regex: .patterns([])
                }
        }

        func holds(for text: String) -> Bool {
            switch self {
            case .isThere(let isThere): !Placeholder.isOne(text) == isThere
            case .equals(let values): values.contains(text)
            case .contains(let values): values.contains { text.utf8.hasPart($0.utf8) }
            case .startsWith(let values): values.contains { text.utf8.starts(with: $0.utf8) }
            case .endsWith(let values):
                values.contains { text.utf8.reversed().starts(with: $0.utf8.reversed()) }
            case .patterns(let patterns): patterns.contains { $0.isFound(in: text) }
            }
        }
    }

    func matches(_ subject: some RuleSubject) -> Bool {
        conditions.allSatisfy { $0.contains { subject.fulfils($0) } }
    }
}

/// What rules look at.
protocol RuleSubject {
    /// Whether a test holds.
    func fulfils(_ test: CompiledRule.Test) -> Bool
}

/// Traffic as rules look at it: everything in small letters.
struct TrafficSubject: RuleSubject {
    private let traffic: TrafficSource
    private let campaign: String

    init(_ traffic: TrafficSource) {
        self.traffic = traffic
        campaign = traffic.campaign.inSmallLetters
    }

    func fulfils(_ test: CompiledRule.Test) -> Bool {
        guard test.field == .clickID else { return test.comparison.holds(for: text(test.field)) }
        if case .isThere(let isThere) = test.comparison {
            return traffic.clickIDs.isEmpty != isThere
        }
        return traffic.clickIDs.contains { test.comparison.holds(for: $0.parameter) }
    }

    private func text(_ field: ChannelRule.Field) -> String {
        switch field {
        case .source: traffic.source
        case .medium: traffic.medium
        case .campaign: campaign
        case .campaignID: tag(.id)
        case .term: tag(.term)
        case .content: tag(.content)
        case .referrer: traffic.referrer
        case .sourceCategory: traffic.category?.rawValue ?? ""
        case .clickID, .platform, .account, .adGroup, .column: ""
        }
    }

    private func tag(_ field: CampaignField) -> String {
        traffic.tags.meaning(of: field)?.inSmallLetters ?? ""
    }
}
