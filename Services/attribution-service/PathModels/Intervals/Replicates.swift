internal import Numerics

/// Tables of journeys drawn again: each journey comes as often as a Poisson number of mean 1 says.
///
/// The numbers of a path hang on the seed, the replicate, and the names of its channels: neither on
/// the order of rows, nor on who draws which replicate when. Of one path's conversions each is
/// worth the same, their mean, for tables keep no single journeys.
struct Replicates {
    private let table: PathTable
    private let seed: UInt64
    private let streams: [UInt64]
    private let quantiles = PoissonQuantiles()

    init(_ table: PathTable, seed: UInt64) {
        self.table = table
        self.seed = seed
        let identity = PathIdentity(table.channels)
        var streams = (0..<table.count).map {
            identity.hash(table.path($0), ages: table.ages($0))
        }
        // They are drawn from four at a time.
        while streams.count % 4 != 0 { streams.append(0) }
        self.streams = streams
    }

    /// One table.
    ///
    /// - Parameter replicate: its number.
    /// - Returns: the same paths with other counts.
    func table(_ replicate: Int) -> PathTable {
        var conversions = [Int](repeating: 0, count: table.count)
        var nulls = conversions
        var values = [PathValue](repeating: .zero, count: table.count)
        for first in stride(from: 0, to: table.count, by: 4) {
            let (forConversions, forNulls) = RandomStream.uniforms(
                seed: seed,
                streams: SIMD4(
                    streams[first],
                    streams[first + 1],
                    streams[first + 2],
                    streams[first + 3]
                ),
                position: UInt64(replicate)
            )
            for lane in 0..<min(4, table.count - first) {
                let path = first + lane
                nulls[path] = quantiles.quantile(forNulls[lane], mean: table.nulls[path])
                let count = table.conversions[path]
                guard count > 0 else { continue }
                let drawn = quantiles.quantile(forConversions[lane], mean: count)
                conversions[path] = drawn
                values[path] = Self.value(table.values[path], of: count, drawn: drawn)
            }
        }
        return table.reweighted(conversions: conversions, nulls: nulls, values: values)
    }

    /// What some journeys are worth of those that are worth something together.
    @inline(__always)
    private static func value(_ value: PathValue, of count: Int, drawn: Int) -> PathValue {
        if count == 1 { return PathValue(units: value.units * Int128(drawn)) }
        let (whole, rest) = value.units.quotientAndRemainder(dividingBy: Int128(count))
        return PathValue(units: whole * Int128(drawn) + rest * Int128(drawn) / Int128(count))
    }
}
