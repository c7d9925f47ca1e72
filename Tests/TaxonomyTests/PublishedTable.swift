import Testing

@testable import Taxonomy

/// The published table of the default channel group as a chain of questions: slow and obvious, with
/// the expressions as they are published and another engine to match them.
enum PublishedTable {
    /// The channel of tagged traffic.
    static func channel(
        _ givenSource: String,
        _ givenMedium: String,
        _ givenCampaign: String
    ) throws -> String {
        let source = givenSource.lowercased()
        let medium = givenMedium.lowercased()
        let campaign = givenCampaign.lowercased()
        let isPaid = try matches(medium, "^(.*cp.*|ppc|retargeting|paid.*)$")
        let isShopping = try matches(campaign, "^(.*(([^a-df-z]|^)shop|shopping).*)$")
        let list = SourceCategory.of(source: source)
        let nothing = ["", "(direct)"].contains(source) && ["", "(none)"].contains(medium)
        if nothing { return "direct" }
        if campaign.contains("cross-network") { return "cross_network" }
        if list == .shopping || isShopping { return isPaid ? "paid_shopping" : rest(.shopping) }
        if isPaid, list == .search { return "paid_search" }
        if isPaid, list == .social { return "paid_social" }
        if isPaid, list == .video { return "paid_video" }
        if isDisplay(medium) { return "display" }
        if isPaid { return "paid_other" }
        let social = ["social", "social-network", "social-media", "sm", "social network"]
        if list == .social || social.contains(medium) { return "organic_social" }
        if try list == .video || matches(medium, "^(.*video.*)$") { return "organic_video" }
        if list == .search || medium == "organic" { return "organic_search" }
        if ["referral", "app", "link"].contains(medium) { return "referral" }
        let mail = ["email", "e-mail", "e_mail", "e mail"]
        if mail.contains(source) || mail.contains(medium) { return "email" }
        if medium == "affiliate" { return "affiliates" }
        if medium == "audio" { return "audio" }
        if source == "sms" || medium == "sms" { return "sms" }
        let isPush = medium.hasSuffix("push") || medium.contains("mobile")
        if isPush || medium.contains("notification") || source == "firebase" {
            return "mobile_push_notifications"
        }
        return "unassigned"

        // Display stands before what is organic, and shopping that is not paid is organic.
        func rest(_ category: SourceCategory) -> String {
            isDisplay(medium) ? "display" : "organic_shopping"
        }
    }

    private static func isDisplay(_ medium: String) -> Bool {
        ["display", "banner", "expandable", "interstitial", "cpm"].contains(medium)
    }

    private static func matches(_ text: String, _ pattern: String) throws -> Bool {
        try Regex(pattern).wholeMatch(in: text) != nil
    }
}
