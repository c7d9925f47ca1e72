internal import Numerics

/// The Poisson number of a whole mean below which a share of all of them is.
struct PoissonQuantiles {
    /// Means whose distributions are kept, and how far.
    private static let kept = 32
    private static let width = 96
    /// Into how many parts shares are divided, to begin looking near the end.
    private static let parts = 256

    /// Mean after mean: the probability of each number or less.
    private let table: [Double]
    /// Mean after mean: the quantile of the least share of each part.
    private let guide: [UInt8]

    init() {
        let table = (0..<Self.kept).flatMap { mean in
            var term = Elementary.exp(-Double(mean))
            var sum = 0.0
            return (0..<Self.width).map { number in
                sum += term
                term *= Double(mean) / Double(number + 1)
                return sum
            }
        }
        self.table = table
        guide = (0..<Self.kept).flatMap { mean in
            let row = table[mean * Self.width..<(mean + 1) * Self.width - 1]
            return (0..<Self.parts).map { part in
                UInt8(row.prefix { $0 < Double(part) / Double(Self.parts) }.count)
            }
        }
    }

    /// The least number that is not exceeded with a probability of at least `share`, below 1.
    @inline(__always)
    func quantile(_ share: Double, mean: Int) -> Int {
        guard mean < Self.kept else { return Self.far(share, mean: mean) }
        let row = mean &* Self.width
        var number = Int(guide[mean &* Self.parts &+ Int(share * Double(Self.parts))])
        while number < Self.width - 1, table[row &+ number] < share { number &+= 1 }
        return number
    }

    /// ``quantile(_:mean:)`` of each share.
    @inline(__always)
    func quantiles(_ shares: SIMD4<Double>, mean: Int) -> SIMD4<Int> {
        if mean == 0 { return .zero }
        return SIMD4(
            quantile(shares[0], mean: mean),
            quantile(shares[1], mean: mean),
            quantile(shares[2], mean: mean),
            quantile(shares[3], mean: mean)
        )
    }

    /// From the number where the distribution is highest, up or down.
    private static func far(_ share: Double, mean: Int) -> Int {
        let rate = Double(mean)
        var number = mean
        var term = Elementary.exp(
            rate * Elementary.log(rate) - rate - SpecialFunctions.logGamma(rate + 1)
        )
        var sum = SpecialFunctions.gammaQ(rate + 1, rate)
        if sum < share {
            while sum < share, term > 0 {
                number += 1
                term *= rate / Double(number)
                sum += term
            }
            return number
        }
        while number > 0, sum - term >= share {
            sum -= term
            term *= Double(number) / rate
            number -= 1
        }
        return number
    }
}
