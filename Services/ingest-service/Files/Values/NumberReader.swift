internal import Wire

/// Reads numbers as people and programs write them.
struct NumberReader {
    /// Why a text is no number.
    enum Fault: Error {
        case malformed, notFinite, tooLarge
    }

    /// Signs that may stand at either end, each with its letters.
    private static let currencySigns: [StaticString] = [
        "€", "£", "¥", "₹", "₽", "₩", "₺", "₫", "R$",
    ]

    let decimal: UInt8
    /// What may stand between groups, beside blanks and apostrophes.
    let group: UInt8

    init(_ separator: ValueFormat.DecimalSeparator) {
        decimal = UInt8(ascii: separator == .point ? "." : ",")
        group = UInt8(ascii: separator == .point ? "," : ".")
    }

    /// Reads a number: signs, groups, fractions, powers of ten, currencies, percent, parentheses
    /// for what is below zero.
    ///
    /// - Parameter text: without blanks at its ends, and not empty.
    /// - Returns: the number; a percentage as its fraction.
    /// - Throws: ``Fault``.
    func read(_ text: RawSpan) throws(Fault) -> ExactDecimal {
        if let plain = Self.plain(text, decimal) { return plain }
        return try readDressed(text)
    }

    /// Digits with at most one separator: what nearly all cells are.
    @inline(__always)
    private static func plain(_ text: RawSpan, _ decimal: UInt8) -> ExactDecimal? {
        let count = text.byteCount
        guard count <= 19, count > 0 else { return nil }
        var offset = text.byte(at: 0) == UInt8(ascii: "-") ? 1 : 0
        let isNegative = offset == 1
        var number: Int64 = 0
        var point = -1
        let start = offset
        while offset < count {
            let byte = text.byte(at: offset)
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                number = number &* 10 &+ Int64(digit)
            } else if byte == decimal, point < 0 {
                point = offset
            } else {
                return nil
            }
            offset &+= 1
        }
        let digits = count - start - (point < 0 ? 0 : 1)
        // Eighteen digits fit into 63 bits.
        guard (1...18).contains(digits), point != count - 1 || digits > 0 else { return nil }
        let scale = point < 0 ? 0 : count - 1 - point
        return ExactDecimal(coefficient: Int128(isNegative ? -number : number), scale: scale)
    }

    private func readDressed(_ given: RawSpan) throws(Fault) -> ExactDecimal {
        var text = given
        var isNegative = false
        var exponent = 0
        if text.byteCount > 2, text.byte(at: 0) == UInt8(ascii: "("),
            text.byte(at: text.byteCount - 1) == UInt8(ascii: ")")
        {
            isNegative = true
            text = text.extracting(1..<text.byteCount - 1).trimmed
        }
        if text.isNoFiniteNumber { throw .notFinite }
        if text.byteCount > 1, text.byte(at: text.byteCount - 1) == UInt8(ascii: "%") {
            text = text.extracting(0..<text.byteCount - 1).trimmed
            exponent = -2
        }
        // A sign and a currency may stand in either order.
        let signed = withoutCurrency(text)
        let bare = withoutSign(signed, &isNegative)
        text = signed.byteCount == text.byteCount ? withoutCurrency(bare) : bare
        return try digits(text, isNegative, exponent)
    }

    @_lifetime(copy text)
    private func withoutSign(_ text: RawSpan, _ isNegative: inout Bool) -> RawSpan {
        let count = text.byteCount
        guard count > 1 else { return text }
        switch text.byte(at: 0) {
        case UInt8(ascii: "-"):
            isNegative.toggle()
            return text.extracting(1..<count).trimmed
        case UInt8(ascii: "+"):
            return text.extracting(1..<count).trimmed
        default: break
        }
        if text.hasPrefix("\u{2212}") {
            isNegative.toggle()
            return text.extracting(3..<count).trimmed
        }
        if text.byte(at: count - 1) == UInt8(ascii: "-") {
            isNegative.toggle()
            return text.extracting(0..<count - 1).trimmed
        }
        return text
    }

    @_lifetime(copy text)
    private func withoutCurrency(_ text: RawSpan) -> RawSpan {
        let count = text.byteCount
        guard count > 1 else { return text }
        if text.byte(at: 0) == UInt8(ascii: "$") { return text.extracting(1..<count).trimmed }
        if text.byte(at: count - 1) == UInt8(ascii: "$") {
            return text.extracting(0..<count - 1).trimmed
        }
        for sign in Self.currencySigns {
            let width = sign.utf8CodeUnitCount
            guard count > width else { continue }
            if text.hasPrefix(sign) { return text.extracting(width..<count).trimmed }
            if text.extracting(count - width..<count).equals(sign) {
                return text.extracting(0..<count - width).trimmed
            }
        }
        if count > 3 {
            if text.extracting(0..<3).isCapitalLetters { return text.extracting(3..<count).trimmed }
            if text.extracting(count - 3..<count).isCapitalLetters {
                return text.extracting(0..<count - 3).trimmed
            }
        }
        return text
    }

    /// Reads digits with groups, a fraction and a power of ten.
    private func digits(
        _ text: RawSpan,
        _ isNegative: Bool,
        _ given: Int
    ) throws(Fault) -> ExactDecimal {
        var scan = DigitScan(exponent: given)
        var offset = 0
        while offset < text.byteCount {
            let byte = text.byte(at: offset)
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                try scan.add(digit)
                offset += 1
            } else if byte == decimal, !scan.isFraction {
                guard scan.endsGroups() else { throw .malformed }
                scan.isFraction = true
                offset += 1
            } else if byte | 0x20 == UInt8(ascii: "e"), scan.digits > 0 {
                scan.exponent += try power(text.extracting(offset + 1..<text.byteCount))
                break
            } else {
                let width = groupWidth(text.extracting(offset..<text.byteCount))
                guard width > 0, !scan.isFraction, scan.beginsGroup() else { throw .malformed }
                offset += width
            }
        }
        guard scan.digits > 0, scan.isFraction || scan.endsGroups() else { throw .malformed }
        let number = isNegative ? -scan.number : scan.number
        guard let value = ExactDecimal.scaled(number, exponent: scan.exponent) else {
            throw .tooLarge
        }
        return value
    }

    private func groupWidth(_ text: RawSpan) -> Int {
        let byte = text.byte(at: 0)
        if byte == group || byte == UInt8(ascii: "'") { return 1 }
        return text.hasPrefix("\u{2019}") ? 3 : text.leadingBlank
    }

    private func power(_ text: RawSpan) throws(Fault) -> Int {
        guard text.byteCount > 0 else { throw .malformed }
        let sign = text.byte(at: 0)
        let hasSign = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
        let digits = text.extracting((hasSign ? 1 : 0)..<text.byteCount)
        guard (1...4).contains(digits.byteCount), let power = digits.number else {
            throw .malformed
        }
        return sign == UInt8(ascii: "-") ? -power : power
    }
}

/// The digits of a number so far.
private struct DigitScan {
    var number: Int128 = 0
    var digits = 0
    var isFraction = false
    var exponent: Int
    private var groupDigits = 0
    private var hasGroups = false
    private var isFull = false

    init(exponent: Int) { self.exponent = exponent }

    mutating func add(_ digit: UInt8) throws(NumberReader.Fault) {
        digits += 1
        groupDigits += 1
        if isFull || number >= ExactDecimal.powers[ExactDecimal.mostDigits - 1] {
            // More digits than are kept: those before the point would make it too large, and of
            // those behind it the first decides on rounding.
            guard isFraction else { throw .tooLarge }
            if !isFull, digit >= 5 { number += 1 }
            isFull = true
            return
        }
        number = number * 10 + Int128(digit)
        if isFraction { exponent -= 1 }
    }

    /// Whether a separator of groups may stand here: behind one to three digits at first, then
    /// behind three, or two as in India.
    mutating func beginsGroup() -> Bool {
        guard hasGroups ? (2...3).contains(groupDigits) : (1...3).contains(groupDigits),
            number > 0
        else { return false }
        hasGroups = true
        groupDigits = 0
        return true
    }

    /// Whether the whole part may end here: behind three digits if it has groups.
    func endsGroups() -> Bool { !hasGroups || groupDigits == 3 }
}

extension RawSpan {
    fileprivate var isNoFiniteNumber: Bool {
        guard byteCount >= 3, byteCount <= 9 else { return false }
        let sign = byte(at: 0)
        let hasSign = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
        let word = extracting((hasSign ? 1 : 0)..<byteCount)
        return word.equalsIgnoringCase("nan") || word.equalsIgnoringCase("inf")
            || word.equalsIgnoringCase("infinity") || word.equals("∞")
    }

    fileprivate var isCapitalLetters: Bool {
        (0..<byteCount).allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte(at: $0))
        }
    }

    /// The number that decimal digits make; nil if there are none, other bytes, or more than 18.
    var number: Int? {
        guard (1...18).contains(byteCount) else { return nil }
        var number = 0
        for offset in 0..<byteCount {
            let digit = byte(at: offset) &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}
