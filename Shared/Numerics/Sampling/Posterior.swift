/// The draws of a run: for each chain as many points, as the density takes them.
public struct Posterior: Equatable, Sendable {
    /// How it was made; with the density it decides on every bit.
    public let configuration: SamplingConfiguration
    /// 1, or 2 if the run was made again with smaller steps.
    public let attempt: Int
    /// How many numbers a point has.
    public let dimension: Int
    /// The chains, in order.
    public let chains: [ChainTrace]

    init(_ chains: [ChainTrace], _ configuration: SamplingConfiguration, attempt: Int) {
        self.configuration = configuration
        self.attempt = attempt
        self.chains = chains
        dimension = chains.first?.state.position.count ?? 0
    }

    /// The number of draws of each chain.
    public var draws: Int { configuration.draws }

    /// The number of kept draws that diverged.
    public var divergences: Int { chains.map(\.divergences).reduce(0, +) }

    /// The gradients that were taken, those of the warm-up among them.
    public var gradients: Int { chains.map(\.gradients).reduce(0, +) }

    /// One draw.
    ///
    /// - Parameters:
    ///   - draw: from 0.
    ///   - chain: from 0.
    /// - Returns: `[dimension]`.
    public func point(_ draw: Int, chain: Int) -> [Double] {
        Array(chains[chain].positions[draw * dimension..<(draw + 1) * dimension])
    }

    /// A number that depends on the point, for each draw.
    ///
    /// - Parameter quantity: the number at a point.
    /// - Returns: `[chains][draws]`.
    public func draws(of quantity: (Span<Double>) -> Double) -> [[Double]] {
        chains.map { chain in
            let positions = chain.positions.span
            return (0..<draws).map { draw in
                quantity(positions.extracting(draw * dimension..<(draw + 1) * dimension))
            }
        }
    }

    /// One of the numbers that the density takes, for each draw.
    ///
    /// - Parameter index: which.
    /// - Returns: `[chains][draws]`.
    public func draws(of index: Int) -> [[Double]] { draws { $0[index] } }

    /// The energies, for each draw.
    public var energies: [[Double]] { chains.map { $0.transitions.map(\.energy) } }
}
