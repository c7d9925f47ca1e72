internal import Jobs
internal import MediaMix
internal import Messages
internal import Net
internal import Numerics
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// The training of a model, or of several that are drawn together, on threads of its own, for as
/// long as its job has the lease.
struct Training: Sendable {
    /// The models, that which has the training first.
    private let records: [ModelRecord]
    private var record: ModelRecord { records[0] }
    private let run: JobRun
    private let limits: TrainingLimits
    private let offload: WorkerPool?
    private let store = TrainingStore()

    /// How long what is kept at once may take to be written.
    private static let patience = Duration.seconds(120)

    init(_ records: [ModelRecord], _ run: JobRun, _ limits: TrainingLimits, offload: WorkerPool?) {
        self.records = records
        self.run = run
        self.limits = limits
        self.offload = offload
    }

    /// Somebody has cancelled or deleted the model.
    struct NotWanted: Error {}

    /// Trains the model to its end.
    ///
    /// - Returns: what comes of it.
    /// - Throws: ``NotWanted``; `CancellationError` when the worker stops; `PostgresError`.
    func end() async throws -> TrainingEnd {
        let scope = try run.scope(within: Self.patience)
        var parts: [Prepared.Part] = []
        for record in records {
            let panel = try await StoredPanelStore().contents(record.panel, in: scope)
            parts.append((record.definition, panel))
        }
        if record.definition.model?.sampling?.method == .bayesianBootstrap {
            return try await bootstrap(parts[0].panel)
        }
        let kept = try await ChainStore().chains(of: record.id, in: scope)
        let asked = parts
        let prepared = try await offload.runBeside { try Prepared(asked, kept) }
        let seconds = record.state == .training ? record.progress?.seconds ?? 0 : 0
        let configuration = prepared.configuration
        let board = TrainingBoard(
            chains: configuration.chains,
            resuming: prepared.saved,
            after: seconds
        )
        do {
            let posterior = try await posterior(prepared, board)
            return try await offload.runBeside {
                TrainingEnd(posterior, prepared, board)
            }
        } catch let failure as SamplingFailure {
            switch failure {
            // It is for another attempt to go on.
            case .cancelled: throw CancellationError()
            case .noThread: throw RPCError(.unavailable, failure.description)
            default: return TrainingEnd(problem: prepared.words(of: failure))
            }
        }
    }

    /// Fits instead of drawing: that takes no time worth speaking of.
    private func bootstrap(_ panel: Panel) async throws -> TrainingEnd {
        let begin = ContinuousClock.now
        let definition = record.definition
        let model = try await offload.runBeside { try MediaMixModel(definition, panel) }
        do {
            let fits = try await MixBootstrap.fits(
                of: model,
                count: ModelSampling.resamples,
                seed: definition.model?.sampling?.seed ?? 0,
                threads: limits.threads
            )
            return TrainingEnd(fits, seconds: begin.duration(to: .now) / .seconds(1))
        } catch let failure as MixBootstrap.Failure {
            if failure == .noThread { throw RPCError(.unavailable, failure.description) }
            return TrainingEnd(problem: "\(failure): give tighter priors, or look at the data")
        }
    }

    /// Draws, and keeps how far that is.
    private func posterior(
        _ prepared: Prepared,
        _ board: TrainingBoard
    ) async throws -> Posterior {
        var configuration = prepared.configuration
        configuration.threads = limits.threads
        let total = configuration.warmup + configuration.draws
        let sampling = SamplingRun(
            prepared.density,
            configuration,
            starts: prepared.starts,
            resuming: prepared.saved,
            savingEvery: max(1, total / limits.saves)
        ) { board.save($0) }
        return try await withThrowingTaskGroup(of: Posterior?.self) { group in
            group.addTask { try await sampling.posterior() }
            group.addTask {
                for await report in sampling.reports { board.note(report) }
                return nil
            }
            group.addTask {
                try await keep(board)
                return nil
            }
            defer { group.cancelAll() }
            while let found = try await group.next() {
                if let found { return found }
            }
            throw CancellationError()
        }
    }

    /// Keeps again and again how far chains are, until there are no more.
    private func keep(_ board: TrainingBoard) async throws {
        while true {
            try await run.loop.sleep(for: limits.interval)
            try await keepOnce(board)
            if run.isStopping { throw CancellationError() }
        }
    }

    private func keepOnce(_ board: TrainingBoard) async throws {
        let (chains, progress) = board.take()
        if let progress {
            run.report(progress.fraction, "chains draw")
        }
        let saved = try await offload.runBeside {
            chains.map { (number: $0.trace.state.chain, bytes: SharedBytes($0.bytes)) }
        }
        let isWanted = try await run.transaction(within: Self.patience) { transaction in
            try await store.keep(
                progress,
                saved,
                of: records,
                by: run.id.uuid,
                in: transaction
            )
        }
        guard isWanted else { throw NotWanted() }
    }
}

/// What chains need to start, or to go on.
private struct Prepared: Sendable {
    /// What is kept of a model, and its panel.
    typealias Part = (definition: MixModelV1.StoredModel, panel: Panel)

    let model: JointMixModel
    let density: NamedDensity
    let configuration: SamplingConfiguration
    let starts: [[Double]]
    let saved: [SavedChain]

    init(_ parts: [Part], _ kept: [SharedBytes]) throws {
        let definition = parts[0].definition
        let about = definition.model ?? .init()
        var violations = FieldViolations()
        let sampling = ModelSampling(about.sampling ?? .init(), &violations)
        try violations.finish("the sampling that is kept cannot be read")
        configuration = sampling.configuration
        model = try JointMixModel(try parts.map { try MediaMixModel($0.definition, $0.panel) })
        let plain = JointMixDensity(model)
        let panels = parts.map { $0.definition.model?.fingerprint ?? "" }
        density = NamedDensity(
            plain,
            "mix model \(about.configurationDigest) of panel \(panels.joined(separator: ", "))"
        )
        let given = definition.starts.map(\.position)
        starts =
            given.isEmpty
            ? plain.starts(chains: configuration.chains, seed: configuration.seed) : given
        saved = try kept.map { try SavedChain(bytes: Array(copying: $0.bytes)) }
    }

    /// Why nothing came of chains, with what to do.
    func words(of failure: SamplingFailure) -> String {
        let what = "the chains found no way: \(failure)"
        guard case .flat(_, let index) = failure, let name = model.sampledName(at: index) else {
            return what + "; give tighter priors, or look at the data"
        }
        return "\(what); that is \(name): give it a tighter prior, or leave it out"
    }
}

/// A density that is told from others by what it is of.
private struct NamedDensity: Density {
    private var density: JointMixDensity
    let identity: String

    init(_ density: JointMixDensity, _ identity: String) {
        self.density = density
        self.identity = identity
    }

    var dimension: Int { density.dimension }

    mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        density.logDensity(at: position, gradient: &gradient)
    }
}

extension TrainingEnd {
    /// What comes of fits.
    fileprivate init(_ fits: MixBootstrap.Fits, seconds: Double) {
        self.init()
        let draws = fits.draws
        chains = draws.chains.enumerated().map { ($0, $1.drawBytes) }
        var summary = MixModelV1.TrainingSummary()
        summary.largestRHat = .nan
        (summary.leastBulkEss, summary.leastTailEss) = (.nan, .nan)
        summary.leastEnergyFraction = .nan
        summary.draws = Int64(draws.count)
        summary.seconds = seconds
        summary.attempt = 1
        summary.verdict = fits.verdict
        summaries = [summary]
    }

    /// What comes of draws.
    fileprivate init(_ posterior: Posterior, _ prepared: Prepared, _ board: TrainingBoard) {
        self.init()
        progress = board.last
        let saved = posterior.saved(of: prepared.density.identity)
        chains = saved.enumerated().map { ($0, SharedBytes($1.bytes)) }
        let drawn = MixDraws(posterior)
        for (model, places) in zip(prepared.model.members, prepared.model.places) {
            guard let fit = MixFit(model, drawn.taking(places)) else {
                problem = "the draws are not of such a model"
                return
            }
            let convergence = MixConvergence(fit, posterior.chains)
            var summary = MixModelV1.TrainingSummary(convergence)
            summary.draws = Int64(posterior.draws * posterior.chains.count)
            summary.gradients = Int64(posterior.gradients)
            summary.attempt = Int32(clamping: posterior.attempt)
            summary.seconds = board.elapsed
            summaries.append(summary)
            guard convergence.isFailure, problem == nil else { continue }
            // What is drawn together cannot be trusted in parts.
            let isOne = prepared.model.members.count == 1
            problem = (isOne ? "" : "of \(model.panel.outcome.name): ") + summary.verdict
        }
    }
}

extension MixBootstrap.Fits {
    /// What to think of them, in a sentence.
    var verdict: String {
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
