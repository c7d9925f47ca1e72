/// Figures of plain lists of numbers.
enum Statistics {
    /// A quantile, between neighbours in proportion.
    ///
    /// - Parameters:
    ///   - values: finite, at least one.
    ///   - share: 0 to 1.
    /// - Returns: the quantile.
    static func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return .nan }
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return last }
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }

    /// How far each value is from the median, in robust deviations.
    ///
    /// The deviation is the median of distances from the median, divided by 0.6745; or, where that
    /// is 0, their mean times 1.253314 (Iglewicz and Hoaglin, 1993).
    ///
    /// - Parameter values: any; those that are no numbers do not count, and score 0.
    /// - Returns: a score for each.
    static func robustScores(_ values: [Double]) -> [Double] {
        let found = values.filter(\.isFinite)
        guard !found.isEmpty else { return values.map { _ in 0 } }
        let median = quantile(found, 0.5)
        let distances = found.map { abs($0 - median) }
        var deviation = quantile(distances, 0.5) / 0.6745
        if deviation == 0 {
            deviation = 1.253314 * distances.reduce(0, +) / Double(distances.count)
        }
        guard deviation > 0 else { return values.map { _ in 0 } }
        return values.map { $0.isFinite ? ($0 - median) / deviation : 0 }
    }

    /// The places of values among all, from 1; equal ones share the mean of theirs.
    ///
    /// - Parameter values: finite.
    /// - Returns: a rank for each.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = Array(repeating: 0.0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
            start = end
        }
        return ranks
    }

    /// Pearson's correlation; 0 where a list does not vary.
    ///
    /// - Parameters:
    ///   - one: finite.
    ///   - other: as many, finite.
    /// - Returns: −1 to 1.
    static func correlation(_ one: [Double], _ other: [Double]) -> Double {
        guard let first = unit(one), let second = unit(other) else { return 0 }
        return zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// A list less its mean, of length 1; nil if it does not vary beyond rounding.
    ///
    /// - Parameter values: finite.
    /// - Returns: the list.
    static func unit(_ values: [Double]) -> [Double]? {
        let mean = values.reduce(0, +) / Double(values.count)
        let most = values.reduce(0) { max($0, abs($1)) }
        guard mean.isFinite, most > 0 else { return nil }
        // Divided by the largest first, so that squares neither overflow nor vanish.
        let centred = values.map { ($0 - mean) / most }
        let length = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let rounding = 1e-12 * Double(values.count).squareRoot()
        guard length > rounding else { return nil }
        return centred.map { $0 / length }
    }
}
