extension EventLoop {
    /// Has a task wait for a time, by the loop's own clock, while the loop serves others.
    ///
    /// Only by a task that prefers the loop.
    ///
    /// - Parameter delay: how long; as for ``schedule(after:_:)``.
    /// - Throws: `CancellationError` at once if the task is cancelled, or the loop stops or has.
    public func sleep(for delay: Duration) async throws(CancellationError) {
        guard await arrive() else { throw CancellationError() }
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withCheckedContinuation { sleeper.begin($0, for: delay, on: self) }
        } onCancel: {
            execute {
                self.sleepers[ObjectIdentifier(sleeper)] = nil
                sleeper.end()
            }
        }
        if Task.isCancelled || !sleeper.isOver { throw CancellationError() }
    }
}

/// A task that waits for a time; confined to its loop.
final class Sleeper: @unchecked Sendable {
    // `@unchecked`: created by the task and passed to the loop, which alone uses it.
    private var task: CheckedContinuation<Void, Never>?
    private var timer: Timer?
    /// Whether the time is over.
    private(set) var isOver = false

    func begin(
        _ continuation: CheckedContinuation<Void, Never>,
        for delay: Duration,
        on loop: EventLoop
    ) {
        task = continuation
        loop.sleepers[ObjectIdentifier(self)] = self
        timer = loop.schedule(after: delay) { [self, unowned loop] in
            isOver = true
            loop.sleepers[ObjectIdentifier(self)] = nil
            end()
        }
    }

    /// Has the task go on, however much of the time is left.
    func end() {
        timer?.cancel()
        timer = nil
        task.take()?.resume()
    }
}
