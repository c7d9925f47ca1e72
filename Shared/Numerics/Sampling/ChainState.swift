/// Everything that decides what a chain does next, as a value.
public struct ChainState: Equatable, Sendable {
    /// Which chain, from 0; its random numbers are the seed's stream of that number.
    public let chain: Int
    /// How many draws were made, those of the warm-up among them.
    public internal(set) var draw = 0
    /// Where it is, `[dimension]`.
    public internal(set) var position: [Double]
    /// The log density there.
    public internal(set) var logDensity: Double
    var gradient: [Double]
    var random: RandomStream
    var metric: Metric
    /// The diagonal that the metric is, or was last.
    var variances: [Double]
    var stepSize: StepSize
    var diagonal: DiagonalEstimator
    var window: CovarianceEstimator
    /// How many draws in a row found nothing but points without a density.
    var standstill = 0
}
