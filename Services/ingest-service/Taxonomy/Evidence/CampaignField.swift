/// A field of a campaign: the nine `utm_` parameters that GA4 reads.
public enum CampaignField: String, CaseIterable, Sendable {
    case id, source, medium, campaign, term, content
    case sourcePlatform = "source_platform"
    case creativeFormat = "creative_format"
    case marketingTactic = "marketing_tactic"

    /// The name of the parameter, as `utm_source`.
    public var parameter: String { "utm_" + rawValue }
}

/// What the tags of a link say of a campaign.
public struct CampaignTags: Hashable, Sendable {
    private var values: [CampaignField: String] = [:]

    /// No tags.
    public init() {}

    /// The value of a field, as it was given; nil if it was not.
    public subscript(field: CampaignField) -> String? {
        get { values[field] }
        set { values[field] = newValue }
    }

    /// The tags of a page's address.
    public init(_ address: WebAddress) {
        for parameter in address.parameters where parameter.name.utf8.starts(with: "utm_".utf8) {
            guard let field = CampaignField(rawValue: String(parameter.name.dropFirst(4))),
                !parameter.value.isEmpty, values[field] == nil
            else { continue }
            values[field] = parameter.value
        }
    }

    /// These, and of others what these lack.
    func filled(from others: CampaignTags) -> CampaignTags {
        if others.values.isEmpty { return self }
        if values.isEmpty { return others }
        var filled = self
        filled.values.merge(others.values) { own, _ in own }
        return filled
    }

    /// The value of a field that says something: trimmed, and none that only stands for a missing
    /// one.
    func meaning(of field: CampaignField) -> String? {
        guard let value = values[field]?.trimmed, !Placeholder.isOne(value) else { return nil }
        return value
    }
}

/// Values that stand for one that is missing.
public enum Placeholder {
    /// The words that GA4 writes where it knows nothing, and those that scripts leave behind.
    static let words: Set<String> = [
        "", "(not set)", "(none)", "(direct)", "(not provided)", "(organic)", "(referral)", "null",
        "undefined", "none", "n/a", "nan",
    ]

    /// Whether a value says nothing: a word for nothing, or a macro that nobody expanded.
    ///
    /// - Parameter value: without blanks at its ends.
    /// - Returns: whether it is a placeholder.
    public static func isOne(_ value: String) -> Bool {
        words.contains(value.inSmallLetters) || isMacro(value)
    }

    /// Whether a value is a macro that no ad platform has replaced: `{{campaign.name}}`,
    /// `{campaignid}`, `%%CAMPAIGN%%`, `__CAMPAIGN_NAME__`, `${CAMPAIGN}`, `[CAMPAIGN]`.
    public static func isMacro(_ value: String) -> Bool {
        func isWithin(_ open: String, _ close: String) -> Bool {
            value.utf8.count > open.utf8.count + close.utf8.count
                && value.hasPrefix(open) && value.hasSuffix(close)
        }
        return switch value.utf8.first {
        case UInt8(ascii: "{"): isWithin("{", "}")
        case UInt8(ascii: "$"): isWithin("${", "}")
        case UInt8(ascii: "%"): isWithin("%%", "%%")
        case UInt8(ascii: "_"): isWithin("__", "__")
        case UInt8(ascii: "["): isWithin("[", "]")
        default: false
        }
    }
}
