internal import Jobs
internal import MediaMix
internal import Messages
internal import Net
internal import Numerics
internal import Postgres
internal import RPC
internal import Wire

/// An attempt at a cross-validation: fit after fit, each kept when it has ended, for the attempt
/// after this one to go on behind it.
struct CrossValidationRun: Sendable {
    private let plan: CrossValidationPlan
    private let run: JobRun
    private let limits: TrainingLimits
    private let version: String
    private let offload: WorkerPool?

    /// - Parameters:
    ///   - plan: what is fitted.
    ///   - run: the job's.
    ///   - limits: how trainings go on.
    ///   - version: the program's; what another has fitted is fitted again.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    init(
        _ plan: CrossValidationPlan,
        _ run: JobRun,
        _ limits: TrainingLimits,
        version: String,
        offload: WorkerPool?
    ) {
        self.plan = plan
        self.run = run
        self.limits = limits
        self.version = version
        self.offload = offload
    }

    private var seed: UInt64 { plan.sampling.message.seed }

    /// Fits all parts.
    ///
    /// - Parameter check: is called when a fit is kept, and throws if no more are wanted.
    /// - Returns: what that has shown of each outcome, in the plan's order.
    /// - Throws: what the closure throws; `CancellationError` when the worker stops; `RPCError`;
    ///   `PostgresError`.
    func end(
        checking check: (PostgresTransaction) async throws -> Void
    ) async throws -> [MixModelV1.CrossValidation] {
        var kept = try begun()
        let (all, ended) = (plan.lengths.count, kept.found[0].folds.count)
        for number in (0..<all).dropFirst(ended) {
            run.report(Double(number) / Double(all), "fit \(number + 1) of \(all)")
            let folds = try await unlessStopped { try await self.folds(number) }
            for (index, fold) in folds.enumerated() { kept.found[index].take(fold) }
            let done = Double(number + 1) / Double(all)
            try await run.save(checkpoint: kept.encoded(), progress: done, check)
        }
        return kept.found
    }

    /// What an attempt before this one has kept, or nothing yet of each outcome.
    private func begun() throws -> MixModelV1.StoredCrossValidation {
        if let checkpoint = run.checkpoint {
            let kept = try MixModelV1.StoredCrossValidation(decoding: checkpoint.bytes)
            if kept.version == version, kept.found.count == plan.outcomes.count { return kept }
        }
        var kept = MixModelV1.StoredCrossValidation()
        kept.version = version
        kept.found = plan.outcomes.map { outcome in
            var found = MixModelV1.CrossValidation()
            found.modelID = "\(outcome.id)"
            found.horizonPeriods = plan.request.horizonPeriods
            found.seed = seed
            return found
        }
        return kept
    }

    /// Does something that its thread would not end by itself when the worker stops.
    private func unlessStopped<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !run.isStopping { try await run.loop.sleep(for: limits.interval) }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            while let found = try await group.next() {
                if let found { return found }
            }
            throw CancellationError()
        }
    }

    // MARK: A fit

    /// What a fit says of each outcome.
    private func folds(_ number: Int) async throws -> [MixModelV1.CrossValidation.Fold] {
        let parts = plan.parts(number)
        let model = try await offload.runBeside { try plan.model(of: parts) }
        let isBootstrap = plan.sampling.message.method == .bayesianBootstrap
        let judged = try await isBootstrap ? bootstrapped(model) : sampled(model)
        let kind: MixModelV1.Estimate.Kind = isBootstrap ? .confidence : .credible
        var options = MixResults.Options()
        options.seed = seed
        let asked = options
        return try await offload.runBeside {
            try parts.indices.map { index in
                var fold = MixModelV1.CrossValidation.Fold(parts[index])
                fold.isFailure = judged.problem != nil
                fold.verdict = judged.problem ?? judged.summaries[index].verdict
                guard !fold.isFailure,
                    let found = try parts[index].fold(judged.fits[index], asked)
                else { return fold }
                fold.training = .init(found.training, kind)
                fold.holdout = .init(found.holdout, kind)
                fold.naiveWmape = found.naiveWMAPE
                return fold
            }
        }
    }

    private func sampled(_ model: JointMixModel) async throws -> JudgedFits {
        var configuration = plan.sampling.configuration
        configuration.threads = limits.threads
        let (density, chains, seed) = (JointMixDensity(model), configuration.chains, seed)
        let starts = try await offload.runBeside { density.starts(chains: chains, seed: seed) }
        do {
            let posterior = try await SamplingRun(density, configuration, starts: starts)
                .posterior()
            return try await offload.runBeside { JudgedFits(model, posterior) }
        } catch let failure as SamplingFailure {
            try failure.throwIfPassing()
            return JudgedFits(problem: failure.words(of: model))
        }
    }

    private func bootstrapped(_ model: JointMixModel) async throws -> JudgedFits {
        do {
            let found = try await MixBootstrap.fits(
                of: model,
                count: ModelSampling.resamples,
                seed: seed,
                threads: limits.threads
            )
            return JudgedFits(model, found)
        } catch let failure as MixBootstrap.Failure {
            try failure.throwIfPassing()
            return JudgedFits(problem: failure.words)
        }
    }
}
