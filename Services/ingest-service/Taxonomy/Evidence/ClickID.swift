/// An id that an ad platform or a partner network adds to the addresses that its clicks lead to.
public enum ClickID: String, CaseIterable, Sendable {
    case gclid, gbraid, wbraid, dclid, msclkid, ttclid, twclid, epik, irclickid, awc, cjevent
    case linkedIn = "li_fat_id"
    case reddit = "rdt_cid"
    case snapchat = "sccid"
    case impactReference = "im_ref"
    case rakuten = "ransiteid"
    case mailchimpCampaign = "mc_cid"
    case mailchimpRecipient = "mc_eid"
    case klaviyo = "_kx"
    case srsltid, fbclid

    /// The name of its parameter, in small letters.
    public var parameter: String { rawValue }

    /// The ids that an address has, in the order of their weight.
    static func ids(of address: WebAddress, and others: Set<ClickID>) -> [ClickID] {
        var found = others
        for parameter in address.parameters where !parameter.value.isEmpty {
            if let id = named[parameter.name] { found.insert(id) }
        }
        return found.isEmpty ? [] : allCases.filter { found.contains($0) }
    }

    private static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    /// What an id says of the click.
    struct Meaning {
        /// The source that it proves.
        let source: String
        /// The medium that it proves; nil if clicks of several media have it.
        let medium: String?
        /// Whether only clicks that were paid for have it.
        let isPaid: Bool
        /// Other names under which the same network is tagged by hand.
        let aliases: Set<String>
    }

    var meaning: Meaning { Self.meanings[self, default: stated] }

    private static let meanings = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, $0.stated) }
    )

    private var stated: Meaning {
        switch self {
        case .gclid, .gbraid, .wbraid: paid("google", Self.googleAliases)
        case .dclid:
            Meaning(source: "google", medium: "display", isPaid: true, aliases: Self.googleAliases)
        case .msclkid: paid("bing", ["microsoft", "msn", "microsoft ads", "bingads", "bing ads"])
        case .ttclid: paid("tiktok", ["tik tok", "tiktok.com", "tiktokads"])
        case .twclid: paid("twitter", ["x", "twitter.com", "x.com", "t.co"])
        case .linkedIn: paid("linkedin", ["linkedin.com", "lnkd.in", "linkedinads"])
        case .reddit: paid("reddit", ["reddit.com", "redditads"])
        case .snapchat: paid("snapchat", ["snap", "snapchat.com"])
        case .epik: paid("pinterest", ["pin", "pinterest.com"])
        case .irclickid, .impactReference: partner("impact")
        case .awc: partner("awin")
        case .cjevent: partner("cj")
        case .rakuten: partner("rakuten advertising")
        case .mailchimpCampaign, .mailchimpRecipient: mail("mailchimp")
        case .klaviyo: mail("klaviyo")
        // Free listings of the Merchant Center.
        case .srsltid: free("google shopping", medium: "organic")
        // Links that people share have it too: it proves where, not that anyone paid.
        case .fbclid: free("facebook", medium: nil)
        }
    }

    private static let googleAliases: Set<String> = [
        "adwords", "google ads", "googleads", "google_ads", "google-ads", "youtube", "gdn", "dv360",
        "dfa", "doubleclick", "google.com", "youtube.com",
    ]

    private func paid(_ source: String, _ aliases: Set<String>) -> Meaning {
        Meaning(source: source, medium: "cpc", isPaid: true, aliases: aliases)
    }

    private func partner(_ source: String) -> Meaning {
        Meaning(source: source, medium: "affiliate", isPaid: true, aliases: [])
    }

    private func mail(_ source: String) -> Meaning {
        Meaning(source: source, medium: "email", isPaid: false, aliases: [])
    }

    private func free(_ source: String, medium: String?) -> Meaning {
        Meaning(source: source, medium: medium, isPaid: false, aliases: [])
    }
}
