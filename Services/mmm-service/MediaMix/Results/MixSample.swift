internal import Numerics
public import Panels

/// Parameters of a model as draws of its posterior, or of its prior, have them.
public struct MixSample: Sendable {
    /// The parameters' names, as ``MediaMixModel/parameterNames`` has them.
    public let names: [String]
    /// `[draws][names]`, chain after chain.
    public let draws: [[Double]]
    /// How many draws there were, of which these were taken evenly.
    public let available: Int
}

extension MediaMixModel {
    /// About so many numbers are kept at once for results.
    private static let mostNumbers = 16_000_000

    /// How many draws results are made of at most.
    ///
    /// - Parameters:
    ///   - most: how many are wanted.
    ///   - whole: its panel with periods after it; nil for the model's own.
    /// - Returns: as many, or fewer of a large model, but 50 at least.
    public func affordableDraws(most: Int, on whole: Panel? = nil) -> Int {
        let panel = whole ?? panel
        // Three tables of all cells, or one of all parts by period.
        let numbers = max(3 * panel.cells, parts.count * panel.periods.count)
        return min(most, max(50, Self.mostNumbers / max(1, numbers)))
    }
}

extension MixFit {
    /// Some of the draws, taken evenly from all chains one after the other.
    ///
    /// - Parameter most: how many are wanted at most, from 1; all if there are no more.
    /// - Returns: their parameters.
    public func sample(most: Int) -> MixSample {
        let available = draws.chains.count * draws.count
        let count = min(max(1, most), available)
        let places = (0..<count).map { (2 * $0 + 1) * available / (2 * count) }
        let kept = parameters(of: places)
        return MixSample(names: model.parameterNames, draws: kept, available: available)
    }

    /// The parameters of some draws.
    ///
    /// - Parameter places: where they stand among all draws, chain after chain.
    /// - Returns: `[places][names]`, as ``MediaMixModel/parameterNames`` has them.
    public func parameters(of places: some Sequence<Int>) -> [[Double]] {
        var density = MixDensity(model)
        return places.map { place in
            let point = draws.point(place % draws.count, chain: place / draws.count)
            return density.parameters(at: point.span)
        }
    }
}

extension MediaMixModel {
    /// Parameters drawn from what is believed before the data are seen.
    ///
    /// - Parameters:
    ///   - draws: how many, from 1.
    ///   - seed: where randomness comes from.
    /// - Returns: their parameters.
    public func priorSample(draws: Int, seed: UInt64) -> MixSample {
        var random = RandomStream(seed: seed)
        var density = MixDensity(self, .plain)
        let kept = (0..<draws).map { _ in
            let position = layout.parameters.compactMap { parameter in
                parameter.prior.distribution.map { law in
                    parameter.prior.transform.unconstrain(law.sample(&random))
                }
            }
            return density.parameters(at: position.span)
        }
        return MixSample(names: parameterNames, draws: kept, available: draws)
    }
}
