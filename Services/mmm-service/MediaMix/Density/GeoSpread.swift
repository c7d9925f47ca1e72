internal import Numerics

/// The standard deviations by which an effect differs between geos, around a common one.
///
/// Data tell the mean of the geos' effects, and how each lies from it, but neither the common
/// effect nor the spread. So what is sampled is that mean, and for each geo a v: their mean is that
/// of the deviations, which moves the common effect alone; and the distances from it are those of
/// the deviations times √(1 + spread² · precision), where the precision is that with which data
/// tell an effect, as far as can be said beforehand. With few data these are deviations, with many
/// effects, whatever the spread is: no funnel is left at either end.
struct GeoSpread: Sendable {
    private let spread: Int
    private let slots: [Int]
    /// With which data tell a geo's effect; nil where deviations are sampled as they are.
    private let precision: Double?
    /// The priors of deviations, where they are not sampled as they are.
    private let priors: [PriorLaw]
    /// By geo.
    private(set) var deviations: [Double]
    private var mean = 0.0
    private var root = 1.0
    /// The derivatives by ``difference(_:_:)``, by geo.
    var adjoints: [Double]

    /// - Parameters:
    ///   - spread: the slot of the common spread.
    ///   - slots: those of the deviations, by geo.
    ///   - precision: with which data tell an effect; nil to sample deviations as they are.
    ///   - priors: of the deviations, where there is a precision.
    init(spread: Int, slots: [Int], precision: Double?, priors: [PriorLaw]) {
        self.spread = spread
        self.slots = slots
        self.precision = precision
        self.priors = priors
        deviations = slots.map { _ in 0 }
        adjoints = deviations
    }

    private var geos: Double { Double(slots.count) }

    /// Takes the parameters.
    ///
    /// - Parameter values: the parameters.
    /// - Returns: the logarithm of the deviations' priors where they are not sampled as they are.
    mutating func load(_ values: [Double]) -> Double {
        for geo in slots.indices {
            deviations[geo] = values[slots[geo]]
            adjoints[geo] = 0
        }
        guard let precision else { return 0 }
        let width = values[spread]
        mean = deviations.span.sum() / geos
        let square = 1 + width * width * precision
        root = square.squareRoot()
        var sum = -0.5 * (geos - 1) * Elementary.log(square)
        for geo in slots.indices {
            deviations[geo] = mean + (deviations[geo] - mean) / root
            sum += priors[geo].evaluate(deviations[geo]).logDensity
        }
        return sum
    }

    /// By how much an effect differs from the sampled one: the common one, or the mean.
    func difference(_ geo: Int, _ values: [Double]) -> Double {
        values[spread] * (deviations[geo] - mean)
    }

    /// By how much the mean of effects lies above the common one.
    func elevation(_ values: [Double]) -> Double { values[spread] * mean }

    /// Pulls ``adjoints`` back to the parameters.
    ///
    /// - Parameters:
    ///   - elevationAdjoint: the derivative by ``elevation(_:)``.
    ///   - values: the parameters.
    ///   - target: what theirs are added to.
    func pull(elevation elevationAdjoint: Double, _ values: [Double], into target: inout [Double]) {
        let width = values[spread]
        guard let precision else {
            for geo in slots.indices {
                target[spread] += adjoints[geo] * deviations[geo]
                target[slots[geo]] += adjoints[geo] * width
            }
            return
        }
        // By the mean, by the distances from it, and by the root that they are divided by.
        var meanAdjoint = elevationAdjoint * width
        var widthAdjoint = elevationAdjoint * mean
        var (distanceSum, rootAdjoint) = (0.0, -(geos - 1) / root)
        for geo in slots.indices {
            let distance = deviations[geo] - mean
            let slope = priors[geo].evaluate(deviations[geo]).slope
            let distanceAdjoint = adjoints[geo] * width + slope
            meanAdjoint += slope
            widthAdjoint += adjoints[geo] * distance
            rootAdjoint -= distanceAdjoint * distance / root
            distanceSum += distanceAdjoint / root
            target[slots[geo]] += distanceAdjoint / root
        }
        let share = (meanAdjoint - distanceSum) / geos
        for geo in slots.indices { target[slots[geo]] += share }
        target[spread] += widthAdjoint + rootAdjoint * width * precision / root
    }
}
