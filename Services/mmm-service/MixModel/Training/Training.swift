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
        var parts: [StoredPart] = []
        for record in records {
            let panel = try await StoredPanelStore().contents(record.panel, in: scope)
            parts.append((record.definition, panel))
        }
        let asked = parts
        let sampling = try record.definition.sampling()
        if sampling.message.method == .bayesianBootstrap {
            return try await bootstrap(asked, seed: sampling.message.seed)
        }
        let kept = try await ChainStore().chains(of: record.id, in: scope)
        let prepared = try await offload.runBeside {
            try Prepared(asked, sampling.configuration, kept)
        }
        let seconds = record.state == .training ? record.progress?.seconds ?? 0 : 0
        let board = TrainingBoard(
            chains: prepared.configuration.chains,
            resuming: prepared.saved,
            after: seconds
        )
        do {
            let posterior = try await posterior(prepared, board)
            return try await offload.runBeside {
                var end = TrainingEnd(
                    JudgedFits(prepared.model, posterior),
                    chains: posterior.saved(of: prepared.density.identity)
                        .map { SharedBytes($0.bytes) },
                    seconds: board.elapsed
                )
                end.progress = board.last
                return end
            }
        } catch let failure as SamplingFailure {
            try failure.throwIfPassing()
            return TrainingEnd(problem: failure.words(of: prepared.model))
        }
    }

    /// Fits instead of drawing: that takes no time worth speaking of.
    private func bootstrap(_ parts: [StoredPart], seed: UInt64) async throws -> TrainingEnd {
        let begin = ContinuousClock.now
        let model = try await offload.runBeside { try JointMixModel(parts) }
        do {
            let found = try await MixBootstrap.fits(
                of: model,
                count: ModelSampling.resamples,
                seed: seed,
                threads: limits.threads
            )
            return TrainingEnd(
                JudgedFits(model, found),
                chains: found.draws.chains.map(\.drawBytes),
                seconds: begin.duration(to: .now) / .seconds(1)
            )
        } catch let failure as MixBootstrap.Failure {
            try failure.throwIfPassing()
            return TrainingEnd(problem: failure.words)
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

/// What is kept of a model, and its panel.
private typealias StoredPart = (definition: MixModelV1.StoredModel, panel: Panel)

extension JointMixModel {
    /// The models of some that are drawn together, in order.
    fileprivate init(_ parts: [StoredPart]) throws {
        try self.init(try parts.map { try MediaMixModel($0.definition, $0.panel) })
    }
}

/// What chains need to start, or to go on.
private struct Prepared: Sendable {
    let model: JointMixModel
    let density: NamedDensity
    let configuration: SamplingConfiguration
    let starts: [[Double]]
    let saved: [SavedChain]

    init(
        _ parts: [StoredPart],
        _ configuration: SamplingConfiguration,
        _ kept: [SharedBytes]
    ) throws {
        self.configuration = configuration
        model = try JointMixModel(parts)
        let plain = JointMixDensity(model)
        let definition = parts[0].definition
        let digest = definition.model?.configurationDigest ?? ""
        let panels = parts.map { $0.definition.model?.fingerprint ?? "" }
        density = NamedDensity(
            plain,
            "mix model \(digest) of panel \(panels.joined(separator: ", "))"
        )
        let given = definition.starts.map(\.position)
        starts =
            given.isEmpty
            ? plain.starts(chains: configuration.chains, seed: configuration.seed) : given
        saved = try kept.map { try SavedChain(bytes: Array(copying: $0.bytes)) }
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
    /// What comes of fits, or of draws.
    ///
    /// - Parameters:
    ///   - judged: the models with their draws.
    ///   - chains: the draws as they are kept.
    ///   - seconds: how long it took.
    fileprivate init(_ judged: JudgedFits, chains: [SharedBytes], seconds: Double) {
        self.init()
        self.chains = chains.enumerated().map { ($0, $1) }
        problem = judged.problem
        summaries = judged.summaries.map { summary in
            var summary = summary
            summary.seconds = seconds
            return summary
        }
    }
}
