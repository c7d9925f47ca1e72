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
    /// The run would need more memory than its configuration allows.
    case tooLarge(neededBytes: Double, limitBytes: Int)
    /// What was saved is damaged, or was never a chain.
    case unreadable(String)
    /// What was saved has a form of another version than this program reads.
    case otherVersion(saved: Int, readable: Int)
    /// A chain was saved in a run of other settings.
    case otherConfiguration(chain: Int)
    /// A chain was saved in a run of another density; what differs, in words.
    case otherDensity(chain: Int, String)
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
        case .tooLarge(let needed, let limit):
            "the run would need \(megabytes(needed)) MB of memory, and its limit is"
                + " \(megabytes(Double(limit))) MB: keep fewer draws, run fewer chains, make do"
                + " with fewer parameters, or raise memoryLimitBytes"
        case .unreadable(let reason): "the saved chain cannot be read: \(reason)"
        case .otherVersion(let saved, let readable):
            "the saved chain has version \(saved) of the form, and this program reads version"
                + " \(readable): start the run anew"
        case .otherConfiguration(let chain):
            "the saved chain \(chain) was made with another configuration"
        case .otherDensity(let chain, let difference):
            "the saved chain \(chain) was made with another density: \(difference)"
        case .cancelled: "the run was cancelled"
        }
    }
}

private func megabytes(_ bytes: Double) -> String { "\((bytes / 1e5).rounded(.up) / 10)" }
