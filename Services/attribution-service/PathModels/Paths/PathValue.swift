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
        var units = coefficient
        var isFitting = coefficient >= 0 && (0...38).contains(scale)
        let known = isFitting ? scale : 12
        for _ in 0..<max(0, 12 - known) where isFitting {
            let (product, isOver) = units.multipliedReportingOverflow(by: 10)
            (units, isFitting) = (product, !isOver)
        }
        for step in 0..<max(0, known - 12) {
            // Only the last digit that goes is rounded: half of it is five.
            units = (units + (step == known - 13 ? 5 : 0)) / 10
        }
        guard isFitting, units <= Int128(Self.highest) * Self.unitsPerOne else {
            throw .valueOutOfRange("\(coefficient) with \(scale) digits behind the point")
        }
        self.units = units
    }

    /// The sum of two values; of all values that there can be, so many fit that none is too much.
    public static func + (left: PathValue, right: PathValue) -> PathValue {
        PathValue(units: left.units + right.units)
    }

    /// The nearest number.
    public var double: Double { Double(units) / Double(Self.unitsPerOne) }

    /// Whether one is worth less than another.
    public static func < (left: PathValue, right: PathValue) -> Bool { left.units < right.units }
}
