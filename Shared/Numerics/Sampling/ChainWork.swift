/// What the threads of a run share: how one chain is made from its start to its last draw.
struct ChainWork: Sendable {
    enum Event: Sendable {
        case report(SamplingReport, RunningMoments)
        case ended(Int, Result<ChainTrace, SamplingFailure>)
    }

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
        guard savingEvery > 0 else {
            throw .badConfiguration(field: "savingEvery", rule: "must be positive")
        }
        for chain in saved {
            guard chain.trace.state.position.count == density.dimension else {
                throw .unreadable("it is of another dimension")
            }
            guard chain.configuration == configuration.ofSaved else {
                throw .unreadable("it was made with another configuration")
            }
        }
        guard let starts else { return }
        guard starts.count == configuration.chains,
            starts.allSatisfy({ $0.count == density.dimension })
        else {
            throw .badConfiguration(field: "starts", rule: "must have a point for each chain")
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
            chain = Chain(density, settings, from: saved.state)
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
        let reportEvery = max(1, total / 100)
        var moments = RunningMoments(dimension: density.dimension)
        var draw = chain.state.draw
        while draw < total {
            guard !isCancelled.isSet, !abort.isSet else {
                trace.state = chain.state
                save?(SavedChain(trace, configuration, attempt: attempt))
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
            if isSaved { save?(SavedChain(trace, configuration, attempt: attempt)) }
        }
        return trace
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
    /// What decides on bits: not the number of threads.
    var ofSaved: SamplingConfiguration {
        var copy = self
        copy.threads = nil
        return copy
    }

    /// The settings of the first run, or of the second with its smaller steps.
    func ofAttempt(_ attempt: Int) -> SamplingConfiguration {
        var copy = self
        if attempt > 1, let target = retryTargetAcceptance { copy.targetAcceptance = target }
        return copy
    }
}
