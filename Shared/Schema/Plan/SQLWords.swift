/// The words of a text of SQL, in lower case, and its signs one by one.
///
/// Comments, strings, and bodies between dollar signs are left out; quoted names lose their quotes.
struct SQLWords: Sequence, IteratorProtocol {
    private let letters: [Character]
    private var place = 0

    init(_ sql: String) { letters = Array(sql) }

    mutating func next() -> String? {
        while place < letters.count {
            let letter = letters[place]
            if letter.isWhitespace {
                place += 1
            } else if starts("--") {
                skip { $0.isNewline }
            } else if starts("/*") {
                skip(past: "*/")
            } else if letter == "'" {
                place += 1
                skip { $0 == "'" }
                place += 1
            } else if letter == "$", let tag = dollarTag {
                place += tag.count
                skip(past: tag)
            } else if letter == "\"" {
                place += 1
                let start = place
                skip { $0 == "\"" }
                defer { place += 1 }
                return String(letters[start..<place]).lowercased()
            } else {
                return takeWord()
            }
        }
        return nil
    }

    private mutating func takeWord() -> String {
        let start = place
        while place < letters.count, isWordLetter(letters[place]) { place += 1 }
        if place == start { place += 1 }
        return String(letters[start..<place]).lowercased()
    }

    private func isWordLetter(_ letter: Character) -> Bool {
        letter.isLetter || letter.isNumber || letter == "_"
    }

    private func starts(_ text: String) -> Bool { letters[place...].starts(with: text) }

    /// Moves to the next letter of a kind, or the end.
    private mutating func skip(to isEnd: (Character) -> Bool) {
        while place < letters.count, !isEnd(letters[place]) { place += 1 }
    }

    private mutating func skip(past end: String) {
        while place < letters.count, !starts(end) { place += 1 }
        place = Swift.min(place + end.count, letters.count)
    }

    /// `$body$` at this place; nil for a parameter.
    private var dollarTag: String? {
        guard let end = letters[(place + 1)...].firstIndex(where: { !isWordLetter($0) }),
            letters[end] == "$", letters[place + 1].isNumber == false
        else { return nil }
        return String(letters[place...end])
    }
}
