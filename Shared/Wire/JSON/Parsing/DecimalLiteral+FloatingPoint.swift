extension DecimalLiteral {
    /// The `double` nearest to the number, to the even one of two; infinite if it is out of range.
    ///
    /// - Parameter text: the text the literal was read from.
    /// - Returns: the nearest double.
    func double(in text: RawSpan) -> Double {
        let magnitude: Double
        if !isTruncated, mantissa <= 1 << 53, (-22...22).contains(exponent) {
            // Clinger's fast path: both numbers are exact, so the one operation rounds correctly.
            let power = Self.powersOfTen[exponent < 0 ? -exponent : exponent]
            magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
        } else if let scaled = significand() {
            let (bits, shift) = scaled.rounded(toBits: 53)
            // Beyond ±27 tens the exponent would not be that of a normal number.
            magnitude = Double(bitPattern: UInt64(shift &+ 1_075) &<< 52 &+ (bits &- 1 &<< 52))
        } else {
            magnitude = canonicalText(in: text).flatMap { Double($0) } ?? .infinity
        }
        return isNegative ? -magnitude : magnitude
    }

    /// The `float` nearest to the number, to the even one of two; infinite if it is out of range.
    ///
    /// - Parameter text: the text the literal was read from.
    /// - Returns: the nearest float.
    func float(in text: RawSpan) -> Float {
        let magnitude: Float
        if mantissa == 0 && !isTruncated {
            magnitude = 0
        } else if let scaled = significand() {
            let (bits, shift) = scaled.rounded(toBits: 24)
            // 24 bits and a power of two are exact; the product is infinite if it is out of range.
            magnitude = Float(Double(bits) * Double(sign: .plus, exponent: shift, significand: 1))
        } else {
            magnitude = canonicalText(in: text).flatMap { Float($0) } ?? .infinity
        }
        return isNegative ? -magnitude : magnitude
    }

    /// 64 leading bits of a number, and whether there are others.
    struct Significand {
        /// The leading bits; the highest is set.
        let bits: UInt64

        /// The power of two the bits are to be multiplied by.
        let shift: Int

        /// Whether the number is above `bits` × 2 to the power of `shift`.
        let isInexact: Bool

        /// The leading `count` bits, rounded to nearest, to even; may be 2 to the power of `count`.
        func rounded(toBits count: UInt64) -> (bits: UInt64, shift: Int) {
            let dropped = 64 &- count
            let half: UInt64 = 1 &<< (dropped &- 1)
            let rest = bits & ((1 &<< dropped) &- 1)
            let kept = bits &>> dropped
            let isUp = rest > half || rest == half && (isInexact || kept & 1 == 1)
            return (kept &+ (isUp ? 1 : 0), shift &+ Int(dropped))
        }
    }

    /// The number in binary, if it takes one exact multiplication or division of 64 bits: powers of
    /// five up to the 27th fit them.
    private func significand() -> Significand? {
        guard mantissa != 0, !isTruncated, (-27...27).contains(exponent) else { return nil }
        if exponent >= 0 {
            let product = mantissa.multipliedFullWidth(by: Self.powersOfFive[exponent])
            if product.high == 0 {
                let zeros = product.low.leadingZeroBitCount
                return Significand(
                    bits: product.low &<< UInt64(zeros),
                    shift: exponent &- zeros,
                    isInexact: false
                )
            }
            let zeros = product.high.leadingZeroBitCount
            let low = zeros == 0 ? 0 : product.low &>> UInt64(64 &- zeros)
            return Significand(
                bits: product.high &<< UInt64(zeros) | low,
                shift: exponent &+ 64 &- zeros,
                isInexact: product.low &<< UInt64(zeros) != 0
            )
        }
        let power = Self.powersOfFive[0 &- exponent]
        let powerZeros = power.leadingZeroBitCount
        let divisor = power &<< UInt64(powerZeros)
        let zeros = mantissa.leadingZeroBitCount
        let dividend = mantissa &<< UInt64(zeros)
        // The high word must be below the divisor; the quotient then has its highest bit set.
        let isHalved = dividend >= divisor
        let (quotient, remainder) = divisor.dividingFullWidth(
            isHalved ? (dividend &>> 1, dividend &<< 63) : (dividend, 0)
        )
        return Significand(
            bits: quotient,
            shift: powerZeros &- zeros &+ exponent &- 64 &+ (isHalved ? 1 : 0),
            isInexact: remainder != 0
        )
    }

    /// The number in at most 801 digits, or nil if it is beyond every `double`.
    ///
    /// Half way between two doubles lies a number of at most 767 digits; of what follows the 800th
    /// it matters only whether it is all zeros.
    private func canonicalText(in text: RawSpan) -> String? {
        var digits: [UInt8] = []
        var power = 0
        var isFraction = false
        var isSticky = false
        for offset in self.digits {
            let byte = text.byte(at: offset)
            guard let digit = DecimalDigits.digit(byte) else {
                isFraction = true
                continue
            }
            if isFraction { power -= 1 }
            if digits.count < 800 {
                if digit != 0 || !digits.isEmpty { digits.append(byte) }
            } else {
                power += 1
                if digit != 0 { isSticky = true }
            }
        }
        if digits.isEmpty { return "0" }
        if isSticky {
            digits.append(UInt8(ascii: "1"))
            power -= 1
        }
        power = power &+ self.power
        let magnitude = digits.count + power
        if magnitude > 400 { return nil }
        if magnitude < -400 { return "0" }
        return String(decoding: digits, as: UTF8.self) + "e\(power)"
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    private static let powersOfFive: [UInt64] = {
        var powers: [UInt64] = [1]
        for _ in 1...27 { powers.append(powers[powers.count - 1] * 5) }
        return powers
    }()
}
