import MediaMix
import Numerics
import Testing

extension MixFit {
    /// A fit whose draws have given parameters, by chain and draw.
    ///
    /// Parameters that are not named are as at the middle of the coordinates.
    static func placed(_ model: MediaMixModel, _ chains: [[[String: Double]]]) throws -> MixFit {
        var inverse = Inverse(model)
        let points = chains.map { $0.flatMap { inverse.point($0) } }
        let dimension = MixDensity(model).dimension
        let draws = try #require(MixDraws(chains: points, dimension: dimension))
        return try #require(MixFit(model, draws))
    }
}

/// Finds the positions at which a density has given parameters.
private struct Inverse {
    private var density: MixDensity
    private let names: [String]
    /// Where the sampled parameters stand among the names.
    private let sampled: [Int]
    /// What parameters that may be any number grow by with their coordinates.
    private let slopes: [Double]

    init(_ model: MediaMixModel) {
        var density = MixDensity(model)
        let names = model.parameterNames
        let zero = Array(repeating: 0.0, count: density.dimension)
        let base = density.parameters(at: zero.span)
        var (sampled, slopes): ([Int], [Double]) = ([], [])
        for coordinate in zero.indices {
            var raised = zero
            raised[coordinate] = 1
            let after = density.parameters(at: raised.span)
            // What a coordinate moves is its own parameter and later ones, or the level before it.
            let moved = after.indices.filter { after[$0] != base[$0] && !sampled.contains($0) }
            let own = moved.first { !Self.isLevel(names[$0]) } ?? moved[0]
            sampled.append(own)
            slopes.append(after[own] - base[own])
        }
        self.density = density
        self.names = names
        self.sampled = sampled
        self.slopes = slopes
    }

    private static func isLevel(_ name: String) -> Bool { name == "intercept_contribution" }

    mutating func point(_ wanted: [String: Double]) -> [Double] {
        var point = sampled.map { _ in 0.0 }
        // Each depends on few others, so that few rounds are enough.
        for _ in 0..<4 {
            let now = density.parameters(at: point.span)
            for (coordinate, place) in sampled.enumerated() {
                guard let target = wanted[names[place]] else { continue }
                point[coordinate] += step(names[place], coordinate, from: now[place], to: target)
            }
        }
        return point
    }

    private func step(_ name: String, _ index: Int, from: Double, to: Double) -> Double {
        if ["intercept", "knot", "trend", "gamma_", "tau_g"].contains(where: name.hasPrefix) {
            return (to - from) / slopes[index]
        }
        if name.hasPrefix("adstock_alpha") || name.hasPrefix("contribution_m") {
            return Elementary.log(to / (1 - to)) - Elementary.log(from / (1 - from))
        }
        return Elementary.log(to / from)
    }
}
