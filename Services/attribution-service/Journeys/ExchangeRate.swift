/// What a unit of one currency is in another: a quotient of two decimal numbers.
public struct ExchangeRate: Hashable, Sendable {
    /// In 10⁻¹² of a unit.
    private let multiplier: UInt64
    private let divisor: UInt64

    /// A rate; nil if one of the numbers is 0.
    ///
    /// - Parameters:
    ///   - multiplier: by what amounts are multiplied, in 10⁻¹².
    ///   - divisor: by what they are divided, in 10⁻¹².
    public init?(multiplier: UInt64, divisor: UInt64 = 1_000_000_000_000) {
        guard multiplier > 0, divisor > 0 else { return nil }
        self.multiplier = multiplier
        self.divisor = divisor
    }

    /// An amount in the other currency, half a millionth rounded up.
    ///
    /// - Parameter millionths: the amount, not negative.
    /// - Returns: millionths of the other currency; nil if they are more than there can be.
    public func convert(_ millionths: Int64) -> Int64? {
        let product = millionths.magnitude.multipliedFullWidth(by: multiplier)
        let whole = UInt128(product.high) << 64 | UInt128(product.low)
        return Int64(exactly: (whole + UInt128(divisor / 2)) / UInt128(divisor))
    }
}
