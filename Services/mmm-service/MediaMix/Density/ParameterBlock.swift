internal import Numerics

/// The numbers that are sampled, made into the parameters that the model is written in, with their
/// priors and the Jacobians of the maps.
///
/// Controls may be sampled as coefficients of standardised columns, and what lies below them then
/// is the level at their means: both are mapped to what the priors are of.
struct ParameterBlock: Sendable {
    /// One of the sampled numbers.
    struct Sampled: Sendable {
        /// Where its parameter stands in ``ParameterBlock/values``.
        let slot: Int
        let transform: ScalarTransform
        /// Its prior; nil if another block sees to that.
        let prior: (any Distribution)?
        /// What it is divided by to become what the prior is of.
        var divisor = 1.0
        /// What it adds to the level per unit: the mean of its column over the divisor.
        var centre = 0.0
        /// Whether it is a level, which is sampled at the means of all centred columns.
        var isLevel = false
    }

    /// In the order of the positions.
    private let sampled: [Sampled]
    /// The parameters by slots, fixed ones too.
    private(set) var values: [Double]
    /// The derivatives of the log density by the parameters: blocks add theirs.
    var adjoints: [Double]
    private var maps: [ScalarTransform.Value]
    private let logDivisors: Double

    init(_ sampled: [Sampled], values: [Double]) {
        self.sampled = sampled
        self.values = values
        adjoints = values
        maps = sampled.map { $0.transform.constrain(0) }
        logDivisors = sampled.reduce(0) { $0 + Elementary.log($1.divisor) }
    }

    var dimension: Int { sampled.count }

    /// Takes a position.
    ///
    /// - Parameter position: `[dimension]`.
    /// - Returns: the logarithm of the priors' densities, with all Jacobians.
    mutating func forward(_ position: Span<Double>) -> Double {
        var level = 0.0
        for slot in adjoints.indices { adjoints[slot] = 0 }
        for index in sampled.indices {
            let map = sampled[index].transform.constrain(position[index])
            maps[index] = map
            values[sampled[index].slot] = map.value
            level += map.value * sampled[index].centre
        }
        return priors(level)
    }

    private mutating func priors(_ level: Double) -> Double {
        var sum = -logDivisors
        var levelAdjoint = 0.0
        for index in sampled.indices {
            let one = sampled[index]
            sum += maps[index].logJacobian
            guard let prior = one.prior else { continue }
            let value = maps[index].value / one.divisor - (one.isLevel ? level : 0)
            sum += prior.logDensity(value)
            let slope = prior.slope(value)
            adjoints[one.slot] += slope / one.divisor
            if one.isLevel { levelAdjoint -= slope }
        }
        if levelAdjoint != 0 {
            for one in sampled { adjoints[one.slot] += levelAdjoint * one.centre }
        }
        return sum
    }

    /// Makes the derivatives by the parameters those by the position.
    func pull(into gradient: inout MutableSpan<Double>) {
        for index in sampled.indices {
            gradient[index] = maps[index].pullBack(adjoints[sampled[index].slot])
        }
    }

    /// The parameters as priors and draws have them, by slots.
    var plainValues: [Double] {
        var plain = values
        let level = sampled.indices.reduce(0) { $0 + maps[$1].value * sampled[$1].centre }
        for one in sampled {
            plain[one.slot] = values[one.slot] / one.divisor - (one.isLevel ? level : 0)
        }
        return plain
    }
}
