/// What a text says of a number.
///
/// Digits, with a sign before and a power of ten behind if there are any. The sign of the decimal
/// stands before the fraction; the other, a blank or an apostrophe may stand between thousands, if
/// it does so throughout: `1,234,567.8`. Nothing else is read: currencies and percent are refused.
enum NumberText: Equatable {
    case number(Double)
    /// Nothing, or a word that says so.
    case missing
    case refused(Fault)

    enum Fault: Equatable {
        case malformed, groups, currency, percent, tooLarge
    }

    /// The largest number that is believed.
    static let most = 1e15

    /// Words that mean that there is no number.
    private static let missingWords: Set<String> = [
        "na", "n/a", "nan", "null", "none", "-", "#n/a",
    ]

    init(_ text: ArraySlice<UInt8>, decimal: PanelFormat.Decimal) {
        if Self.isMissing(text) {
            self = .missing
            return
        }
        var scan = Scan(decimal)
        switch scan.read(text) {
        case .some(let fault): self = .refused(Self.dressing(text) ?? fault)
        case nil:
            guard let number = Double(scan.plain), number.magnitude <= Self.most else {
                self = .refused(.tooLarge)
                return
            }
            self = .number(number)
        }
    }

    /// Whether a text is nothing, or says that there is nothing.
    static func isMissing(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first else { return true }
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        guard !isDigit, text.count <= 4 else { return false }
        return missingWords.contains(String(decoding: text, as: UTF8.self).lowercased())
    }

    /// Reads a number into the form that the standard library reads.
    private struct Scan {
        private let decimal: UInt8
        private let group: UInt8
        var plain = ""
        private var digits = 0
        /// How many digits stand behind the last group mark; nil before the first.
        private var sinceGroup: Int?
        private var groupMark: ArraySlice<UInt8> = []
        private var isFraction = false

        init(_ format: PanelFormat.Decimal) {
            decimal = UInt8(ascii: format == .point ? "." : ",")
            group = UInt8(ascii: format == .point ? "," : ".")
        }

        /// - Returns: what is wrong; nil for a number.
        mutating func read(_ given: ArraySlice<UInt8>) -> Fault? {
            guard given.count <= 64 else { return .malformed }
            var text = given
            if let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                if sign == UInt8(ascii: "-") { plain = "-" }
                text = text.dropFirst()
            } else if text.starts(with: "\u{2212}".utf8) {
                plain = "-"
                text = text.dropFirst(3)
            }
            while let byte = text.first {
                if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                    addDigit(byte)
                    text = text.dropFirst()
                } else if byte == decimal, !isFraction {
                    guard endsGroups else { return .groups }
                    isFraction = true
                    plain += digits == 0 ? "0." : "."
                    text = text.dropFirst()
                } else if byte | 0x20 == UInt8(ascii: "e"), digits > 0 {
                    guard endsGroups || isFraction else { return .groups }
                    return readPower(text.dropFirst())
                } else if let width = markWidth(text) {
                    guard !isFraction, beginsGroup(text.prefix(width)) else { return .groups }
                    text = text.dropFirst(width)
                } else {
                    return .malformed
                }
            }
            if plain.last == "." { plain += "0" }
            if digits == 0 { return .malformed }
            return isFraction || endsGroups ? nil : .groups
        }

        private mutating func addDigit(_ byte: UInt8) {
            plain.unicodeScalars.append(Unicode.Scalar(byte))
            digits += 1
            if !isFraction, let count = sinceGroup { sinceGroup = count + 1 }
        }

        /// Whether the whole part may end here: with three digits behind the last mark.
        private var endsGroups: Bool { sinceGroup == nil || sinceGroup == 3 }

        /// Whether a mark may stand here: behind one to three digits, then behind three, always
        /// the same.
        private mutating func beginsGroup(_ mark: ArraySlice<UInt8>) -> Bool {
            let isFirst = sinceGroup == nil
            guard isFirst ? (1...3).contains(digits) : sinceGroup == 3,
                isFirst || mark.elementsEqual(groupMark)
            else { return false }
            (sinceGroup, groupMark) = (0, mark)
            return true
        }

        /// How many bytes a mark between thousands has that stands here; nil if none does.
        private func markWidth(_ text: ArraySlice<UInt8>) -> Int? {
            guard let byte = text.first else { return nil }
            if byte == group || byte == 0x20 || byte == UInt8(ascii: "'") { return 1 }
            if text.starts(with: "\u{A0}".utf8) { return 2 }
            return text.starts(with: "\u{202F}".utf8) || text.starts(with: "\u{2019}".utf8)
                ? 3 : nil
        }

        /// Reads a power of ten that ends the text.
        private mutating func readPower(_ text: ArraySlice<UInt8>) -> Fault? {
            let hasSign = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
            let digits = hasSign ? text.dropFirst() : text
            guard (1...4).contains(digits.count),
                digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { return .malformed }
            if plain.last == "." { plain += "0" }
            plain += "e" + String(decoding: text, as: UTF8.self)
            return nil
        }
    }

    /// What stands beside the digits, if it is known.
    private static func dressing(_ text: ArraySlice<UInt8>) -> Fault? {
        let hasDigit = text.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard hasDigit, text.count <= 64 else { return nil }
        if text.contains(UInt8(ascii: "%")) { return .percent }
        let signs = ["$", "€", "£", "¥", "EUR", "USD", "GBP", "CZK", "CHF", "Kč"]
        let word = String(decoding: text, as: UTF8.self)
        return signs.contains(where: word.contains) ? .currency : nil
    }
}

extension NumberText {
    /// What the signs of a number say of its decimal.
    enum Evidence {
        case point, comma
        /// `1,234`: a thousand or a little more than one.
        case openComma
        case none
    }

    /// What a text says of the decimal of its table.
    static func evidence(_ text: ArraySlice<UInt8>) -> Evidence {
        let body = text.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        let (point, comma) = (UInt8(ascii: "."), UInt8(ascii: ","))
        let points = body.count { $0 == point }
        let commas = body.count { $0 == comma }
        guard points + commas > 0, body.contains(where: { $0 >= 0x30 && $0 <= 0x39 }) else {
            return .none
        }
        if points > 0, commas > 0 {
            return body.last { $0 == point || $0 == comma } == point ? .point : .comma
        }
        if commas > 1 { return .point }
        if points > 1 { return .comma }
        let sign = commas > 0 ? comma : point
        let parts = body.split(separator: sign, maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts[0].drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        let couldGroup =
            parts[1].count == 3 && (1...3).contains(whole.count) && !whole.elementsEqual([0x30])
        if couldGroup { return sign == comma ? .openComma : .none }
        return sign == comma ? .comma : .point
    }
}
