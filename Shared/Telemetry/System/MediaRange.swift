/// One of the kinds of content that an `Accept` header names.
package struct MediaRange: Equatable {
    let type: String
    let subtype: String
    /// The parameter `version`, if there is one.
    let version: String?
    /// From 0, which means never, to 1,000.
    let quality: Int

    /// How well a kind of content may be sent.
    struct Match: Equatable {
        var quality = 0
        /// Whether it was named, as against `*/*` or `text/*`.
        var isNamed = false
    }

    /// Reads a header; what is malformed is passed over, and so is a header of more than 4 KiB.
    ///
    /// - Parameter header: the value of the `Accept` header.
    /// - Returns: the ranges in their order.
    static func all(in header: String) -> [MediaRange] {
        guard header.utf8.count <= 4_096 else { return [] }
        return split(header[...], at: ",").compactMap { MediaRange($0) }
    }

    /// Which of several kinds of content a caller takes most gladly.
    ///
    /// - Parameters:
    ///   - types: those there are, as `text/csv`, the usual one first.
    ///   - header: the value of the `Accept` header; by one that says nothing all kinds are taken.
    /// - Returns: the first of those that are most wanted; nil if none is taken.
    package static func preferred(of types: [String], by header: String?) -> String? {
        let ranges = all(in: header ?? "")
        if ranges.isEmpty { return types.first }
        var best: (type: String, quality: Int)?
        for text in types {
            let names = text.split(separator: "/", maxSplits: 1).map(String.init)
            guard names.count == 2 else { continue }
            let quality = Self.best(of: ranges, type: names[0], subtype: names[1]).quality
            if quality > best?.quality ?? 0 { best = (text, quality) }
        }
        return best?.type
    }

    /// What the most specific of the ranges that match says (RFC 9110, 12.5.1).
    static func best(
        of ranges: [MediaRange],
        type: String,
        subtype: String,
        version: String? = nil
    ) -> Match {
        var best = Match()
        var bestSpecificity = -1
        for range in ranges {
            guard range.type == type || range.type == "*",
                range.subtype == subtype || range.subtype == "*",
                range.version == nil || range.version == version
            else { continue }
            let isNamed = range.type != "*" && range.subtype != "*"
            let specificity =
                range.version != nil ? 3 : isNamed ? 2 : range.type != "*" ? 1 : 0
            if specificity > bestSpecificity
                || specificity == bestSpecificity && range.quality > best.quality
            {
                best = Match(quality: range.quality, isNamed: isNamed)
                bestSpecificity = specificity
            }
        }
        return best
    }

    private init?(_ text: Substring) {
        let parts = Self.split(text, at: ";").map(Self.trimmed)
        let names = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty,
            names[0] != "*" || names[1] == "*"
        else { return nil }
        var version: String?
        var quality = 1_000
        for part in parts.dropFirst() where !part.isEmpty {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let value = Self.unquoted(part[part.index(after: equals)...])
            switch part[..<equals].lowercased() {
            case "version":
                version = value
            case "q":
                guard let number = Self.quality(value) else { return nil }
                quality = number
            default:
                break
            }
        }
        type = names[0].lowercased()
        subtype = names[1].lowercased()
        self.version = version
        self.quality = quality
    }

    /// Reads `0`, `0.75` or `1.000`, in thousandths.
    private static func quality(_ text: String) -> Int? {
        let digits = Array(text.utf8)
        guard let first = digits.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1")
        else { return nil }
        var thousandths = 0
        if digits.count > 1 {
            guard digits[1] == UInt8(ascii: "."), digits.count <= 5 else { return nil }
            var place = 100
            for digit in digits[2...] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                thousandths += Int(digit - UInt8(ascii: "0")) * place
                place /= 10
            }
        }
        if first == UInt8(ascii: "1") { return thousandths == 0 ? 1_000 : nil }
        return thousandths
    }

    /// The parts of a text between separators that do not stand in quotes.
    private static func split(_ text: Substring, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for place in text.indices {
            let character = text[place]
            if isEscaped {
                isEscaped = false
            } else if isQuoted && character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == separator && !isQuoted {
                parts.append(text[start..<place])
                start = text.index(after: place)
            }
        }
        parts.append(text[start...])
        return parts
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isWhite: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isWhite)
        while let last = text.last, isWhite(last) { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        var value = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if !isEscaped && character == "\\" {
                isEscaped = true
            } else {
                value.append(character)
                isEscaped = false
            }
        }
        return value
    }
}
