/// The logarithm of a density of real numbers, with its gradient: what is sampled.
///
/// It is a value: each chain works on a copy of its own, so memory that it keeps between calls
/// needs no lock. It need not be normalised. Outside the support it is −∞ (NaN counts as that);
/// a point where it is not finite is never visited, and counts as a divergence.
public protocol Density: Sendable {
    /// How many numbers it takes; the same as long as it lives.
    var dimension: Int { get }

    /// The logarithm of the density at a point.
    ///
    /// It should not ask for memory: it is called for every step of a trajectory.
    ///
    /// - Parameters:
    ///   - position: `[dimension]`, finite.
    ///   - gradient: `[dimension]`, filled with the derivatives; its content before is arbitrary.
    /// - Returns: the logarithm; −∞ or NaN outside the support.
    /// - Throws: anything, if there is no way on: the run ends with it.
    mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) throws -> Double
}

/// Why a run ended without a posterior.
public enum SamplingFailure: Error, Equatable, CustomStringConvertible {
    /// The density is of no numbers at all.
    case nothingToSample
    /// A setting breaks a rule.
    case badConfiguration(field: String, rule: String)
    /// A given starting point has no finite density and gradient.
    case badStart(chain: Int, logDensity: String)
    /// No random point was found with a finite density and gradient.
    case noStart(chain: Int, attempts: Int)
    /// The density threw; what, in words.
    case densityThrew(chain: Int, draw: Int, String)
    /// The density was +∞ somewhere.
    case unbounded(chain: Int, draw: Int)
    /// Any step is accepted, or the chain runs away: the density has no finite integral.
    case improper(chain: Int, draw: Int)
    /// The log density is a straight line in one parameter, wherever the chain was.
    case flat(chain: Int, parameter: Int)
    /// No step is small enough: almost nowhere near the chain is there a finite density.
    case stuck(chain: Int, draw: Int)
    /// The system has no thread for a chain.
    case noThread
    /// What was saved belongs to another run, or is damaged.
    case unreadable(String)
    /// Somebody cancelled the run.
    case cancelled

    /// The diagnosis in words.
    public var description: String {
        switch self {
        case .nothingToSample: "the density has no parameters"
        case .badConfiguration(let field, let rule): "\(field) \(rule)"
        case .badStart(let chain, let logDensity):
            "chain \(chain) cannot start where it was told to: the log density there is"
                + " \(logDensity), or its gradient is not finite"
        case .noStart(let chain, let attempts):
            "chain \(chain) found no point to start from in \(attempts) attempts: the log density"
                + " or its gradient was never finite"
        case .densityThrew(let chain, let draw, let reason):
            "the density failed in chain \(chain) at draw \(draw): \(reason)"
        case .unbounded(let chain, let draw):
            "the log density was +∞ in chain \(chain) at draw \(draw)"
        case .improper(let chain, let draw):
            "chain \(chain) runs away at draw \(draw): the posterior seems improper; look for"
                + " parameters without a prior"
        case .flat(let chain, let parameter):
            "chain \(chain) saw the log density as a straight line in parameter \(parameter): the"
                + " posterior is improper; give that parameter a prior"
        case .stuck(let chain, let draw):
            "chain \(chain) cannot move at draw \(draw): the density is not finite or not smooth"
                + " around it, or its gradient is wrong"
        case .noThread: "the system has no thread for a chain"
        case .unreadable(let reason): "the saved run cannot be used: \(reason)"
        case .cancelled: "the run was cancelled"
        }
    }
}
