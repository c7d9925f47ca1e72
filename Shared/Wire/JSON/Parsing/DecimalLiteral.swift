/// A number as JSON writes it: ± mantissa × 10 to the power of exponent.
struct DecimalLiteral {
    var isNegative = false

    /// The digits, without the point; without the last ones if there are more than 64 bits hold.
    var mantissa: UInt64 = 0

    /// The power of ten the mantissa is to be multiplied by; its magnitude stays below 2⁶⁰.
    var exponent = 0

    /// The power of ten as it was written after the `e`.
    var power = 0

    /// Whether digits other than zeros were left out of the mantissa.
    var isTruncated = false

    /// Where the digits lie, point included, in the text the literal was read from.
    var digits = 0..<0

    /// The number as an integer, or nil if it has a fraction or does not fit.
    ///
    /// If digits were left out, the mantissa times ten exceeds 64 bits: a whole number would not
    /// fit.
    @inline(__always)
    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        var magnitude = mantissa
        if exponent != 0 || isTruncated {
            guard let scaled = scaledMantissa() else { return nil }
            magnitude = scaled
        }
        if !isNegative { return Integer(exactly: magnitude) }
        guard magnitude <= 1 << 63 else { return nil }
        return Integer(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
    }

    /// The magnitude as an integer, in at most twenty steps.
    private func scaledMantissa() -> UInt64? {
        if isTruncated { return nil }
        if mantissa == 0 { return 0 }
        var magnitude = mantissa
        var power = exponent
        while power < 0 {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { return nil }
            magnitude = quotient
            power += 1
        }
        while power > 0 {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            magnitude = product
            power -= 1
        }
        return magnitude
    }
}

extension JSONScanner {
    /// Reads a number.
    ///
    /// - Throws: ``CodecError/Rule/wrongType`` if another kind of value is there.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func number() throws(CodecError) -> DecimalLiteral {
        let first = peek()
        guard first == UInt8(ascii: "-") || DecimalDigits.digit(first) != nil else {
            throw unexpected()
        }
        guard let literal = literal() else { throw CodecError(.invalidJSON, at: position) }
        return literal
    }

    /// Passes over a number.
    ///
    /// - Throws: ``CodecError/Rule/wrongType`` if another kind of value is there.
    @_lifetime(self: copy self)
    package mutating func passNumber() throws(CodecError) { _ = try number() }

    /// Reads all of a text as a number; nil if it is none.
    static func number(in text: RawSpan) -> DecimalLiteral? {
        var scanner = JSONScanner(text)
        guard let literal = scanner.literal(), scanner.position == text.byteCount else {
            return nil
        }
        return literal
    }

    /// Reads a number at `position`: nil, with `position` where it went wrong, if it is none.
    @_lifetime(self: copy self)
    private mutating func literal() -> DecimalLiteral? {
        var literal = DecimalLiteral()
        if position < bytes.byteCount, bytes.byte(at: position) == UInt8(ascii: "-") {
            literal.isNegative = true
            position &+= 1
        }
        let start = position
        var count = digits(into: &literal.mantissa)
        if count == 0 { return nil }
        if count > 1 && bytes.byte(at: start) == UInt8(ascii: "0") {
            position = start &+ 1
            return nil
        }
        if position < bytes.byteCount, bytes.byte(at: position) == UInt8(ascii: ".") {
            position &+= 1
            let decimals = digits(into: &literal.mantissa)
            if decimals == 0 { return nil }
            count &+= decimals
            literal.exponent = 0 &- decimals
        }
        literal.digits = start..<position
        // 10¹⁹ - 1 is the largest number of nines that 64 bits hold.
        if count > 19 { readMantissaAgain(&literal) }
        if position < bytes.byteCount, bytes.byte(at: position) | 0x20 == UInt8(ascii: "e") {
            guard let power = power() else { return nil }
            literal.power = power
            literal.exponent &+= power
        }
        return literal
    }

    /// Reads digits, multiplying what was read before; the product may overflow.
    ///
    /// - Returns: how many there are.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func digits(into mantissa: inout UInt64) -> Int {
        let start = position
        while position < bytes.byteCount, let digit = DecimalDigits.digit(bytes.byte(at: position))
        {
            mantissa = mantissa &* 10 &+ UInt64(digit)
            position &+= 1
        }
        return position &- start
    }

    /// Reads the digits of a long number again, leaving out those that do not fit.
    private func readMantissaAgain(_ literal: inout DecimalLiteral) {
        literal.mantissa = 0
        literal.exponent = 0
        var isFraction = false
        var isFull = false
        for offset in literal.digits {
            guard let digit = DecimalDigits.digit(bytes.byte(at: offset)) else {
                isFraction = true
                continue
            }
            if isFraction { literal.exponent &-= 1 }
            if !isFull {
                let (product, overflow) = literal.mantissa.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
                isFull = overflow || carry
                if !isFull { literal.mantissa = sum }
            }
            if isFull {
                literal.exponent &+= 1
                if digit != 0 { literal.isTruncated = true }
            }
        }
    }

    /// Reads an exponent from its `e`; one beyond 10¹⁵ is taken for 10¹⁵, which no count of digits
    /// makes up for.
    @_lifetime(self: copy self)
    private mutating func power() -> Int? {
        position &+= 1
        guard position < bytes.byteCount else { return nil }
        let sign = bytes.byte(at: position)
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { position &+= 1 }
        let start = position
        var power = 0
        while position < bytes.byteCount, let digit = DecimalDigits.digit(bytes.byte(at: position))
        {
            power = Swift.min(power &* 10 &+ Int(digit), 1_000_000_000_000_000)
            position &+= 1
        }
        if position == start { return nil }
        return sign == UInt8(ascii: "-") ? 0 &- power : power
    }
}
