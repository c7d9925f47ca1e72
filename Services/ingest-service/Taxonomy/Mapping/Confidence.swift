/// How sure a channel is, from 0 to 1: the weight of the evidence it rests on, times the validity
/// of the tags, times a factor for evidence that contradicts itself.
///
/// It is a stated rule and no probability: of two touches the one with the higher confidence should
/// be the more often mapped rightly, which is tested on simulated traffic whose channel is known.
public struct Confidence: Hashable, Sendable {
    /// A factor and why it is there.
    public struct Term: Hashable, Sendable {
        /// What it stands for, as `paid_click_and_tags`.
        public let name: String
        /// From 0 to 1.
        public let factor: Double
    }

    /// The factors.
    public let terms: [Term]

    /// Their product.
    public var value: Double { terms.reduce(1) { $0 * $1.factor } }

    /// Below it a channel counts as unknown.
    public static let leastKnown = 0.5

    /// The confidence in the channel of some traffic.
    ///
    /// - Parameters:
    ///   - traffic: where a visitor came from.
    ///   - isMatched: whether a rule matches.
    ///   - validity: that of the tags, as ``UTMReport/validity``; 1 without tags.
    init(_ traffic: TrafficSource, isMatched: Bool, validity: Double) {
        var terms = [Weight.evidence(traffic).term]
        if traffic.grounds.contains(.conflict) { terms.append(Weight.conflict.term) }
        // A link that was passed on has the tags and ids of another's way, and no page before.
        if !traffic.grounds.isEmpty, !traffic.hasReferrer {
            terms.append(Weight.noReferrer.term)
        }
        if validity < 1 { terms.append(Term(name: "tags", factor: validity)) }
        if !isMatched { terms.append(Weight.noRule.term) }
        self.terms = terms
    }
}

extension Confidence {
    /// What a confidence may be made of, beside the validity of tags.
    public enum Weight: String, CaseIterable, Sendable {
        case paidClickAndTags = "paid_click_and_tags"
        case paidClick = "paid_click"
        case tagsOfSourceAndMedium = "tags_of_source_and_medium"
        case tagOfSource = "tag_of_source"
        case tagOfMedium = "tag_of_medium"
        case click
        case knownReferrer = "known_referrer"
        case referrer
        case noEvidence = "no_evidence"
        case conflict
        case noReferrer = "no_referrer"
        case noRule = "no_rule"

        /// The factor, with its name.
        public var term: Term { Term(name: rawValue, factor: factor) }

        private var factor: Double {
            switch self {
            case .paidClickAndTags: 1
            case .paidClick, .tagsOfSourceAndMedium: 0.95
            case .knownReferrer, .conflict: 0.9
            case .noReferrer: 0.85
            case .referrer: 0.8
            case .click: 0.7
            case .tagOfMedium: 0.65
            case .noEvidence: 0.5
            case .tagOfSource: 0.4
            case .noRule: 0.3
            }
        }

        /// When a confidence has it, for people.
        public var meaning: String {
            switch self {
            case .paidClickAndTags: "evidence: an id that only paid clicks have, and both tags"
            case .paidClick: "evidence: an id that only paid clicks have"
            case .tagsOfSourceAndMedium: "evidence: tags of the source and the medium"
            case .tagOfSource: "evidence: a tag of the source alone"
            case .tagOfMedium: "evidence: a tag of the medium alone"
            case .click: "evidence: an id that other clicks have too"
            case .knownReferrer: "evidence: another site, whose kind is known"
            case .referrer: "evidence: another site"
            case .noEvidence: "evidence: none"
            case .conflict: "the tags and the id of the click contradict each other"
            case .noReferrer: "there is evidence, and no page before: the link may be passed on"
            case .noRule: "no rule matches"
            }
        }

        /// The weight of what a source was concluded from.
        fileprivate static func evidence(_ traffic: TrafficSource) -> Weight {
            let grounds = traffic.grounds
            let tagged = grounds.intersection([.taggedSource, .taggedMedium])
            let isTagged = tagged == [.taggedSource, .taggedMedium]
            if grounds.contains(.paidClick) { return isTagged ? .paidClickAndTags : .paidClick }
            if isTagged { return .tagsOfSourceAndMedium }
            if tagged == .taggedSource { return .tagOfSource }
            if tagged == .taggedMedium { return .tagOfMedium }
            if grounds.contains(.freeClick) { return .click }
            if grounds.contains(.referrer) {
                return traffic.category != nil ? .knownReferrer : .referrer
            }
            return .noEvidence
        }
    }

    /// How confidences are reckoned, in words.
    public static let formula = """
        confidence of a touch = evidence x conflict x no_referrer x tags x no_rule: one factor for \
        its evidence, and each of the others where it applies; tags = the product of the factors \
        of what is wrong with them. Below \(leastKnown) a touch counts as unknown
        """
}
