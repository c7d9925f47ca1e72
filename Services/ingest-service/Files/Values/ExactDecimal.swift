internal import Wire

/// A decimal number, exactly: `coefficient × 10^-scale`, of at most 38 digits.
///
/// The same form as the database's `numeric` has; money is booked with six digits behind the point
/// (``rounded(to:)``), and nothing on the way turns it into binary fractions. Numbers that are
/// equal are equal here, whatever their scale.
public struct ExactDecimal: Sendable {
    /// All digits, with the sign.
    public let coefficient: Int128
    /// How many of the digits stand behind the point, 0 to 38.
    public let scale: Int

    /// The most digits.
    public static let mostDigits = 38
    /// Nought.
    public static let zero = ExactDecimal(coefficient: 0, scale: 0)

    static let powers: [Int128] = (0..<mostDigits).reduce(into: [1]) { powers, _ in
        powers.append(powers[powers.count - 1] * 10)
    }

    init(coefficient: Int128, scale: Int) {
        self.coefficient = coefficient
        self.scale = scale
    }

    /// Makes a number from digits that were read.
    ///
    /// - Parameters:
    ///   - coefficient: at most 38 digits.
    ///   - exponent: the power of ten it is multiplied by.
    /// - Returns: the number, its last digits rounded half to even where they lie more than 38
    ///   digits behind the point; nil if it has more than 38 before it.
    static func scaled(_ coefficient: Int128, exponent: Int) -> ExactDecimal? {
        if coefficient == 0 {
            return ExactDecimal(coefficient: 0, scale: min(max(0, -exponent), 38))
        }
        if exponent > 0 {
            guard exponent <= mostDigits else { return nil }
            let (product, overflow) = coefficient.multipliedReportingOverflow(by: powers[exponent])
            guard !overflow, product.magnitude < powers[mostDigits].magnitude else { return nil }
            return ExactDecimal(coefficient: product, scale: 0)
        }
        if exponent >= -mostDigits {
            return ExactDecimal(coefficient: coefficient, scale: -exponent)
        }
        let surplus = -exponent - mostDigits
        guard surplus <= mostDigits else { return ExactDecimal(coefficient: 0, scale: mostDigits) }
        return ExactDecimal(
            coefficient: divide(coefficient, by: powers[surplus]),
            scale: mostDigits
        )
    }

    /// Divides, rounding half to even.
    private static func divide(_ number: Int128, by divisor: Int128) -> Int128 {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        let double = rest.magnitude * 2
        let isUp =
            double > divisor.magnitude || (double == divisor.magnitude && quotient % 2 != 0)
        return isUp ? quotient + (number < 0 ? -1 : 1) : quotient
    }

    /// The number with at most so many digits behind the point, rounded half to even.
    ///
    /// - Parameter digits: 0 to 38.
    /// - Returns: the rounded number; this one if it has no more.
    public func rounded(to digits: Int) -> ExactDecimal {
        guard scale > digits else { return self }
        return ExactDecimal(
            coefficient: Self.divide(coefficient, by: Self.powers[scale - digits]),
            scale: digits
        )
    }

    /// Whether it is below zero.
    public var isNegative: Bool { coefficient < 0 }

    /// The sum; nil if it has more than 38 digits.
    public func adding(_ other: ExactDecimal) -> ExactDecimal? {
        let common = max(scale, other.scale)
        guard let left = widened(to: common), let right = other.widened(to: common) else {
            return nil
        }
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow, sum.magnitude < Self.powers[Self.mostDigits].magnitude else { return nil }
        return ExactDecimal(coefficient: sum, scale: common)
    }

    private func widened(to digits: Int) -> Int128? {
        let (product, overflow) = coefficient.multipliedReportingOverflow(
            by: Self.powers[digits - scale]
        )
        return overflow ? nil : product
    }

    /// The nearest number of 64 bits, for what is modelled and not booked.
    public var double: Double {
        // Both are exact up to 2⁵³ and 10²², so that their quotient is rounded once; what is larger
        // takes the road through its text.
        if coefficient.magnitude <= 1 << 53, scale <= 22 {
            return Double(Int64(coefficient)) / Self.exactPowers[scale]
        }
        return Double(description) ?? .nan
    }

    private static let exactPowers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// Digits without the zeros at the end.
    private var canonical: (coefficient: Int128, scale: Int) {
        var (number, digits) = (coefficient, scale)
        while digits > 0, number % 10 == 0 {
            number /= 10
            digits -= 1
        }
        return (number, digits)
    }
}

extension ExactDecimal: Hashable {
    /// Whether both are the same number.
    public static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        left.scale == right.scale
            ? left.coefficient == right.coefficient : left.canonical == right.canonical
    }

    /// Feeds the number, not its scale.
    public func hash(into hasher: inout Hasher) {
        let (number, digits) = canonical
        hasher.combine(number)
        hasher.combine(digits)
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// The digits with a point, as `-12.50`.
    public var description: String { PlainText.text(coefficient, scale: scale) }
}
