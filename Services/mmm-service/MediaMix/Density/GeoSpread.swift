internal import Numerics

/// The standard deviations by which an effect differs between geos, around a common one.
///
/// What is sampled of a geo is v = dev · √(1 + spread² · precision), where the precision is that
/// with which data tell its effect, as far as can be said beforehand. With few data v is `dev`
/// itself; with many it is the effect, whatever the spread is. No funnel is left at either end.
struct GeoSpread: Sendable {
    private let spread: Int
    private let slots: [Int]
    /// By geo; empty where deviations are sampled as they are.
    private let precisions: [Double]
    /// The priors of deviations, where they are not sampled as they are.
    private let priors: [PriorLaw]
    /// By geo.
    private(set) var deviations: [Double]
    private var roots: [Double]

    /// - Parameters:
    ///   - spread: the slot of the common spread.
    ///   - slots: those of the deviations, by geo.
    ///   - precisions: by geo; none to sample deviations as they are.
    ///   - priors: of the deviations, where there are precisions.
    init(spread: Int, slots: [Int], precisions: [Double], priors: [PriorLaw]) {
        self.spread = spread
        self.slots = slots
        self.precisions = precisions
        self.priors = priors
        deviations = slots.map { _ in 0 }
        roots = slots.map { _ in 1 }
    }

    /// Takes the parameters.
    ///
    /// - Parameter values: the parameters.
    /// - Returns: the logarithm of the deviations' priors where they are not sampled as they are.
    mutating func load(_ values: [Double]) -> Double {
        var sum = 0.0
        let width = values[spread]
        for geo in slots.indices {
            var deviation = values[slots[geo]]
            if !precisions.isEmpty {
                let square = 1 + width * width * precisions[geo]
                roots[geo] = square.squareRoot()
                deviation /= roots[geo]
                sum += priors[geo].evaluate(deviation).logDensity - 0.5 * Elementary.log(square)
            }
            deviations[geo] = deviation
        }
        return sum
    }

    /// By how much an effect differs: spread times deviation.
    func difference(_ geo: Int, _ values: [Double]) -> Double { values[spread] * deviations[geo] }

    /// Pulls the derivative by a difference back to the parameters.
    ///
    /// - Parameters:
    ///   - adjoint: that derivative.
    ///   - geo: which difference.
    ///   - values: the parameters.
    ///   - adjoints: what theirs are added to.
    func pull(_ adjoint: Double, _ geo: Int, _ values: [Double], into adjoints: inout [Double]) {
        let (width, deviation) = (values[spread], deviations[geo])
        adjoints[spread] += adjoint * deviation
        var deviationAdjoint = adjoint * width
        if !precisions.isEmpty {
            let root = roots[geo]
            deviationAdjoint += priors[geo].evaluate(deviation).slope
            let rootAdjoint = -(deviationAdjoint * deviation + 1) / root
            adjoints[spread] += rootAdjoint * width * precisions[geo] / root
            deviationAdjoint /= root
        }
        adjoints[slots[geo]] += deviationAdjoint
    }
}
