public import Numerics

/// The log density of the parameters of several outcomes' models that share how media carry over
/// and level off, with its gradient.
///
/// It is the sum of the members' own, but that the priors of what they share count once: given
/// these, outcomes are independent of each other. Of one member it is that member's, bit by bit. A
/// gradient takes the time of the members' gradients.
public struct JointMixDensity: Density {
    private var parts: [Part]
    /// How many numbers are sampled.
    public let dimension: Int

    /// The density of models, in the coordinates that are sampled.
    ///
    /// - Parameters:
    ///   - model: the models.
    ///   - weights: how often each cell counts, the same of all outcomes; nil if each counts once.
    public init(_ model: JointMixModel, weights: [Double]? = nil) {
        parts = zip(model.members, model.places).enumerated().map { index, part in
            let (member, places) = part
            return Part(
                MixDensity(member, .sampled, weights: weights, countsTransforms: index == 0),
                places
            )
        }
        dimension = model.dimension
    }

    /// The log density with all constants.
    ///
    /// - Parameters:
    ///   - position: `[dimension]`.
    ///   - gradient: `[dimension]`, filled with the derivatives.
    /// - Returns: the logarithm.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        guard parts.count > 1 else {
            return parts[0].density.logDensity(at: position, gradient: &gradient)
        }
        gradient.update(repeating: 0)
        var sum = 0.0
        for index in parts.indices { sum += parts[index].evaluate(position, &gradient) }
        return sum
    }

    /// Points for chains to start at: likely ones, found from around the middle of priors.
    ///
    /// - Parameters:
    ///   - chains: how many.
    ///   - seed: where randomness comes from.
    /// - Returns: `[chains][dimension]`.
    public func starts(chains: Int, seed: UInt64) -> [[Double]] {
        likelyStarts(chains: chains, seed: seed)
    }
}

extension JointMixDensity: ClimbableDensity {
    func middle(_ random: inout RandomStream) -> [Double] {
        var middle = Array(repeating: 0.0, count: dimension)
        // What is shared starts where the first has it.
        for part in parts.reversed() {
            let own = part.density.middle(&random)
            for (number, place) in zip(own, part.places) { middle[place] = number }
        }
        return middle
    }
}

/// One of the outcomes.
private struct Part: Sendable {
    var density: MixDensity
    let places: [Int]
    /// Its own point, and the derivatives there.
    private var point: [Double]
    private var slopes: [Double]

    init(_ density: MixDensity, _ places: [Int]) {
        self.density = density
        self.places = places
        point = places.map { _ in 0 }
        slopes = point
    }

    /// Its log density; the gradient gets its derivatives added.
    mutating func evaluate(
        _ position: Span<Double>,
        _ gradient: inout MutableSpan<Double>
    ) -> Double {
        for (index, place) in places.enumerated() { point[index] = position[place] }
        let value = Self.evaluate(&density, at: point, &slopes)
        for (index, place) in places.enumerated() { gradient[place] += slopes[index] }
        return value
    }

    private static func evaluate(
        _ density: inout MixDensity,
        at point: [Double],
        _ slopes: inout [Double]
    ) -> Double {
        var own = slopes.mutableSpan
        return density.logDensity(at: point.span, gradient: &own)
    }
}
