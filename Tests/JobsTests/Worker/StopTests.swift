import Net
import Telemetry
import TestTenants
import Testing

@testable import Jobs

@Suite("A worker's stop", .timeLimit(.minutes(5)))
struct StopTests {
    /// A handler that nothing ends but the lock.
    private func stubborn(_ isOpen: Locked<Bool>, _ hasEnded: Locked<Bool>) -> JobHandler {
        JobHandler(JobsFixture.note) { _, run in
            while !isOpen.withLock({ $0 }) {
                // It waits without hearing that it is cancelled.
                await withCheckedContinuation { continuation in
                    _ = run.loop.schedule(after: .milliseconds(2)) { continuation.resume() }
                }
            }
            hasEnded.withLock { $0 = true }
        }
    }

    @Test("is over in time also if a job does not end, which is named and left to its lease")
    func bound() async throws {
        let fixture = try await JobsFixture()
        let (isOpen, hasEnded) = (Locked(false), Locked(false))
        let worker = fixture.worker([stubborn(isOpen, hasEnded)]) {
            $0.unwinding = .milliseconds(20)
        }
        worker.start()
        let id = try await fixture.enqueue("x")
        _ = try await fixture.job(id) { $0.state == .running }
        await worker.stop(within: .milliseconds(20))
        #expect(!hasEnded.withLock { $0 })
        #expect(
            fixture.schema.log.lines.contains {
                $0.contains("job does not end") && $0.contains("\(id)")
            }
        )
        #expect(try await fixture.job(id) { _ in true }.state == .running)
        // What it does from then on, it does without being waited for.
        isOpen.withLock { $0 = true }
        try await fixture.until { hasEnded.withLock { $0 } }
        await fixture.stop()
    }

    @Test("is over at once if nothing runs, and if it was never started, also a second time")
    func idle() async throws {
        let fixture = try await JobsFixture()
        let (first, second) = (fixture.worker([.noting]), fixture.worker([.noting], name: "two"))
        await first.stop(within: .seconds(3_600))
        second.start()
        await second.stop(within: .seconds(3_600))
        await second.stop(within: .seconds(3_600))
        // Who has been stopped is not started again.
        second.start()
        try await fixture.enqueue("x")
        await fixture.queue.settle()
        #expect(try await fixture.run("select state from jobs") == "waiting")
        await fixture.stop()
    }

    @Test("is over also if the loops have stopped first, in the middle of a job")
    func loopsFirst() async throws {
        let fixture = try await JobsFixture()
        let hasStarted = Locked(false)
        let worker = fixture.worker([
            JobHandler(JobsFixture.note) { _, run in
                hasStarted.withLock { $0 = true }
                try await run.loop.sleep(for: .seconds(3_600))
            }
        ])
        worker.start()
        try await fixture.enqueue("x")
        try await fixture.until { hasStarted.withLock { $0 } }
        fixture.schema.group.stop()
        await worker.stop(within: .seconds(3_600))
        await fixture.queue.settle()
        // The row is as a worker leaves it that is lost.
        #expect(try await fixture.run("select state, failures from jobs") == "running|0")
    }
}
