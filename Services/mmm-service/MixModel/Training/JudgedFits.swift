internal import MediaMix
internal import Messages
internal import Numerics
internal import Panels
internal import RPC

/// Models that were drawn together, with their draws, and whether these can be used.
struct JudgedFits: Sendable {
    /// The models in order, each with its own draws; none if nothing came of it.
    private(set) var fits: [MixFit] = []
    /// What to think of each, but for how long it took.
    private(set) var summaries: [MixModelV1.TrainingSummary] = []
    /// Why none of them can be used; nil if all can.
    private(set) var problem: String?

    /// Nothing that could be used.
    ///
    /// - Parameter problem: why.
    init(problem: String) { self.problem = problem }

    /// What chains have drawn.
    ///
    /// - Parameters:
    ///   - model: what they are of.
    ///   - posterior: the draws.
    init(_ model: JointMixModel, _ posterior: Posterior) {
        take(MixDraws(posterior), of: model)
        for fit in fits {
            let convergence = MixConvergence(fit, posterior.chains)
            var summary = MixModelV1.TrainingSummary(convergence)
            summary.draws = Int64(posterior.draws * posterior.chains.count)
            summary.gradients = Int64(posterior.gradients)
            summary.attempt = Int32(clamping: posterior.attempt)
            summaries.append(summary)
            guard convergence.isFailure, problem == nil else { continue }
            // What is drawn together cannot be trusted in parts.
            let outcome = fits.count == 1 ? "" : "of \(fit.model.panel.outcome.name): "
            problem = outcome + summary.verdict
        }
    }

    /// What the fits of a first look are.
    ///
    /// - Parameters:
    ///   - model: what was fitted.
    ///   - found: the fits.
    init(_ model: JointMixModel, _ found: MixBootstrap.Fits) {
        take(found.draws, of: model)
        var summary = MixModelV1.TrainingSummary()
        summary.largestRHat = .nan
        (summary.leastBulkEss, summary.leastTailEss) = (.nan, .nan)
        summary.leastEnergyFraction = .nan
        summary.draws = Int64(found.draws.count)
        summary.attempt = 1
        summary.verdict = found.verdict
        summaries = fits.map { _ in summary }
    }

    private mutating func take(_ draws: MixDraws, of model: JointMixModel) {
        fits = model.fits(draws) ?? []
        if fits.isEmpty { problem = "the draws are not of such a model" }
    }
}

extension SamplingFailure {
    /// Throws what says nothing of the model: another attempt may end otherwise.
    ///
    /// - Throws: `CancellationError`; UNAVAILABLE.
    func throwIfPassing() throws {
        switch self {
        case .cancelled: throw CancellationError()
        case .noThread: throw RPCError(.unavailable, description)
        default: break
        }
    }

    /// Why nothing came of chains, with what to do.
    ///
    /// - Parameter model: what they were of.
    /// - Returns: a sentence.
    func words(of model: JointMixModel) -> String {
        let what = "the chains found no way: \(self)"
        guard case .flat(_, let index) = self, let name = model.sampledName(at: index) else {
            return what + "; give tighter priors, or look at the data"
        }
        return "\(what); that is \(name): give it a tighter prior, or leave it out"
    }
}

extension MixBootstrap.Failure {
    /// Throws what says nothing of the model: another attempt may end otherwise.
    ///
    /// - Throws: UNAVAILABLE.
    func throwIfPassing() throws(RPCError) {
        if self == .noThread { throw RPCError(.unavailable, description) }
    }

    /// Why there are no fits, with what to do.
    var words: String { "\(self): give tighter priors, or look at the data" }
}

extension MixBootstrap.Fits {
    /// What to think of them, in a sentence.
    fileprivate var verdict: String {
        let words =
            "a first look: \(draws.count) best fits, whose spread is not the"
            + " posterior's; train by nuts before you rely on it"
        if unsettled == 0 { return words }
        return words + " (\(Figure.count(unsettled, "more fit")) found no top and"
            + " \(unsettled == 1 ? "is" : "are") left out)"
    }
}

extension MixModelV1.TrainingSummary {
    /// Whether draws can be trusted.
    fileprivate init(_ convergence: MixConvergence) {
        self.init()
        largestRHat = convergence.largestRHat
        leastBulkEss = convergence.leastBulkESS
        leastTailEss = convergence.leastTailESS
        leastEnergyFraction = convergence.leastEnergyFraction
        divergences = Int64(convergence.divergences)
        verdict = convergence.verdict
        findings = convergence.findings.map { finding in
            var told = Finding()
            told.isFailure = finding.isFailure
            told.measure = finding.measure.rawValue
            told.parameter = finding.parameter ?? ""
            told.geo = finding.geo ?? ""
            (told.value, told.limit) = (finding.value, finding.limit)
            (told.problem, told.remedy) = (finding.problem, finding.remedy)
            return told
        }
    }
}
