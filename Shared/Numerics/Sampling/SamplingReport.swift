/// How far a run is, told by one chain.
public struct SamplingReport: Equatable, Sendable {
    /// Which chain tells, from 0.
    public let chain: Int
    /// The draws that the chain has made, those of the warm-up among them, of so many.
    public let draw, draws: Int
    /// Whether it is still adapting.
    public let isWarmup: Bool
    /// Its divergences so far, those of the warm-up among them.
    public let divergences: Int
    /// Its step size, in units of the metric.
    public let stepSize: Double
    /// The gradients it has taken.
    public let gradients: Int
    /// 1 for the run, 2 if it is being made again with smaller steps.
    public let attempt: Int
    /// The largest R-hat of any parameter over the kept draws of all chains that have told of
    /// some (Gelman and Rubin 1992, neither split nor ranked); nil before two chains have 20.
    public internal(set) var largestRHat: Double?
}

/// R-hat as the run goes, from the means and variances of each chain.
struct RunningRHat {
    private var moments: [Int: RunningMoments] = [:]

    /// Takes in what one chain has kept so far.
    mutating func update(chain: Int, _ moments: RunningMoments) {
        if moments.count >= 20 { self.moments[chain] = moments }
    }

    /// The largest of all parameters.
    var largest: Double? {
        guard moments.count > 1, let dimension = moments.values.first?.means.count else {
            return nil
        }
        let chains = moments.sorted { $0.key < $1.key }.map(\.value)
        let count = Double(chains.count)
        return (0..<dimension).map { index in
            let within = chains.map { $0.variance(index) }.span.sum() / count
            let mean = chains.map { $0.means[index] }.span.sum() / count
            let between =
                chains.map { ($0.means[index] - mean) * ($0.means[index] - mean) }
                .span.sum() / (count - 1)
            if within > 0 { return (1 + between / within).squareRoot() }
            return between > 0 ? .infinity : 1
        }.max()
    }
}
