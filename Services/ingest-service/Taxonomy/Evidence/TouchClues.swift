/// All that is known of how a visitor came, before anything is concluded.
public struct TouchClues: Hashable, Sendable {
    /// What the sender says of the campaign, as `context.campaign` of an SDK.
    public var tags = CampaignTags()
    /// The address of the page that was opened.
    public var page: String?
    /// The address of the page before; empty if the browser says that there is none, nil if nobody
    /// knows.
    public var referrer: String?
    /// Click ids that the sender names by themselves; those of the page's address are found there.
    public var clickIDs: Set<ClickID> = []

    /// Nothing known.
    public init() {}
}
