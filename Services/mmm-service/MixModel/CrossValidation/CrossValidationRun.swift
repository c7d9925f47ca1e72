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
    /// - Returns: what that has shown.
    /// - Throws: what the closure throws; `CancellationError` when the worker stops; `RPCError`;
    ///   `PostgresError`.
    func end(
        checking check: (PostgresTransaction) async throws -> Void
    ) async throws -> MixModelV1.CrossValidation {
        var kept = MixModelV1.StoredCrossValidation()
        if let checkpoint = run.checkpoint {
            kept = try MixModelV1.StoredCrossValidation(decoding: checkpoint.bytes)
        }
        if kept.version != version { kept = .init() }
        kept.version = version
        var found = kept.found ?? .init()
        found.modelID = plan.request.modelID
        found.horizonPeriods = plan.request.horizonPeriods
        found.seed = seed
        for number in (0..<plan.lengths.count).dropFirst(found.folds.count) {
            let all = plan.lengths.count
            run.report(Double(number) / Double(all), "fit \(number + 1) of \(all)")
            found.take(try await unlessStopped { try await fold(number) })
            kept.found = found
            let done = Double(number + 1) / Double(all)
            try await run.save(checkpoint: kept.encoded(), progress: done, check)
        }
        return found
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

    /// What came of fitting a part.
    private struct Fitted: Sendable {
        /// Nil if there are no draws that can be trusted.
        let fit: MixFit?
        let verdict: String
    }

    private func fold(_ number: Int) async throws -> MixModelV1.CrossValidation.Fold {
        let part = plan.part(number)
        let fitted = try await fitted(part)
        return try await offload.runBeside {
            var fold = MixModelV1.CrossValidation.Fold(part)
            (fold.verdict, fold.isFailure) = (fitted.verdict, fitted.fit == nil)
            guard let fit = fitted.fit, let found = try part.fold(fit, seed: seed) else {
                return fold
            }
            let isBootstrap = plan.sampling.message.method == .bayesianBootstrap
            let kind: MixModelV1.Estimate.Kind = isBootstrap ? .confidence : .credible
            fold.training = .init(found.training, kind)
            fold.holdout = .init(found.holdout, kind)
            fold.naiveWmape = found.naiveWMAPE
            return fold
        }
    }

    private func fitted(_ part: RollingOrigin.Part) async throws -> Fitted {
        let model = try await offload.runBeside { try plan.model(of: part) }
        if plan.sampling.message.method == .bayesianBootstrap {
            return try await bootstrapped(model)
        }
        let configuration = sampling
        let (density, starts) = try await offload.runBeside {
            let density = MixDensity(model)
            return (
                density,
                density.starts(chains: configuration.chains, seed: configuration.seed)
            )
        }
        do {
            let posterior = try await SamplingRun(density, configuration, starts: starts)
                .posterior()
            return try await offload.runBeside { Self.judged(model, posterior) }
        } catch let failure as SamplingFailure {
            switch failure {
            // It is for another attempt to go on.
            case .cancelled: throw CancellationError()
            case .noThread: throw RPCError(.unavailable, failure.description)
            default: return Fitted(fit: nil, verdict: "the chains found no way: \(failure)")
            }
        }
    }

    private var sampling: SamplingConfiguration {
        var configuration = plan.sampling.configuration
        configuration.threads = limits.threads
        return configuration
    }

    private static let unlike = Fitted(fit: nil, verdict: "the draws are not of such a model")

    private static func judged(_ model: MediaMixModel, _ posterior: Posterior) -> Fitted {
        guard let fit = MixFit(model, MixDraws(posterior)) else { return unlike }
        let convergence = MixConvergence(fit, posterior.chains)
        return Fitted(
            fit: convergence.isFailure ? nil : fit,
            verdict: convergence.verdict
        )
    }

    private func bootstrapped(_ model: MediaMixModel) async throws -> Fitted {
        do {
            let fits = try await MixBootstrap.fits(
                of: model,
                count: ModelSampling.resamples,
                seed: seed,
                threads: limits.threads
            )
            return try await offload.runBeside {
                guard let fit = MixFit(model, fits.draws) else { return Self.unlike }
                return Fitted(fit: fit, verdict: fits.verdict)
            }
        } catch let failure as MixBootstrap.Failure {
            if failure == .noThread { throw RPCError(.unavailable, failure.description) }
            return Fitted(fit: nil, verdict: "\(failure)")
        }
    }
}
