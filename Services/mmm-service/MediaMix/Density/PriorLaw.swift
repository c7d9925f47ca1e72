internal import Numerics

/// A prior's distribution without a box: it is asked for with every gradient.
enum PriorLaw: Sendable {
    case normal(Normal)
    case halfNormal(HalfNormal)
    case logNormal(LogNormal)
    case gamma(Gamma)
    case beta(Beta)
    case uniform(Uniform)
    case laplace(Laplace)
    case studentT(StudentT)
    case exponential(Exponential)
    case truncatedNormal(Truncated<Normal>)

    /// - Parameter prior: what is believed; nil is made of one that is fixed.
    init?(_ prior: Prior) {
        switch prior.distribution {
        case let law as Normal: self = .normal(law)
        case let law as HalfNormal: self = .halfNormal(law)
        case let law as LogNormal: self = .logNormal(law)
        case let law as Gamma: self = .gamma(law)
        case let law as Beta: self = .beta(law)
        case let law as Uniform: self = .uniform(law)
        case let law as Laplace: self = .laplace(law)
        case let law as StudentT: self = .studentT(law)
        case let law as Exponential: self = .exponential(law)
        case let law as Truncated<Normal>: self = .truncatedNormal(law)
        default: return nil
        }
    }

    /// The logarithm of the density, and its derivative.
    @inline(__always)
    func evaluate(_ x: Double) -> (logDensity: Double, slope: Double) {
        switch self {
        case .normal(let law): (law.logDensity(x), law.slope(x))
        case .halfNormal(let law): (law.logDensity(x), law.slope(x))
        case .logNormal(let law): (law.logDensity(x), law.slope(x))
        case .gamma(let law): (law.logDensity(x), law.slope(x))
        case .beta(let law): (law.logDensity(x), law.slope(x))
        case .uniform(let law): (law.logDensity(x), law.slope(x))
        case .laplace(let law): (law.logDensity(x), law.slope(x))
        case .studentT(let law): (law.logDensity(x), law.slope(x))
        case .exponential(let law): (law.logDensity(x), law.slope(x))
        case .truncatedNormal(let law): (law.logDensity(x), law.slope(x))
        }
    }
}
