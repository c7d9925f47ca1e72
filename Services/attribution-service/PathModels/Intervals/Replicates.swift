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
        streams = (0..<table.count).map { identity.hash(table.path($0), ages: table.ages($0)) }
    }

    /// One table.
    ///
    /// - Parameter replicate: its number.
    /// - Returns: the same paths with other counts.
    func table(_ replicate: Int) -> PathTable {
        var conversions = [Int](repeating: 0, count: table.count)
        var nulls = conversions
        var values = [PathValue](repeating: .zero, count: table.count)
        for path in 0..<table.count {
            var random = RandomStream(
                seed: seed,
                stream: streams[path],
                position: UInt64(replicate)
            )
            let (first, second) = (random.uniform(), random.uniform())
            nulls[path] = quantiles.quantile(second, mean: table.nulls[path])
            let count = table.conversions[path]
            guard count > 0 else { continue }
            let drawn = quantiles.quantile(first, mean: count)
            conversions[path] = drawn
            let (whole, rest) = table.values[path].units.quotientAndRemainder(
                dividingBy: Int128(count)
            )
            values[path] = PathValue(
                units: whole * Int128(drawn) + rest * Int128(drawn) / Int128(count)
            )
        }
        return table.reweighted(conversions: conversions, nulls: nulls, values: values)
    }
}
