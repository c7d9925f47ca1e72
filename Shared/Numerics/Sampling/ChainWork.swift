/// What the threads of a run share: how one chain is made from its start to its last draw.
struct ChainWork: Sendable {
    enum Event: Sendable {
        case report(SamplingReport, RunningMoments)
        case ended(Int, Result<ChainTrace, SamplingFailure>)
    }

    /// How often a chain tells how far it is: each time wakes somebody up, which costs as much as a
    /// fast density's draw.
    private static let reports = 40

    let density: any Density
    let configuration: SamplingConfiguration
    let starts: [[Double]]?
    let isCancelled: SamplingRun.Flag
    let savingEvery: Int
    let save: (@Sendable (SavedChain) -> Void)?
    /// Set when a chain has failed, so that the others end too.
    let abort = SamplingRun.Flag()

    /// Refuses what cannot be sampled at all.
    func check(_ saved: [SavedChain]) throws(SamplingFailure) {
        try configuration.check()
        guard density.dimension > 0 else { throw .nothingToSample }
        try configuration.checkMemory(dimension: density.dimension)
        guard density.identity.utf8.count <= SavedChain.longestIdentity else {
            throw .badConfiguration(
                field: "identity",
                rule: "must be of at most \(SavedChain.longestIdentity) bytes"
            )
        }
        guard savingEvery > 0 else {
            throw .badConfiguration(field: "savingEvery", rule: "must be positive")
        }
        for chain in saved { try check(chain) }
        guard let starts else { return }
        guard starts.count == configuration.chains,
            starts.allSatisfy({ $0.count == density.dimension })
        else {
            throw .badConfiguration(field: "starts", rule: "must have a point for each chain")
        }
    }

    /// Refuses a chain of another run; data under the same name are compared when it goes on.
    private func check(_ saved: SavedChain) throws(SamplingFailure) {
        let (number, dimension) = (saved.trace.state.chain, saved.trace.state.position.count)
        guard saved.identity == density.identity else {
            throw .otherDensity(chain: number, "\(saved.identity), not \(density.identity)")
        }
        guard dimension == density.dimension else {
            throw .otherDensity(
                chain: number,
                "it was of \(dimension) numbers, not \(density.dimension)"
            )
        }
        guard saved.configuration == configuration.ofSaved else {
            throw .otherConfiguration(chain: number)
        }
    }

    /// Runs one chain to its end, on the calling thread.
    func run(
        _ number: Int,
        _ attempt: Int,
        _ saved: ChainTrace?,
        _ tell: (Event) -> Void
    ) -> Result<ChainTrace, SamplingFailure> {
        do {
            return .success(try trace(number, attempt, saved, tell))
        } catch {
            return .failure(error)
        }
    }

    private func trace(
        _ number: Int,
        _ attempt: Int,
        _ saved: ChainTrace?,
        _ tell: (Event) -> Void
    ) throws(SamplingFailure) -> ChainTrace {
        let settings = configuration.ofAttempt(attempt)
        let chain: Chain
        var trace: ChainTrace
        if let saved {
            chain = try Chain(density, settings, from: saved.state)
            trace = saved
        } else {
            chain = try Chain(
                density,
                settings,
                chain: number,
                attempt: attempt,
                start: starts?[number]
            )
            trace = ChainTrace(state: chain.state)
        }
        let total = settings.warmup + settings.draws
        trace.positions.reserveCapacity(settings.draws * density.dimension)
        trace.transitions.reserveCapacity(settings.draws)
        let reportEvery = max(1, total / Self.reports)
        var moments = RunningMoments(dimension: density.dimension)
        var draw = chain.state.draw
        while draw < total {
            guard !isCancelled.isSet, !abort.isSet else {
                trace.state = chain.state
                save?(toSave(trace, attempt))
                throw .cancelled
            }
            let transition = try chain.step()
            draw += 1
            let isWarmup = draw <= settings.warmup
            trace.add(transition, chain.state.position, isWarmup: isWarmup)
            if !isWarmup { moments.add(chain.state.position) }
            let (isReported, isSaved) = (draw % reportEvery == 0, draw % savingEvery == 0)
            guard isReported || isSaved || draw == total else { continue }
            trace.state = chain.state
            if isReported || draw == total {
                tell(.report(report(trace, attempt, total), moments))
            }
            if isSaved { save?(toSave(trace, attempt)) }
        }
        return trace
    }

    private func toSave(_ trace: ChainTrace, _ attempt: Int) -> SavedChain {
        SavedChain(trace, configuration, of: density.identity, attempt: attempt)
    }

    private func report(_ trace: ChainTrace, _ attempt: Int, _ total: Int) -> SamplingReport {
        SamplingReport(
            chain: trace.state.chain,
            draw: trace.state.draw,
            draws: total,
            isWarmup: trace.state.draw < configuration.warmup,
            divergences: trace.warmupDivergences + trace.divergences,
            stepSize: trace.state.stepSize.current,
            gradients: trace.gradients,
            attempt: attempt,
            largestRHat: nil
        )
    }
}

extension SamplingConfiguration {
    /// What decides on bits: neither the number of threads nor the limit of memory.
    var ofSaved: SamplingConfiguration {
        var copy = self
        copy.threads = nil
        copy.memoryLimitBytes = SamplingConfiguration(seed: 0).memoryLimitBytes
        return copy
    }

    /// The settings of the first run, or of the second with its smaller steps.
    func ofAttempt(_ attempt: Int) -> SamplingConfiguration {
        var copy = self
        if attempt > 1, let target = retryTargetAcceptance { copy.targetAcceptance = target }
        return copy
    }
}
