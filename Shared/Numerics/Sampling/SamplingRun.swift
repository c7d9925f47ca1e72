internal import Synchronization

/// A run of several chains, each on a thread; it starts when it is made.
///
/// The same configuration, density and starts give the same bits, whatever the number of
/// threads, and whether or not the run was saved and resumed on the way. A run that nobody waits
/// for any more goes on to its end, unless it is cancelled.
public final class SamplingRun: Sendable {
    /// How far it is; only the newest report is kept for whoever is slow.
    public let reports: AsyncStream<SamplingReport>
    private let task: Task<Posterior, any Error>
    private let isCancelled: Flag

    final class Flag: Sendable {
        private let value = Atomic(false)

        func set() { value.store(true, ordering: .relaxed) }

        var isSet: Bool { value.load(ordering: .relaxed) }
    }

    /// Starts chains, or goes on with saved ones.
    ///
    /// - Parameters:
    ///   - density: what is sampled.
    ///   - configuration: how much, and how.
    ///   - starts: a point for each chain to start at; without them, random ones.
    ///   - saved: chains of this very run to go on with; those that are not among them start.
    ///   - savingEvery: after so many draws each chain is saved; when the run is cancelled, too.
    ///   - save: is given the chain, on its thread, between draws.
    public init(
        _ density: any Density,
        _ configuration: SamplingConfiguration,
        starts: [[Double]]? = nil,
        resuming saved: [SavedChain] = [],
        savingEvery: Int = .max,
        save: (@Sendable (SavedChain) -> Void)? = nil
    ) {
        let (reports, reporter) = AsyncStream.makeStream(
            of: SamplingReport.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        self.reports = reports
        let isCancelled = Flag()
        self.isCancelled = isCancelled
        let work = ChainWork(
            density: density,
            configuration: configuration,
            starts: starts,
            isCancelled: isCancelled,
            savingEvery: savingEvery,
            save: save
        )
        task = Task {
            defer { reporter.finish() }
            return try await Self.sample(work, saved, reporter)
        }
    }

    /// Stops all chains before their next draw; what waits for the posterior is told so.
    public func cancel() { isCancelled.set() }

    /// Waits for the draws.
    ///
    /// Cancelling the waiting task cancels the run.
    ///
    /// - Returns: the draws of all chains.
    /// - Throws: ``SamplingFailure``, the diagnosis of the first chain that has one.
    public func posterior() async throws -> Posterior {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            isCancelled.set()
        }
    }

    private static func sample(
        _ work: ChainWork,
        _ saved: [SavedChain],
        _ reporter: AsyncStream<SamplingReport>.Continuation
    ) async throws -> Posterior {
        try work.check(saved)
        let attempt = saved.map(\.attempt).max() ?? 1
        var traces = try await chains(work, attempt, saved, reporter)
        let divergences = traces.map(\.divergences).reduce(0, +)
        let draws = traces.map(\.transitions.count).reduce(0, +)
        let tolerated = work.configuration.toleratedDivergences * Double(draws)
        guard attempt == 1, work.configuration.retryTargetAcceptance != nil,
            Double(divergences) > tolerated
        else { return Posterior(traces, work.configuration, attempt: attempt) }
        // The memory of the first run is the second's.
        traces = []
        traces = try await chains(work, 2, [], reporter)
        return Posterior(traces, work.configuration, attempt: 2)
    }

    private static func chains(
        _ work: ChainWork,
        _ attempt: Int,
        _ saved: [SavedChain],
        _ reporter: AsyncStream<SamplingReport>.Continuation
    ) async throws -> [ChainTrace] {
        let count = work.configuration.chains
        let (events, channel) = AsyncStream.makeStream(of: ChainWork.Event.self)
        let saved = Dictionary(
            saved.filter { $0.attempt == attempt }.map { ($0.trace.state.chain, $0.trace) },
            uniquingKeysWith: { $1 }
        )
        let hasThreads = TrainingThreads.run(
            threads: work.configuration.threads ?? TrainingThreads.usualCount,
            pieces: count
        ) { chain in
            channel.yield(
                .ended(chain, work.run(chain, attempt, saved[chain]) { channel.yield($0) })
            )
        }
        guard hasThreads else { throw SamplingFailure.noThread }
        var results: [Int: Result<ChainTrace, SamplingFailure>] = [:]
        var rHat = RunningRHat()
        for await event in events {
            switch event {
            case .report(var report, let moments):
                rHat.update(chain: report.chain, moments)
                report.largestRHat = rHat.largest
                reporter.yield(report)
            case .ended(let chain, let result):
                results[chain] = result
                // One diagnosis is enough: the others need not go on.
                if case .failure = result { work.abort.set() }
                if results.count == count { channel.finish() }
            }
        }
        return try diagnosed(results)
    }

    /// The traces in order, or the diagnosis of the first chain that has one of its own.
    private static func diagnosed(
        _ results: [Int: Result<ChainTrace, SamplingFailure>]
    ) throws -> [ChainTrace] {
        let ordered = results.sorted { $0.key < $1.key }.map(\.value)
        for case .failure(let failure) in ordered where failure != .cancelled { throw failure }
        return try ordered.map { try $0.get() }
    }
}
