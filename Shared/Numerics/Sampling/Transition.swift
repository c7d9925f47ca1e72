/// What happened on the way to one draw.
public struct Transition: Equatable, Sendable {
    /// The logarithm of the density at the draw.
    public var logDensity = 0.0
    /// The energy at the draw: the kinetic one less the log density.
    public var energy = 0.0
    /// The mean acceptance probability over the trajectory.
    public var acceptance = 0.0
    /// The step size.
    public var stepSize = 0.0
    /// How often the trajectory doubled.
    public var depth = 0
    /// The number of steps, each with one gradient.
    public var steps = 0
    /// Whether a step went wrong by more energy than is allowed, or out of the support.
    public var isDivergent = false
    /// Whether that step came to where the density is not finite.
    public var isOutside = false
}
