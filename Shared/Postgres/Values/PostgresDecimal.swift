internal import Wire

/// A decimal number of up to 38 digits, as `numeric` keeps it: `coefficient × 10^-scale`, exactly.
///
/// Numbers that are equal but of different scale, as 1.5 and 1.50, are different values.
public struct PostgresDecimal: Hashable, Sendable {
    /// All digits, with the sign.
    public let coefficient: Int128
    /// How many of the digits stand behind the point, 0 to 38.
    public let scale: Int

    /// The most digits.
    public static let maximumDigits = 38

    /// The largest coefficient, 38 nines.
    public static let largestCoefficient = power(of: maximumDigits) - 1

    /// A number by its digits.
    ///
    /// - Parameters:
    ///   - coefficient: all digits; more than 38 of them give nil.
    ///   - scale: how many of them stand behind the point, 0 to 38; anything else gives nil.
    public init?(coefficient: Int128, scale: Int) {
        guard coefficient.magnitude <= Self.largestCoefficient.magnitude,
            (0...Self.maximumDigits).contains(scale)
        else { return nil }
        self.coefficient = coefficient
        self.scale = scale
    }

    static func power(of exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}

extension PostgresDecimal: CustomStringConvertible {
    /// The digits with a point, as the server prints them.
    public var description: String { PlainText.text(coefficient, scale: scale) }
}

// The binary form: four 16-bit numbers (how many groups, the weight of the first, the sign, the
// scale), then groups of four digits, each a 16-bit number below 10,000.
// Source: PostgreSQL, `numeric_send` and `numeric_recv` of `numeric.c`.
extension PostgresDecimal: PostgresValue {
    private static let negative: UInt16 = 0x4000

    /// `numeric`.
    public static var postgresType: PostgresType { .numeric }

    /// Writes groups of four digits, aligned at the point.
    public func write(to writer: inout PostgresWriter) {
        // Groups behind the point are filled up, so that they are whole.
        let fill = (4 - scale % 4) % 4
        let power = Self.power(of: fill).magnitude
        // 38 digits and three zeros do not fit into 128 bits at once.
        var (rest, low) = coefficient.magnitude.quotientAndRemainder(dividingBy: 10_000 / power)
        var groups: [Int16] = [Int16(low * power)]
        while rest > 0 {
            groups.append(Int16(rest % 10_000))
            rest /= 10_000
        }
        let behindPoint = (scale + fill) / 4
        writer.append(Int16(groups.count))
        writer.append(Int16(groups.count - behindPoint - 1))
        writer.append(coefficient < 0 ? Self.negative : 0)
        writer.append(Int16(scale))
        for group in groups.reversed() { writer.append(group) }
    }

    /// Only `numeric`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .numeric }

    /// Reads groups of four digits; NaN, infinity and more than 38 digits are errors.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> PostgresDecimal? {
        guard bytes.byteCount >= 8 else { return nil }
        let count = Int(bytes.bigEndian(as: Int16.self))
        let weight = Int(bytes.bigEndian(at: 2, as: Int16.self))
        let sign = bytes.bigEndian(at: 4, as: UInt16.self)
        let scale = Int(bytes.bigEndian(at: 6, as: Int16.self))
        guard count >= 0, bytes.byteCount == 8 + 2 * count, sign == 0 || sign == negative,
            (0...maximumDigits).contains(scale)
        else { return nil }
        var coefficient: Int128 = 0
        for index in 0..<count {
            let group = bytes.bigEndian(at: 8 + 2 * index, as: Int16.self)
            guard (0...9_999).contains(group) else { return nil }
            // How far the group's last digit is shifted in the coefficient; negative where some of
            // its digits, all zero, lie behind the scale.
            let shift = (weight - index) * 4 + scale
            guard let part = Self.shifted(Int128(group), by: shift) else { return nil }
            let (sum, overflow) = coefficient.addingReportingOverflow(part)
            guard !overflow else { return nil }
            coefficient = sum
        }
        return PostgresDecimal(coefficient: sign == 0 ? coefficient : -coefficient, scale: scale)
    }

    /// A group times a power of ten; nil if digits would be lost.
    private static func shifted(_ group: Int128, by shift: Int) -> Int128? {
        if group == 0 { return 0 }
        guard (-3...maximumDigits).contains(shift) else { return nil }
        if shift < 0 {
            let (quotient, rest) = group.quotientAndRemainder(dividingBy: power(of: -shift))
            return rest == 0 ? quotient : nil
        }
        let (product, overflow) = group.multipliedReportingOverflow(by: power(of: shift))
        return overflow ? nil : product
    }
}
