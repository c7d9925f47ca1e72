public import Numerics

/// A model with draws of its posterior: what all results are computed from.
public struct MixFit: Sendable {
    /// What was fitted, to which panel.
    public let model: MediaMixModel
    /// What was drawn.
    public let draws: MixDraws

    /// A fit; nil if the draws are not of such a model: their points have another dimension.
    ///
    /// - Parameters:
    ///   - model: what was fitted.
    ///   - draws: positions of its density in ``MixDensity/Coordinates/sampled``.
    public init?(_ model: MediaMixModel, _ draws: MixDraws) {
        guard MixDensity(model).dimension == draws.dimension else { return nil }
        self.model = model
        self.draws = draws
    }
}

extension JointMixModel {
    /// The members with what was drawn of each.
    ///
    /// - Parameter draws: of all of them together.
    /// - Returns: a fit for each, in order; nil if the draws are not of such models.
    public func fits(_ draws: MixDraws) -> [MixFit]? {
        guard draws.dimension == dimension else { return nil }
        let fits = zip(members, places).compactMap { MixFit($0, draws.taking($1)) }
        return fits.count == members.count ? fits : nil
    }
}

/// Points that chains have drawn, as the density takes them.
public struct MixDraws: Sendable, Equatable {
    /// How many numbers a point has.
    public let dimension: Int
    /// How many points each chain has.
    public let count: Int
    /// For each chain its points, `[count * dimension]`.
    public let chains: [[Double]]

    /// Points that were kept; nil if chains are not as long as each other, or hold part of a point.
    ///
    /// - Parameters:
    ///   - chains: for each chain its points one after another; at least one, all as long.
    ///   - dimension: how many numbers a point has, from 1.
    public init?(chains: [[Double]], dimension: Int) {
        guard let length = chains.first?.count, dimension > 0, length > 0,
            length % dimension == 0, chains.allSatisfy({ $0.count == length })
        else { return nil }
        self.dimension = dimension
        self.chains = chains
        count = length / dimension
    }

    /// What a run has drawn.
    ///
    /// - Parameter posterior: of a density in its sampled coordinates.
    public init(_ posterior: Posterior) {
        dimension = posterior.dimension
        count = posterior.draws
        chains = posterior.chains.map(\.positions)
    }

    /// Some of the numbers of each point: those of one of the models that were drawn together.
    ///
    /// - Parameter places: where they are, each from 0 and below ``dimension``; at least one.
    /// - Returns: as many points, in the same order.
    public func taking(_ places: [Int]) -> MixDraws {
        if places == Array(0..<dimension) { return self }
        return MixDraws(
            dimension: places.count,
            count: count,
            chains: chains.map { chain in
                (0..<count).flatMap { draw in places.map { chain[draw * dimension + $0] } }
            }
        )
    }

    private init(dimension: Int, count: Int, chains: [[Double]]) {
        (self.dimension, self.count, self.chains) = (dimension, count, chains)
    }

    /// A point.
    ///
    /// - Parameters:
    ///   - draw: from 0, below ``count``.
    ///   - chain: from 0.
    /// - Returns: `[dimension]`.
    public func point(_ draw: Int, chain: Int) -> ArraySlice<Double> {
        chains[chain][draw * dimension..<(draw + 1) * dimension]
    }
}
