/// Lines that wait to be written, of which there are only so many.
final class LogQueue: Sendable {
    /// What the writer takes at once.
    struct Batch {
        var lines: [[UInt8]]
        /// How many lines were dropped since drops were last reported.
        var unreportedDrops: Int
        /// Whether no more will come.
        var isLast: Bool
    }

    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
        var reported = 0
        var isStopped = false
        var isFinished = false
    }

    private let maximumLines: Int
    private let maximumBytes: Int
    private let state = Monitor(State())

    init(maximumLines: Int, maximumBytes: Int) {
        precondition(maximumLines > 0 && maximumBytes > 0, "a queue has room")
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
    }

    var droppedLines: Int { state.withLock { $0.dropped } }

    /// Whether all has been written that ever will be.
    var isFinished: Bool { state.withLock { $0.isFinished } }

    func append(_ line: [UInt8]) {
        let isFirst = state.withLock { state in
            if state.isStopped || state.lines.count >= maximumLines
                || state.bytes + line.count > maximumBytes
            {
                state.dropped += 1
                return false
            }
            state.lines.append(line)
            state.bytes += line.count
            return state.lines.count == 1
        }
        if isFirst { state.wakeAll() }
    }

    /// Waits until something is to be written, or the end.
    func next() -> Batch {
        state.wait(until: { !$0.lines.isEmpty || $0.isStopped }) { state in
            let batch = Batch(
                lines: state.lines,
                unreportedDrops: state.dropped - state.reported,
                isLast: state.isStopped
            )
            state.lines = []
            state.bytes = 0
            return batch
        }
    }

    /// Notes that drops have been reported.
    func noteReport(of drops: Int) {
        state.withLock { $0.reported += drops }
    }

    /// Notes that lines were taken from the queue and could not be written.
    func noteLoss(of lines: Int) {
        state.withLock { $0.dropped += lines }
    }

    /// Notes that nothing more will be written.
    func finish() {
        state.withLock { $0.isFinished = true }
        state.wakeAll()
    }

    /// Takes no more lines, and waits until the writer has come to the end.
    func stop(within limit: Duration) -> Bool {
        state.withLock { $0.isStopped = true }
        state.wakeAll()
        return state.wait(atMost: limit) { $0.isFinished }
    }
}
