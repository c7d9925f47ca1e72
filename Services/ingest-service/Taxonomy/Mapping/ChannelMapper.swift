/// Says which channel traffic belongs to, by one version of a tenant's rules.
public struct ChannelMapper: Sendable {
    /// The rules.
    public let rules: RuleSet
    /// Which version of them.
    public let version: Int64

    /// A mapper.
    ///
    /// - Parameters:
    ///   - rules: the rules, GA4's among them if they are to be followed.
    ///   - version: what they are called; what is mapped carries it.
    public init(_ rules: RuleSet, version: Int64) {
        self.rules = rules
        self.version = version
    }

    /// The channel of some traffic.
    ///
    /// - Parameter traffic: where a visitor came from.
    /// - Returns: the channel, and how sure it is.
    public func map(_ traffic: TrafficSource) -> MappedChannel {
        let rule = rules.match(traffic)
        let isTagged = !traffic.grounds.isDisjoint(with: [.taggedSource, .taggedMedium])
        let validity = isTagged ? UTMReport.validity(of: traffic.tags) : 1
        return MappedChannel(
            channel: rule?.channel ?? DefaultChannelGroup.unassigned,
            rule: rule?.name,
            version: version,
            confidence: Confidence(traffic, isMatched: rule != nil, validity: validity)
        )
    }
}

/// A channel that was found for some traffic.
public struct MappedChannel: Hashable, Sendable {
    /// The channel; `unassigned` if no rule matches.
    public let channel: ChannelSlug
    /// The rule that says so; nil if none does.
    public let rule: String?
    /// Of which version the rules were.
    public let version: Int64
    /// How sure it is.
    public let confidence: Confidence

    /// Whether it counts as unknown: no rule, or too little evidence.
    public var isUnknown: Bool { rule == nil || confidence.value < Confidence.leastKnown }
}
