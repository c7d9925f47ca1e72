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
        var terms = [Self.evidence(traffic)]
        if traffic.grounds.contains(.conflict) { terms.append(Term(name: "conflict", factor: 0.9)) }
        // A link that was passed on has the tags and ids of another's way, and no page before.
        if !traffic.grounds.isEmpty, !traffic.hasReferrer {
            terms.append(Term(name: "no_referrer", factor: 0.85))
        }
        if validity < 1 { terms.append(Term(name: "tags", factor: validity)) }
        if !isMatched { terms.append(Term(name: "no_rule", factor: 0.3)) }
        self.terms = terms
    }

    private static func evidence(_ traffic: TrafficSource) -> Term {
        let grounds = traffic.grounds
        let tagged = grounds.intersection([.taggedSource, .taggedMedium])
        let isTagged = tagged == [.taggedSource, .taggedMedium]
        if grounds.contains(.paidClick) {
            return isTagged
                ? Term(name: "paid_click_and_tags", factor: 1)
                : Term(name: "paid_click", factor: 0.95)
        }
        if isTagged { return Term(name: "tags_of_source_and_medium", factor: 0.95) }
        if tagged == .taggedSource { return Term(name: "tag_of_source", factor: 0.4) }
        if tagged == .taggedMedium { return Term(name: "tag_of_medium", factor: 0.65) }
        if grounds.contains(.freeClick) { return Term(name: "click", factor: 0.7) }
        if grounds.contains(.referrer) {
            return traffic.category != nil
                ? Term(name: "known_referrer", factor: 0.9) : Term(name: "referrer", factor: 0.8)
        }
        return Term(name: "no_evidence", factor: 0.5)
    }
}
