internal import Wire

extension UTMReport {
    /// A link as it should be: its tags by their usual names and once each, what says nothing left
    /// out, and all else as it stands.
    ///
    /// - Parameter text: the link that was examined.
    /// - Returns: the link; the same text if nothing is to be mended; what is missing stays so.
    public func corrected(_ text: String) -> String {
        let text = text.trimmed
        let hash = text.firstIndex(of: "#") ?? text.endIndex
        guard let mark = text[..<hash].firstIndex(of: "?") else { return text }
        var written: Set<CampaignField> = []
        var pairs: [Substring] = []
        for pair in text[text.index(after: mark)..<hash].split(separator: "&") {
            guard let field = Self.field(of: pair) else {
                pairs.append(pair)
                continue
            }
            guard let value = normalised[field], written.insert(field).inserted else { continue }
            let mended = "\(field.parameter)=\(PercentText.encode(value))"
            pairs.append(Self.value(of: pair) == value ? pair : mended[...])
        }
        let query = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
        return text[..<mark] + query + text[hash...]
    }

    private static func field(of pair: Substring) -> CampaignField? {
        let name = pair.prefix { $0 != "=" }
        return CampaignField.allCases.first { name == $0.parameter }
    }

    private static func value(of pair: Substring) -> String? {
        PercentText.decode(pair.drop { $0 != "=" }.dropFirst(), readsPluses: true)
    }
}
