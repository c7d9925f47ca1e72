/// A header in small letters and digits with underscores between them, without what stands in
/// parentheses: `Amount spent (USD)` is `amount_spent`.
struct HeaderName: Hashable {
    let text: String
    /// The three capital letters in parentheses, if there are any.
    let currency: String?
    /// As it was written.
    let original: String

    init(_ header: String) {
        original = header
        var name = header[...]
        var currency: String?
        if let open = name.lastIndex(of: "("), name.last == ")", open > name.startIndex {
            let unit = name[name.index(after: open)...].dropLast()
            let isCode = unit.count == 3 && unit.allSatisfy { ("A"..."Z").contains($0) }
            currency = isCode ? String(unit) : nil
            name = name[..<open]
        }
        self.currency = currency
        var text = ""
        var needsSeparator = false
        for character in name.lowercased() {
            if character.isLetter || character.isNumber {
                if needsSeparator && !text.isEmpty { text += "_" }
                needsSeparator = false
                text.append(character)
            } else {
                needsSeparator = true
            }
        }
        self.text = text
    }
}
