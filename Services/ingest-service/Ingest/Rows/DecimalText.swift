internal import Postgres

/// Decimal numbers as rows write them: a sign, digits, and digits behind a point.
enum DecimalText {
    /// What a text is.
    enum Reading: Hashable {
        /// A number of the scale that was asked for.
        case number(PostgresDecimal)
        /// NaN or an infinity.
        case notFinite
        /// More digits behind the point than the scale has, other than zeros.
        case tooPrecise
        /// More digits before the point than may be.
        case tooLarge
        case malformed
    }

    /// Reads a number exactly.
    ///
    /// - Parameters:
    ///   - text: without white space.
    ///   - scale: how many digits behind the point it has in the end.
    ///   - digitsBefore: how many it may have before the point, zeros in front not counted; with
    ///     the scale at most 38.
    /// - Returns: the number, or what keeps the text from being one.
    /// - Complexity: linear in the text.
    static func read(_ text: String, scale: Int, digitsBefore: Int) -> Reading {
        if let plain = plain(text, scale: scale, digitsBefore: digitsBefore) {
            return .number(plain)
        }
        var bytes = Array(text.utf8)[...]
        var isNegative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        if bytes.count <= 8,
            ["nan", "inf", "infinity"].contains(String(decoding: bytes, as: UTF8.self).lowercased())
        {
            return .notFinite
        }
        let range = UInt8(ascii: "0")...UInt8(ascii: "9")
        let whole = bytes.prefix(while: range.contains)
        bytes = bytes.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if bytes.first == UInt8(ascii: ".") {
            fraction = bytes.dropFirst().prefix(while: range.contains)
            if fraction.isEmpty { return .malformed }
            bytes = bytes.dropFirst(1 + fraction.count)
        }
        guard bytes.isEmpty, !whole.isEmpty || !fraction.isEmpty else { return .malformed }
        let significant = whole.drop { $0 == range.lowerBound }
        guard significant.count <= digitsBefore else { return .tooLarge }
        guard fraction.dropFirst(scale).allSatisfy({ $0 == range.lowerBound }) else {
            return .tooPrecise
        }
        var coefficient: Int128 = 0
        let kept = fraction.prefix(scale)
        for digit in significant + kept {
            coefficient = coefficient * 10 + Int128(digit - range.lowerBound)
        }
        for _ in kept.count..<scale { coefficient *= 10 }
        let value = isNegative ? -coefficient : coefficient
        return PostgresDecimal(coefficient: value, scale: scale).map { .number($0) } ?? .tooLarge
    }

    /// A number as nearly all are, of digits with at most one point between them that together have
    /// 64 bits; nil for all others, whether they are numbers or not.
    private static func plain(_ text: String, scale: Int, digitsBefore: Int) -> PostgresDecimal? {
        let bytes = text.utf8Span.span
        guard bytes.count > 0, bytes.count + scale <= 18 else { return nil }
        var number: Int64 = 0
        var point: Int?
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), point == nil, index > 0, index < bytes.count - 1 {
                point = index
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int64(byte &- UInt8(ascii: "0"))
        }
        let before = point ?? bytes.count
        let behind = bytes.count - before - (point == nil ? 0 : 1)
        guard before <= digitsBefore, behind <= scale else { return nil }
        for _ in behind..<scale { number *= 10 }
        return PostgresDecimal(coefficient: Int128(number), scale: scale)
    }
}
