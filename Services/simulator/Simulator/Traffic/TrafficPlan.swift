/// How visits of a channel come in: how many of all, and what their traces look like.
struct TrafficPlan: Sendable {
    /// The slug of the channel.
    let channel: String
    /// Its part of all visits.
    let share: Double
    /// How its links are made; one of them for each visit.
    let links: [Link]
    /// Pages that its visitors come from; one of them for each visit, empty for none.
    let referrers: [String]
    /// How often its links carry no tags.
    let untagged: Double

    /// A link, before anything goes wrong with it.
    struct Link: Sendable {
        let source: String
        let medium: String
        /// The parameter that the network adds to a click; empty for none.
        var clickID = ""

        /// A link with tags, and what the network adds.
        init(_ source: String, _ medium: String, adding clickID: String = "") {
            (self.source, self.medium, self.clickID) = (source, medium, clickID)
        }
    }

    /// The traffic of a shop that advertises widely.
    static let shop: [TrafficPlan] = [
        TrafficPlan(
            channel: "paid_search",
            share: 0.2,
            links: [
                Link("google", "cpc", adding: "gclid"), Link("google", "cpc", adding: "gclid"),
                Link("google", "cpc", adding: "gbraid"), Link("bing", "cpc", adding: "msclkid"),
            ],
            referrers: ["https://www.google.com/", "https://www.bing.com/"],
            untagged: 0.3
        ),
        TrafficPlan(
            channel: "paid_social",
            share: 0.16,
            links: [
                Link("facebook", "paid_social", adding: "fbclid"),
                Link("instagram", "cpc", adding: "fbclid"), Link("tiktok", "cpc", adding: "ttclid"),
                Link("linkedin", "paid", adding: "li_fat_id"),
            ],
            referrers: ["https://l.facebook.com/", "https://l.instagram.com/", ""],
            untagged: 0.08
        ),
        TrafficPlan(
            channel: "organic_search",
            share: 0.18,
            links: [],
            referrers: [
                "https://www.google.com/", "https://www.google.de/", "https://duckduckgo.com/",
                "https://www.bing.com/",
            ],
            untagged: 1
        ),
        TrafficPlan(
            channel: "organic_social",
            share: 0.06,
            links: [Link("facebook", "social", adding: "fbclid"), Link("linkedin", "social")],
            referrers: ["https://t.co/x", "https://m.facebook.com/", "https://www.reddit.com/"],
            untagged: 0.6
        ),
        TrafficPlan(
            channel: "email",
            share: 0.12,
            links: [Link("newsletter", "email", adding: "mc_cid"), Link("crm", "email")],
            referrers: ["", "https://mail.google.com/", "https://outlook.live.com/"],
            untagged: 0.06
        ),
        TrafficPlan(
            channel: "affiliates",
            share: 0.06,
            links: [
                Link("impact", "affiliate", adding: "irclickid"),
                Link("awin", "affiliate", adding: "awc"), Link("couponsite", "affiliate"),
            ],
            referrers: ["https://coupons.example/", "https://blog.example/"],
            untagged: 0.1
        ),
        TrafficPlan(
            channel: "display",
            share: 0.05,
            links: [Link("criteo", "display"), Link("google", "display", adding: "dclid")],
            referrers: ["https://news.example/", ""],
            untagged: 0.05
        ),
        TrafficPlan(
            channel: "referral",
            share: 0.05,
            links: [],
            referrers: ["https://blog.example/review", "https://forum.example/t/1"],
            untagged: 1
        ),
        TrafficPlan(channel: "direct", share: 0.12, links: [], referrers: [""], untagged: 1),
    ]

    /// The traffic that more advertising brings.
    static let others: [TrafficPlan] = [
        TrafficPlan(
            channel: "paid_video",
            share: 0,
            links: [Link("youtube", "paid_video")],
            referrers: ["https://www.youtube.com/", ""],
            untagged: 0.08
        ),
        TrafficPlan(
            channel: "paid_shopping",
            share: 0,
            links: [
                Link("google", "cpc", adding: "gclid"), Link("bing", "cpc", adding: "msclkid"),
            ],
            referrers: ["https://www.google.com/", "https://www.bing.com/"],
            untagged: 0.1
        ),
    ]
}
