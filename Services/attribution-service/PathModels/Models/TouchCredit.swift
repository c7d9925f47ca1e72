/// Credit of single touches by models that know only credit of channels: `journey_normalised`.
public enum TouchCredit {
    /// How a journey's conversion is divided among its touches, in proportion to the credit that
    /// their channels have of all journeys.
    ///
    /// Credit below 0 counts as none. Sums over journeys are not the credit that they come from:
    /// both are shown, never mixed.
    ///
    /// - Parameters:
    ///   - path: a channel's number for each touch.
    ///   - credit: the credit of each channel, of conversions or of value.
    /// - Returns: one share for each touch; they add up to 1. Where no channel of the journey has
    ///   credit they are alike.
    public static func shares(_ path: Span<ChannelNames.ID>, credit: [Double]) -> [Double] {
        var shares: [Double] = []
        var sum = 0.0
        for touch in path.indices {
            let share = max(0, credit[Int(path[touch])])
            shares.append(share)
            sum += share
        }
        return shares.map { sum > 0 ? $0 / sum : 1 / Double(shares.count) }
    }

    /// Whole units of a conversion for each touch, which add up to it.
    ///
    /// Each has its share rounded down, and those with the largest remainders one unit more, the
    /// earlier touch first where remainders are the same. Of a negative total it is the same with
    /// all signs turned.
    ///
    /// - Parameters:
    ///   - total: the conversion, in the currency's minor units.
    ///   - shares: not negative, and 1 in all.
    /// - Returns: as many units as shares; none if there are no shares.
    public static func round(_ total: Int64, by shares: [Double]) -> [Int64] {
        guard !shares.isEmpty else { return [] }
        let sign: Int64 = total < 0 ? -1 : 1
        let magnitude = total.magnitude
        let sum = shares.reduce(0, +)
        var left = magnitude
        var units: [UInt64] = []
        var remainders: [Double] = []
        for share in shares {
            let exact = sum > 0 ? Double(magnitude) * (max(0, share) / sum) : 0
            // Rounding of large totals must not give out more than there is.
            let whole = min(UInt64(exact.rounded(.down)), left)
            units.append(whole)
            remainders.append(exact - Double(whole))
            left -= whole
        }
        let order = shares.indices.sorted {
            (-remainders[$0], $0) < (-remainders[$1], $1)
        }
        let each = left / UInt64(shares.count)
        let more = Int(left % UInt64(shares.count))
        for (rank, touch) in order.enumerated() { units[touch] += each + (rank < more ? 1 : 0) }
        return units.map { sign &* Int64(truncatingIfNeeded: $0) }
    }
}

/// How little models agree.
public enum Disagreement {
    /// The mean over all pairs of models of half the sum of differences of shares: 0 where all
    /// agree, 1 where no two give anything to the same channel.
    ///
    /// - Parameter shares: by model, the share of each channel; shares are from 0 to 1.
    /// - Returns: from 0 to 1; 0 of fewer than two models.
    public static func score(_ shares: [[Double]]) -> Double {
        guard shares.count > 1 else { return 0 }
        var sum = 0.0
        for (index, one) in shares.enumerated() {
            for other in shares[..<index] {
                sum += zip(one, other).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
            }
        }
        return sum / Double(shares.count * (shares.count - 1) / 2)
    }
}
