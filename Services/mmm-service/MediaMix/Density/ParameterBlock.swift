internal import Numerics

/// The numbers that are sampled, made into the parameters that the model is written in, with their
/// priors and the Jacobians of the maps.
///
/// Levels may be sampled at the means of controls and media, and controls as coefficients of
/// standardised columns: what priors are of is found first.
struct ParameterBlock: Sendable {
    /// One of the sampled numbers.
    struct Sampled: Sendable {
        /// Where its parameter stands in ``ParameterBlock/values``.
        let slot: Int
        let transform: ScalarTransform
        /// Its prior; nil if another block sees to that.
        let prior: PriorLaw?
        /// Whether its map's Jacobian counts here, and not where another outcome's model has it.
        var isCounted = true
        /// What it is divided by to become what the prior is of.
        var divisor = 1.0
        /// What it adds to the level per unit: the mean of its column over the divisor.
        var centre = 0.0
        /// Whether it is the constant or a knot, sampled at the means of all that is centred.
        var isLevel = false
        /// The geo of which it is the level above the home geo's, sampled at the means of media.
        var geo: Int?
        /// About where chains start.
        var start = 0.0
        /// How far from there at most.
        var reach = 0.5
    }

    /// In the order of the positions.
    private let sampled: [Sampled]
    /// The parameters by slots, fixed ones too.
    private(set) var values: [Double]
    /// The derivatives of the log density by the parameters: blocks add theirs.
    var adjoints: [Double]
    private var maps: [ScalarTransform.Value]
    private let logDivisors: Double
    /// The geo that others are compared with, if levels are sampled at the mean of what media do.
    let home: Int?

    /// - Parameters:
    ///   - sampled: in the order of the positions.
    ///   - values: by slots, of which those of fixed parameters count.
    ///   - home: the geo that others are compared with, if levels are sampled at the means of what
    ///     media do.
    init(_ sampled: [Sampled], values: [Double], home: Int?) {
        self.sampled = sampled
        self.values = values
        self.home = home
        adjoints = values
        maps = sampled.map { $0.transform.constrain(0) }
        logDivisors = sampled.reduce(0) { $0 + Elementary.log($1.divisor) }
    }

    var dimension: Int { sampled.count }

    /// A point to start a chain at.
    ///
    /// - Parameter random: where randomness comes from.
    /// - Returns: `[dimension]`.
    func start(_ random: inout RandomStream) -> [Double] {
        sampled.map { $0.start + $0.reach * (2 * random.uniform() - 1) }
    }

    /// Takes a position.
    ///
    /// - Parameter position: `[dimension]`.
    /// - Returns: the sum of the logarithms of the Jacobians.
    mutating func load(_ position: Span<Double>) -> Double {
        var sum = -logDivisors
        for slot in adjoints.indices { adjoints[slot] = 0 }
        for index in sampled.indices {
            var map = sampled[index].transform.constrain(position[index])
            if !sampled[index].isCounted { map = map.withoutJacobian }
            maps[index] = map
            values[sampled[index].slot] = map.value
            sum += map.logJacobian
        }
        return sum
    }

    /// Takes from the levels what media do on average.
    ///
    /// - Parameter means: what they do, by geo.
    mutating func lowerLevels(by means: [Double]) {
        guard let home else { return }
        for index in sampled.indices {
            if sampled[index].isLevel { values[sampled[index].slot] -= means[home] }
            guard let geo = sampled[index].geo else { continue }
            values[sampled[index].slot] -= means[geo] - means[home]
        }
    }

    /// The derivatives by what levels were lowered by.
    ///
    /// - Parameter means: by geo, to be filled.
    func pullLevels(into means: inout [Double]) {
        guard let home else { return }
        for geo in means.indices { means[geo] = 0 }
        for index in sampled.indices {
            let adjoint = adjoints[sampled[index].slot]
            if sampled[index].isLevel { means[home] -= adjoint }
            guard let geo = sampled[index].geo else { continue }
            means[geo] -= adjoint
            means[home] += adjoint
        }
    }

    /// The levels at which controls are 0 lie by so much below those that the model works with.
    private var controlLevel: Double {
        sampled.indices.reduce(0) { $0 + values[sampled[$1].slot] * sampled[$1].centre }
    }

    /// The logarithm of the priors' densities; adjoints get their slopes.
    mutating func priors() -> Double {
        let level = controlLevel
        var (sum, levelAdjoint) = (0.0, 0.0)
        for index in sampled.indices {
            guard let prior = sampled[index].prior else { continue }
            let (slot, divisor) = (sampled[index].slot, sampled[index].divisor)
            let isLevel = sampled[index].isLevel
            let own = prior.evaluate(values[slot] / divisor - (isLevel ? level : 0))
            sum += own.logDensity
            adjoints[slot] += own.slope / divisor
            if isLevel { levelAdjoint -= own.slope }
        }
        for index in sampled.indices {
            adjoints[sampled[index].slot] += levelAdjoint * sampled[index].centre
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
        let level = controlLevel
        for one in sampled {
            plain[one.slot] = values[one.slot] / one.divisor - (one.isLevel ? level : 0)
        }
        return plain
    }
}
