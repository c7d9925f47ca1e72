/// GA4's default channel group: eighteen rules, and `unassigned` for what none of them matches.
///
/// Source: the vendor's help page on default channel groups; its regular expressions and the order
/// of its rules are as published. Where the page says "equals" and others read "contains" (email),
/// the page is followed.
public enum DefaultChannelGroup {
    /// Where traffic belongs that no rule matches.
    public static let unassigned = ChannelSlug(known: "unassigned")
    /// Where traffic belongs that nothing is known of.
    public static let direct = ChannelSlug(known: "direct")

    /// Whether a medium in small letters says that someone paid: the rules' expression by hand.
    static func isPaid(_ medium: String) -> Bool {
        medium.utf8.hasPart("cp".utf8) || medium == "ppc" || medium == "retargeting"
            || medium.utf8.starts(with: "paid".utf8)
    }

    static let displayMedia = ["display", "banner", "expandable", "interstitial", "cpm"]

    static let paid = "^(.*cp.*|ppc|retargeting|paid.*)$"
    private static let shoppingCampaign = "^(.*(([^a-df-z]|^)shop|shopping).*)$"
    private static let socialMedia = [
        "social", "social-network", "social-media", "sm", "social network", "social media",
    ]
    private static let mail = ["email", "e-mail", "e_mail", "e mail"]

    /// The rules in the order of the published table; their priorities are 1,001 and up, so that a
    /// tenant's own come before.
    public static let rules: [ChannelRule] = [
        rule("Direct", "direct", [[source("(direct)")], [medium("(not set)", "(none)")]]),
        rule(
            "Cross-network",
            "cross_network",
            [[.init(.campaign, .contains, ["cross-network"])]]
        ),
        rule("Paid Shopping", "paid_shopping", [shopping, isPaid]),
        rule("Paid Search", "paid_search", [[isOf(.search)], isPaid]),
        rule("Paid Social", "paid_social", [[isOf(.social)], isPaid]),
        rule("Paid Video", "paid_video", [[isOf(.video)], isPaid]),
        rule("Display", "display", [[.init(.medium, .equals, displayMedia)]]),
        rule("Paid Other", "paid_other", [isPaid]),
        rule("Organic Shopping", "organic_shopping", [shopping]),
        rule(
            "Organic Social",
            "organic_social",
            [[isOf(.social), .init(.medium, .equals, socialMedia)]]
        ),
        rule(
            "Organic Video",
            "organic_video",
            [[isOf(.video), .init(.medium, .regex, ["^(.*video.*)$"])]]
        ),
        rule("Organic Search", "organic_search", [[isOf(.search), medium("organic")]]),
        rule("Referral", "referral", [[medium("referral", "app", "link")]]),
        rule(
            "Email",
            "email",
            [[.init(.source, .equals, mail), .init(.medium, .equals, mail)]]
        ),
        rule("Affiliates", "affiliates", [[medium("affiliate")]]),
        rule("Audio", "audio", [[medium("audio")]]),
        rule("SMS", "sms", [[source("sms"), medium("sms")]]),
        rule(
            "Mobile Push Notifications",
            "mobile_push_notifications",
            [
                [
                    .init(.medium, .endsWith, ["push"]),
                    .init(.medium, .contains, ["mobile", "notification"]), source("firebase"),
                ]
            ]
        ),
    ].enumerated().map { index, rule in
        var rule = rule
        rule.priority = 1_001 + index
        return rule
    }

    private static let isPaid = [ChannelRule.Test(.medium, .regex, [paid])]
    private static let shopping = [
        isOf(.shopping), ChannelRule.Test(.campaign, .regex, [shoppingCampaign]),
    ]

    private static func rule(
        _ name: String,
        _ channel: StaticString,
        _ conditions: [[ChannelRule.Test]]
    ) -> ChannelRule {
        ChannelRule(
            name,
            channel: ChannelSlug(known: channel),
            conditions: conditions.map { ChannelRule.Condition($0) }
        )
    }

    private static func isOf(_ category: SourceCategory) -> ChannelRule.Test {
        .init(.sourceCategory, .equals, [category.rawValue])
    }

    private static func source(_ value: String) -> ChannelRule.Test {
        .init(.source, .equals, [value])
    }

    private static func medium(_ values: String...) -> ChannelRule.Test {
        .init(.medium, .equals, values)
    }
}
