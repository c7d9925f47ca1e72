/// Why the channel of a touch is unknown, so that someone can do something about it.
public enum UnknownCause: String, CaseIterable, Sendable {
    /// Older rules have mapped it: those in force know where it belongs.
    case outdatedRules
    /// The address of the page, or of the page before, cannot be read, and nothing else is known.
    case unreadableAddress
    /// Nothing is known of how the visitor came.
    case noEvidence
    /// A tag of the source or the medium is a macro, or stands for a missing value.
    case unfilledTag
    /// A tag names the medium, and nothing the source.
    case missingSource
    /// A tag names the source, and nothing the medium.
    case missingMedium
    /// No rule looks for the medium.
    case unknownMedium
    /// Rules look for the medium, but none for the source.
    case unknownSource
    /// Rules look for both, but none takes the two together.
    case ruleGap
    /// A rule says where it belongs, but the evidence is too weak.
    case weakEvidence

    /// The first cause that applies to a touch that is stored as unknown.
    ///
    /// - Parameters:
    ///   - clues: what is known of the visit; nil if nothing is.
    ///   - mapper: the rules in force.
    public init(_ clues: TouchClues?, by mapper: ChannelMapper) {
        guard let clues else {
            self = .noEvidence
            return
        }
        let traffic = TrafficSource(clues)
        let mapped = mapper.map(traffic)
        if !mapped.isUnknown {
            self = .outdatedRules
        } else if let cause = Self.ofEvidence(traffic, clues) {
            self = cause
        } else if mapped.rule == nil {
            self = Self.ofRules(mapper.rules.looks(for: traffic))
        } else {
            self = .weakEvidence
        }
    }

    private static func ofEvidence(_ traffic: TrafficSource, _ clues: TouchClues) -> UnknownCause? {
        for field in [CampaignField.source, .medium] {
            let text = traffic.tags[field]?.trimmed ?? ""
            if !text.isEmpty, Placeholder.isOne(text) { return .unfilledTag }
        }
        if traffic.grounds.isEmpty {
            let addresses = [clues.page, clues.referrer].compactMap(\.self)
            let isUnreadable = addresses.contains { !$0.isEmpty && WebAddress($0).host.isEmpty }
            return isUnreadable ? .unreadableAddress : .noEvidence
        }
        let tagged = traffic.grounds.intersection([.taggedSource, .taggedMedium])
        if tagged == .taggedMedium { return .missingSource }
        return tagged == .taggedSource ? .missingMedium : nil
    }

    private static func ofRules(_ looks: (source: Bool, medium: Bool)) -> UnknownCause {
        if !looks.medium { return .unknownMedium }
        return looks.source ? .ruleGap : .unknownSource
    }

    /// What to do about it.
    public var advice: String {
        switch self {
        case .outdatedRules:
            "map history anew: POST /v1/taxonomy:remapHistory"
        case .unreadableAddress:
            "send page_url and referrer whole, as the browser has them: https://shop.example/?a=b"
        case .noEvidence:
            "send the visit with the event: page_url and referrer, or the tags"
        case .unfilledTag:
            "have the ad platform fill in its macros, and leave out tags that say nothing"
        case .missingSource:
            "tag the links with utm_source too; POST /v1/taxonomy:validateUtm says how"
        case .missingMedium:
            "tag the links with utm_medium too; POST /v1/taxonomy:validateUtm says how"
        case .unknownMedium:
            "write utm_medium as the rules have it, or put a rule that looks for it"
        case .unknownSource:
            "put a rule that looks for the source"
        case .ruleGap:
            "put a rule that takes the source and the medium together"
        case .weakEvidence:
            "mend the tags: the findings of POST /v1/taxonomy:validateUtm cost it its confidence"
        }
    }
}
