import Dispatch
import Testing

@testable import Net

/// Holds a test until something has happened elsewhere, or for so long that it never will.
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

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
    private let instant = Locked(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) {
        instant.withLock { $0 = $0.advanced(by: duration) }
    }
}

/// A value that several threads add to.
final class Journal<Entry: Sendable>: Sendable {
    private let kept = Locked<[Entry]>([])

    func add(_ entry: Entry) { kept.withLock { $0.append(entry) } }

    var entries: [Entry] { kept.withLock { $0 } }
}

extension EventLoop {
    /// Runs a closure on the loop and waits for it.
    @discardableResult
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> Result? {
        let gate = Gate()
        let journal = Journal<Result>()
        execute {
            journal.add(work())
            gate.open()
        }
        gate.pass()
        return journal.entries.first
    }

    /// Waits until the loop has taken so many whole turns.
    func takeTurns(_ count: Int) {
        for _ in 0..<count { run {} }
    }
}
