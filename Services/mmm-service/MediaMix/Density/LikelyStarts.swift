internal import Numerics

/// A density whose chains start at likely points, found from around the middle of priors.
///
/// A chain that starts anywhere may end where a medium is saturated all the time, and find no way
/// from there, be it a thousand orders of magnitude less likely. Each chain looks for its own
/// start, so that chains still disagree where there is more than one likely place.
protocol ClimbableDensity: Density {
    mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double

    /// A point around the middle of priors.
    ///
    /// - Parameter random: where randomness comes from.
    /// - Returns: `[dimension]`.
    func middle(_ random: inout RandomStream) -> [Double]
}

/// From so many points a way up is looked for; the chain starts at the best end.
private let candidates = 6
/// A way up has at most so many steps: not to the very top, but to its mountain.
private let evaluations = 200

extension ClimbableDensity {
    /// Points for chains to start at.
    ///
    /// - Parameters:
    ///   - chains: how many.
    ///   - seed: where randomness comes from.
    /// - Returns: `[chains][dimension]`.
    func likelyStarts(chains: Int, seed: UInt64) -> [[Double]] {
        var random = RandomStream(seed: seed)
        return (0..<chains).map { _ in
            let ends = (0..<candidates).map { _ in climbed(from: middle(&random)) }
            let best = ends.max { $0.value < $1.value } ?? climbed(from: middle(&random))
            let (one, other) = (middle(&random), middle(&random))
            // A tenth of the way between two random points is enough to set chains apart.
            return best.point.indices.map { best.point[$0] + 0.1 * (one[$0] - other[$0]) }
        }
    }

    /// A likely point uphill from one, and its log density.
    private func climbed(from start: [Double]) -> (point: [Double], value: Double) {
        var optimizer = Optimizer()
        optimizer.method = .quasiNewton
        optimizer.maximumEvaluations = evaluations
        optimizer.relativeTolerance = 1e-4
        optimizer.lower = start.map { $0 - 6 }
        optimizer.upper = start.map { $0 + 6 }
        var density = self
        do {
            let result = try optimizer.minimize(from: start) { point, gradient in
                let value = density.logDensity(at: point, gradient: &gradient)
                gradient.scale(by: -1)
                return -value
            }
            return (result.point, -result.value)
        } catch {
            // Where the density is not finite there is no way up: any other candidate is better.
            return (start, -.infinity)
        }
    }
}
