internal import Numerics

/// What conversions are worth: a whole number of 10⁻¹² of a currency's unit, so that sums are exact
/// and no order of rows changes them.
public struct PathValue: Hashable, Comparable, Sendable {
    /// How many 10⁻¹² it is.
    public let units: Int128

    /// How many units a currency's unit has.
    public static let unitsPerOne: Int128 = 1_000_000_000_000
    /// Nothing.
    public static let zero = PathValue(units: 0)
    /// The highest value of one row.
    static let highest = 1e18
    private static let mostUnits: Int128 = 1_000_000_000_000_000_000_000_000_000_000

    init(units: Int128) { self.units = units }

    /// The nearest value to a number.
    ///
    /// - Parameter number: from 0 to 10¹⁸.
    /// - Throws: ``AttributionFailure/valueOutOfRange(_:)``.
    public init(_ number: Double) throws(AttributionFailure) {
        guard number >= 0, number <= Self.highest else {
            throw .valueOutOfRange("\(number)")
        }
        // Whole units are exact; what is behind the point is less than one and loses nothing.
        let whole = number.rounded(.towardZero)
        let rest = ((number - whole) * Double(Self.unitsPerOne)).rounded()
        units = Int128(whole) * Self.unitsPerOne + Int128(rest)
    }

    /// A decimal number, exactly if it has no more than 12 digits behind the point.
    ///
    /// - Parameters:
    ///   - coefficient: its digits as a whole number.
    ///   - scale: how many of them are behind the point.
    /// - Throws: ``AttributionFailure/valueOutOfRange(_:)``.
    public init(coefficient: Int128, scale: Int) throws(AttributionFailure) {
        guard coefficient >= 0, (0...38).contains(scale) else {
            throw .valueOutOfRange("\(coefficient) with \(scale) digits behind the point")
        }
        var units = coefficient
        var isFitting = true
        if scale <= 12 {
            // The factor has at most 41 bits: what has 64 bits or fewer does not overflow.
            var factor: UInt64 = 1
            for _ in scale..<12 { factor &*= 10 }
            if coefficient &>> 64 == 0 {
                let small = UInt64(truncatingIfNeeded: coefficient)
                let (high, low) = small.multipliedFullWidth(by: factor)
                units = Int128(high) &<< 64 | Int128(low)
            } else {
                let (product, isOver) = units.multipliedReportingOverflow(by: Int128(factor))
                (units, isFitting) = (product, !isOver)
            }
        } else {
            for step in 12..<scale {
                // Only the last digit that goes is rounded: half of it is five.
                let (quotient, digit) = units.quotientAndRemainder(dividingBy: 10)
                units = quotient + (step == scale - 1 && digit >= 5 ? 1 : 0)
            }
        }
        guard isFitting, units <= Self.mostUnits else {
            throw .valueOutOfRange("\(coefficient) with \(scale) digits behind the point")
        }
        self.units = units
    }

    /// The sum of two values; of all values that there can be, so many fit that none is too much.
    public static func + (left: PathValue, right: PathValue) -> PathValue {
        PathValue(units: left.units + right.units)
    }

    /// The nearest number.
    public var double: Double { units.nearestDouble / 1e12 }

    /// Whether one is worth less than another.
    public static func < (left: PathValue, right: PathValue) -> Bool { left.units < right.units }
}
