/// How far the amount of a day is from those of the same weekdays before it.
///
/// `(amount − median) / scale`, where the scale is the largest of 1.4826 times the median absolute
/// deviation from the median, a tenth of the median, and, of what is counted, the root of the
/// median and 1. One week that was odd moves neither median nor scale much; eight weeks that are
/// alike by chance do not make the ninth a sensation.
struct VolumeScore: Hashable, Sendable {
    /// Of the weekdays before.
    let median: Double
    /// The median of how far they are from their median.
    let deviation: Double
    /// What a distance of one is.
    let scale: Double
    /// How many weekdays there were.
    let weeks: Int
    /// The score: negative if there is less than usual.
    let value: Double

    /// How many of the same weekdays are looked at.
    static let mostWeeks = 8
    /// How many there must be.
    static let leastWeeks = 4
    /// Makes the median absolute deviation of normal noise its standard deviation.
    private static let normal = 1.4826
    /// The least scale as a share of the median.
    private static let leastShare = 0.1

    /// The score of an amount; nil if there are too few weekdays, or all of them are zero and what
    /// is measured has no unit.
    ///
    /// - Parameters:
    ///   - amount: of the day.
    ///   - before: of the same weekdays before.
    ///   - isCount: whether it is a number of something.
    init?(of amount: Double, after before: [Double], isCount: Bool) {
        guard before.count >= Self.leastWeeks else { return nil }
        let median = Self.median(before)
        let deviation = Self.median(before.map { abs($0 - median) })
        let leastOfCounts = isCount ? max(median.squareRoot(), 1) : 0
        scale = max(Self.normal * deviation, Self.leastShare * abs(median), leastOfCounts)
        guard scale > 0 else { return nil }
        self.median = median
        self.deviation = deviation
        weeks = before.count
        value = (amount - median) / scale
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
