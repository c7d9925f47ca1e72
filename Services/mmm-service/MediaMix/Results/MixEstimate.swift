internal import Numerics

/// A number that draws disagree about.
public struct MixEstimate: Sendable, Hashable {
    /// The mean of the draws.
    public var mean: Double
    /// The number that half of them lie below.
    public var median: Double
    /// Where the credible interval begins.
    public var lower: Double
    /// Where it ends: as many draws lie above it as below the other end.
    public var upper: Double

    /// An estimate by its numbers.
    ///
    /// - Parameters:
    ///   - mean: the mean.
    ///   - median: the median.
    ///   - lower: where the interval begins.
    ///   - upper: where it ends.
    public init(mean: Double, median: Double, lower: Double, upper: Double) {
        self.mean = mean
        self.median = median
        self.lower = lower
        self.upper = upper
    }

    /// What draws say.
    ///
    /// - Parameters:
    ///   - draws: at least one.
    ///   - level: how much of them the interval holds, between 0 and 1.
    public init(_ draws: [Double], level: Double) {
        let sorted = draws.sorted()
        mean = draws.span.sum() / Double(draws.count)
        median = Diagnostics.quantile(sorted, 0.5)
        lower = Diagnostics.quantile(sorted, (1 - level) / 2)
        upper = Diagnostics.quantile(sorted, (1 + level) / 2)
    }

    /// The number on another scale.
    ///
    /// - Parameter factor: what it is multiplied by, above 0.
    /// - Returns: the estimate there.
    public func scaled(by factor: Double) -> Self {
        Self(
            mean: mean * factor,
            median: median * factor,
            lower: lower * factor,
            upper: upper * factor
        )
    }
}

/// A number for each row and draw: what a row's draws say is asked for when all are there.
struct DrawTable {
    let draws: Int
    private var values: [Double]

    init(rows: Int, draws: Int) {
        self.draws = draws
        values = Array(repeating: 0, count: rows * draws)
    }

    subscript(row: Int, draw: Int) -> Double {
        get { values[row * draws + draw] }
        set { values[row * draws + draw] = newValue }
    }

    func row(_ row: Int) -> [Double] { Array(values[row * draws..<(row + 1) * draws]) }

    func estimate(_ row: Int, _ level: Double) -> MixEstimate {
        MixEstimate(self.row(row), level: level)
    }
}
