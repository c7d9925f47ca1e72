/// Looks at tags one field after the other.
struct UTMExaminer {
    private(set) var findings: [UTMReport.Finding] = []
    private(set) var normalised = CampaignTags()
    /// Whether findings say in words what is wrong, which costs more than to find it.
    private let explains: Bool

    init(_ tags: CampaignTags, explains: Bool = true) {
        self.explains = explains
        for field in CampaignField.allCases {
            if let value = tags[field] { examine(field, value) }
        }
        missing(.source, .missingSource, "say who sends the visitors, as utm_source=google")
        missing(.medium, .missingMedium, "say how, as utm_medium=cpc")
        missing(.campaign, .missingCampaign, "name the campaign, as utm_campaign=spring")
    }

    /// Looks at parameters that are none of the nine tags, and at tags that are there twice.
    mutating func examine(_ parameters: [WebAddress.Parameter]) {
        var seen: [String: String] = [:]
        for parameter in parameters where parameter.name.hasPrefix("utm") {
            let field = CampaignField.allCases.first { $0.parameter == parameter.name }
            if let before = seen.updateValue(parameter.value, forKey: parameter.name) {
                guard field != nil, before != parameter.value else { continue }
                note(field, parameter.name, .repeated, "it is there twice, and the first counts")
            } else if field == nil {
                let near = UTMNames.nearest(to: parameter.name)
                let hint = near.map { ", perhaps meant as \($0)" } ?? ""
                note(nil, parameter.name, .unknownParameter, "no report reads it\(hint)")
            }
        }
    }

    private mutating func examine(_ field: CampaignField, _ value: String) {
        let text = value.trimmed
        guard !text.isEmpty else { return }
        if Placeholder.isMacro(text) {
            note(
                field,
                .macro,
                "'\(Self.excerpt(text))' is a macro that the ad platform has not replaced"
            )
            return
        }
        if Placeholder.isOne(text) {
            note(
                field,
                .placeholder,
                "'\(Self.excerpt(text))' stands for a missing value: leave it out"
            )
            return
        }
        if text.contains("@") {
            note(
                field,
                .personalData,
                "it looks like an e-mail address: tags are seen by everybody"
            )
        }
        if text.count > UTMReport.mostCharacters {
            let most = UTMReport.mostCharacters
            note(
                field,
                .tooLong,
                "it has \(text.count) characters: at most \(most) are kept by all"
            )
        }
        if !text.utf8.allSatisfy({ $0 < 0x80 }) {
            note(field, .notASCII, "letters beyond ASCII are read differently by different tools")
        }
        normalised[field] = normalise(field, text)
    }

    private mutating func normalise(_ field: CampaignField, _ text: String) -> String {
        guard field == .source || field == .medium else { return text }
        var value = text.lowercased()
        if value != text {
            note(field, .capitals, "write '\(Self.excerpt(value))': capitals split reports")
        }
        if let name = UTMNames.usual(field, value) {
            note(field, .alias, "'\(Self.excerpt(value))' is usually written '\(name)'")
            return name
        }
        if value.contains(" "), SourceCategory.of(source: value) == nil {
            value = value.split(separator: " ").joined(separator: "_")
            note(
                field,
                .blanks,
                "write '\(Self.excerpt(value))': blanks are written in several ways"
            )
        }
        return value
    }

    private mutating func missing(
        _ field: CampaignField,
        _ kind: UTMReport.Kind,
        _ text: @autoclosure () -> String
    ) {
        if normalised[field] == nil { note(field, kind, text()) }
    }

    private mutating func note(
        _ field: CampaignField,
        _ kind: UTMReport.Kind,
        _ text: @autoclosure () -> String
    ) {
        note(field, field.parameter, kind, text())
    }

    private mutating func note(
        _ field: CampaignField?,
        _ parameter: String,
        _ kind: UTMReport.Kind,
        _ text: @autoclosure () -> String
    ) {
        findings.append(
            UTMReport.Finding(
                field: field,
                parameter: parameter,
                kind: kind,
                text: explains ? text() : ""
            )
        )
    }

    private static func excerpt(_ text: String) -> Substring { text.prefix(60) }
}

/// Other names of sources and media, and near misses of parameters.
enum UTMNames {
    private static let sources = [
        "fb": "facebook", "ig": "instagram", "adwords": "google", "googleads": "google",
        "google_ads": "google", "google-ads": "google", "google ads": "google", "yt": "youtube",
        "li": "linkedin", "tw": "twitter", "tt": "tiktok", "msn": "bing", "bingads": "bing",
        "meta": "facebook", "snap": "snapchat", "pin": "pinterest",
    ]
    private static let media = [
        "ppc": "cpc", "paid": "cpc", "paidsearch": "cpc", "paid_search": "cpc", "sem": "cpc",
        "e-mail": "email", "e_mail": "email", "mail": "email", "newsletter": "email",
        "banner": "display", "socialmedia": "social", "social_media": "social-media",
        "affiliates": "affiliate", "aff": "affiliate",
    ]

    /// What a source or a medium is usually called; nil if it is just that.
    static func usual(_ field: CampaignField, _ value: String) -> String? {
        field == .source ? sources[value] : media[value]
    }

    /// The tag that a parameter is a misspelling of; nil if it is like none.
    static func nearest(to name: String) -> String? {
        let near = CampaignField.allCases.map { ($0.parameter, distance(name, $0.parameter)) }
        return near.min { $0.1 < $1.1 }.flatMap { $0.1 <= 2 ? $0.0 : nil }
    }

    /// How many letters must be put in, taken out or changed (Levenshtein); of long names, many.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count <= 40 else { return .max }
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let change = diagonal + (byte == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
