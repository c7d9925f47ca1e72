internal import Messages
internal import Net
internal import Numerics

/// How far the chains of a training are: written by their threads, read by its job.
final class TrainingBoard: Sendable {
    private struct State {
        /// The newest of each chain that has not been kept.
        var unsaved: [Int: SavedChain] = [:]
        var reports: [Int: SamplingReport] = [:]
        var rHat: Double?
        var isNew = false
    }

    private let state = Locked(State())
    private let chains: Int
    private let begin = ContinuousClock.now
    /// How many draws all chains had made when the training was taken up.
    private let done: Int
    /// For how many seconds it had gone on before that.
    private let seconds: Double

    /// Nothing is known yet.
    ///
    /// - Parameters:
    ///   - chains: how many there are.
    ///   - saved: those that are gone on with.
    ///   - seconds: for how long the training has gone on before.
    init(chains: Int, resuming saved: [SavedChain], after seconds: Double) {
        self.chains = chains
        self.seconds = seconds
        done = saved.map(\.trace.state.draw).reduce(0, +)
    }

    /// Takes a chain that is to be kept.
    func save(_ chain: SavedChain) {
        state.withLock { $0.unsaved[chain.trace.state.chain] = chain }
    }

    /// Takes what a chain tells.
    func note(_ report: SamplingReport) {
        state.withLock { state in
            // A run that is made again begins anew.
            if state.reports.values.contains(where: { $0.attempt < report.attempt }) {
                state.reports = [:]
            }
            state.reports[report.chain] = report
            state.rHat = report.largestRHat ?? state.rHat
            state.isNew = true
        }
    }

    /// For how many seconds the training has gone on, that before an interruption included.
    var elapsed: Double { seconds + begin.duration(to: .now) / .seconds(1) }

    /// Takes what has to be kept: chains, and how far they are if that has changed.
    func take() -> (chains: [SavedChain], progress: MixModelV1.TrainingProgress?) {
        let (unsaved, reports, rHat) = state.withLock { state in
            defer {
                state.unsaved = [:]
                state.isNew = false
            }
            let ordered = state.reports.sorted { $0.key < $1.key }.map(\.value)
            return (state.unsaved, state.isNew ? ordered : [], state.rHat)
        }
        let ordered = unsaved.sorted { $0.key < $1.key }.map(\.value)
        return (ordered, reports.isEmpty ? nil : progress(reports, rHat))
    }

    /// How far chains are that have come to their ends; nil if none has told of itself.
    ///
    /// Who is told of the last draws may have missed some.
    var last: MixModelV1.TrainingProgress? {
        let (reports, rHat) = state.withLock { state in
            (state.reports.sorted { $0.key < $1.key }.map(\.value), state.rHat)
        }
        guard !reports.isEmpty else { return nil }
        var progress = progress(reports, rHat)
        (progress.fraction, progress.remainingSeconds) = (1, 0)
        for index in progress.chains.indices {
            progress.chains[index].draw = progress.chains[index].draws
            progress.chains[index].isWarmup = false
        }
        return progress
    }

    private func progress(
        _ reports: [SamplingReport],
        _ rHat: Double?
    ) -> MixModelV1.TrainingProgress {
        var progress = MixModelV1.TrainingProgress()
        progress.chains = reports.map { .init($0) }
        progress.attempt = Int32(clamping: reports.map(\.attempt).max() ?? 1)
        progress.largestRHat = rHat
        progress.seconds = elapsed
        let all = Double(chains * (reports.first?.draws ?? 1))
        let made = Double(reports.map(\.draw).reduce(0, +))
        progress.fraction = min(1, made / all)
        let own = progress.attempt == 1 ? made - Double(done) : made
        if own > 0 {
            progress.remainingSeconds = (elapsed - seconds) * max(0, all - made) / own
        }
        return progress
    }
}

extension MixModelV1.TrainingProgress.Chain {
    fileprivate init(_ report: SamplingReport) {
        self.init()
        chain = Int32(clamping: report.chain)
        draw = Int32(clamping: report.draw)
        draws = Int32(clamping: report.draws)
        isWarmup = report.isWarmup
        divergences = Int64(report.divergences)
        stepSize = report.stepSize
        gradients = Int64(report.gradients)
    }
}
