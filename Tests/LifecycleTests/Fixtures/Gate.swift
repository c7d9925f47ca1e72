import Dispatch
import Net
import Testing

/// Holds a thread until something has happened elsewhere, or for so long that it never will.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// Waits until the gate has been opened so many times.
    func pass(times: Int = 1, _ location: SourceLocation = #_sourceLocation) {
        for _ in 0..<times where semaphore.wait(timeout: .now() + .seconds(60)) == .timedOut {
            Issue.record("nothing happened for a minute", sourceLocation: location)
            return
        }
    }
}

/// A value that several threads add to.
final class Journal<Entry: Sendable>: Sendable {
    private let kept = Locked<[Entry]>([])

    func add(_ entry: Entry) { kept.withLock { $0.append(entry) } }

    var entries: [Entry] { kept.withLock { $0 } }
}

/// Holds tasks until it is opened; it stays open.
final class Latch: Sendable {
    private let state = Locked<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>(
        (false, [])
    )

    func open() {
        let waiters = state.withLock { state in
            defer { state = (true, []) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits, whether or not the task is cancelled.
    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
