/// Where a visitor came from, as concluded from what is known, and on what grounds.
///
/// Tags come first, as GA4 has it; an id that only paid clicks have outweighs tags that deny it;
/// the referrer counts if there is neither.
public struct TrafficSource: Hashable, Sendable {
    /// In small letters; `(direct)` if nothing is known.
    public let source: String
    /// In small letters; `(none)` if nothing is known, empty if only the medium is not.
    public let medium: String
    /// What the campaign is called, as it is written; empty if it is not known.
    public let campaign: String
    /// Which of several ads, as it is written; empty if it is not known.
    public let content: String
    /// The id of the campaign, its term and its content, as they are written.
    public let tags: CampaignTags
    /// What kind of site the source is.
    public let category: SourceCategory?
    /// The host that the visitor came from, in small letters; empty if it is not known.
    public let referrer: String
    /// Whether there was a page before, be it one of the tenant's own; true also if nobody knows.
    public let hasReferrer: Bool
    /// What ids of clicks there are.
    public let clickIDs: [ClickID]
    /// The ids of clicks in the page's address with their values, as `gclid=x`: they tell one click
    /// from another.
    public let clicks: [String]
    /// What it was concluded from.
    public let grounds: Grounds

    /// The source where nothing is known; no tag is taken for it.
    public static let nowhere = "(direct)"

    /// What a source was concluded from.
    public struct Grounds: OptionSet, Hashable, Sendable {
        /// A bit for each.
        public let rawValue: UInt8
        /// Those whose bits are set.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A tag names the source.
        public static let taggedSource = Grounds(rawValue: 1)
        /// A tag names the medium.
        public static let taggedMedium = Grounds(rawValue: 2)
        /// A click has an id that only paid clicks have.
        public static let paidClick = Grounds(rawValue: 4)
        /// A click has an id that other clicks have too.
        public static let freeClick = Grounds(rawValue: 8)
        /// The visitor came from another site.
        public static let referrer = Grounds(rawValue: 16)
        /// The tags and the id of the click contradict each other.
        public static let conflict = Grounds(rawValue: 32)
    }

    /// Concludes where a visitor came from.
    ///
    /// - Parameters:
    ///   - clues: what is known.
    ///   - ownHosts: hosts of the tenant beside that of the page, in small letters.
    public init(_ clues: TouchClues, ownHosts: Set<String> = []) {
        let page = WebAddress(clues.page ?? "")
        let tags = clues.tags.filled(from: CampaignTags(page))
        let from = clues.referrer.flatMap {
            Referrer($0, pageHost: page.host, ownHosts: ownHosts)
        }
        clickIDs = ClickID.ids(of: page, and: clues.clickIDs)
        clicks = clickIDs.compactMap { id in
            page.value(of: id.parameter).map { "\(id.parameter)=\($0)" }
        }
        let click = clickIDs.first?.meaning
        let tagged = Conclusion(
            source: tags.meaning(of: .source)?.inSmallLetters,
            medium: tags.meaning(of: .medium)?.inSmallLetters
        )
        let conclusion = tagged.joined(click, from)
        source = conclusion.source ?? (conclusion.grounds.isEmpty ? Self.nowhere : "")
        medium = conclusion.medium ?? (conclusion.grounds.isEmpty ? "(none)" : "")
        category = conclusion.category
        campaign = tags.meaning(of: .campaign) ?? ""
        content = tags.meaning(of: .content) ?? ""
        self.tags = tags
        referrer = from?.source ?? ""
        hasReferrer = clues.referrer != ""
        grounds = conclusion.grounds
    }
}

/// A source and a medium while they are put together.
private struct Conclusion {
    var source: String?
    var medium: String?
    var category: SourceCategory?
    var grounds: TrafficSource.Grounds = []

    /// What tags say.
    init(source: String?, medium: String?) {
        (self.source, self.medium) = (source, medium)
        if source != nil { grounds.insert(.taggedSource) }
        if medium != nil { grounds.insert(.taggedMedium) }
    }

    /// With what the id of a click and the referrer say.
    func joined(_ click: ClickID.Meaning?, _ referrer: Referrer?) -> Conclusion {
        var joined = self
        if let click { joined.take(click) }
        joined.category = joined.source.flatMap { SourceCategory.of(source: $0) }
        guard let referrer else { return joined }
        joined.grounds.insert(.referrer)
        // Without a source of its own a tagged medium stands, as GA4 has it.
        if joined.source == nil {
            joined.source = referrer.source
            joined.category = referrer.category
            if joined.medium == nil { joined.medium = referrer.medium }
        }
        return joined
    }

    private mutating func take(_ click: ClickID.Meaning) {
        grounds.insert(click.isPaid ? .paidClick : .freeClick)
        let agrees = source.map { $0 == click.source || click.aliases.contains($0) }
        guard click.isPaid else {
            if source == nil { source = click.source }
            if medium == nil, agrees ?? true { medium = click.medium }
            return
        }
        if agrees == false, !click.aliases.isEmpty {
            grounds.insert(.conflict)
            source = click.source
        } else if source == nil {
            source = click.source
        }
        if let medium, !Self.isPaid(medium) {
            grounds.insert(.conflict)
            self.medium = click.medium
        } else if medium == nil {
            medium = click.medium
        }
    }

    /// Whether a medium says that someone paid; what it says beyond that no id contradicts.
    private static func isPaid(_ medium: String) -> Bool {
        DefaultChannelGroup.isPaid(medium) || DefaultChannelGroup.displayMedia.contains(medium)
            || ["affiliate", "affiliates", "video", "audio", "social_paid"].contains(medium)
    }
}
