internal import Numerics

/// Tables of journeys drawn again: each journey comes as often as a Poisson number of mean 1 says.
///
/// The numbers of a path hang on the seed, the replicate, and the names of its channels: neither on
/// the order of rows, nor on who draws which replicate when. Of one path's conversions each is
/// worth the same, their mean, for tables keep no single journeys.
public struct Replicates: Sendable {
    /// The journeys that are drawn from.
    let table: PathTable
    private let seed: UInt64
    private let streams: [UInt64]
    private let quantiles = PoissonQuantiles()

    /// How many replicates are drawn at once.
    static let atOnce = 4

    /// The credit of a replicate, or why there is none.
    public typealias Outcome = Result<Credit, AttributionFailure>

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
                positions: SIMD4(repeating: UInt64(replicate))
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

    /// How often journeys of a path come in some replicates, as in their tables.
    struct Draws {
        var conversions = SIMD4<Int>.zero
        var nulls = SIMD4<Int>.zero
    }

    /// Draws the journeys of a path for ``atOnce`` replicates.
    ///
    /// - Parameters:
    ///   - path: its number.
    ///   - replicate: the number of the first of them.
    /// - Returns: how often they come in each.
    @inline(__always)
    func draws(_ path: Int, from replicate: Int) -> Draws {
        let (forConversions, forNulls) = RandomStream.uniforms(
            seed: seed,
            streams: SIMD4(repeating: streams[path]),
            positions: SIMD4(0, 1, 2, 3) &+ UInt64(replicate)
        )
        return Draws(
            conversions: quantiles.quantiles(forConversions, mean: table.conversions[path]),
            nulls: quantiles.quantiles(forNulls, mean: table.nulls[path])
        )
    }

    /// What so many of a path's conversions are worth.
    @inline(__always)
    func value(_ path: Int, drawn: Int) -> PathValue {
        Self.value(table.values[path], of: table.conversions[path], drawn: drawn)
    }

    /// What some journeys are worth of those that are worth something together.
    @inline(__always)
    private static func value(_ value: PathValue, of count: Int, drawn: Int) -> PathValue {
        if count == 1 { return PathValue(units: value.units * Int128(drawn)) }
        let (whole, rest) = value.units.quotientAndRemainder(dividingBy: Int128(count))
        return PathValue(units: whole * Int128(drawn) + rest * Int128(drawn) / Int128(count))
    }
}
