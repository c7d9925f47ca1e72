/// What is known of spend that says where it belongs.
public struct SpendClues: Hashable, Sendable {
    /// Where the money was spent, as `google_ads`.
    public var platform: String
    /// The account there.
    public var account: String
    /// What the campaign is called.
    public var campaign: String
    /// What the ad group is called.
    public var adGroup: String
    /// The column of a file that has one for each channel.
    public var column: String

    /// Clues; each is empty if it is not known.
    public init(
        platform: String = "",
        account: String = "",
        campaign: String = "",
        adGroup: String = "",
        column: String = ""
    ) {
        self.platform = platform
        self.account = account
        self.campaign = campaign
        self.adGroup = adGroup
        self.column = column
    }
}

/// Spend as rules look at it: everything in small letters.
struct SpendSubject: RuleSubject {
    private let platform: String
    private let account: String
    private let campaign: String
    private let adGroup: String
    private let column: String

    init(_ spend: SpendClues) {
        platform = spend.platform.inSmallLetters
        account = spend.account.inSmallLetters
        campaign = spend.campaign.inSmallLetters
        adGroup = spend.adGroup.inSmallLetters
        column = spend.column.inSmallLetters
    }

    func fulfils(_ test: CompiledRule.Test) -> Bool {
        switch test.field {
        case .platform: test.comparison.holds(for: platform)
        case .account: test.comparison.holds(for: account)
        case .campaign: test.comparison.holds(for: campaign)
        case .adGroup: test.comparison.holds(for: adGroup)
        case .column: test.comparison.holds(for: column)
        case .source, .medium, .term, .content, .campaignID, .referrer, .clickID, .sourceCategory:
            false
        }
    }
}
