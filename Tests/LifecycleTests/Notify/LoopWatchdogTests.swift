import Glibc
import Net
import TestKit
import Testing

@testable import Lifecycle

@Suite("A watchdog of loops", .timeLimit(.minutes(5)))
struct LoopWatchdogTests {
    @Test("tells twice in each limit, while all loops turn")
    func turns() async throws {
        let group = try EventLoopGroup(count: 2)
        let clock = AlarmClock()
        let (told, source) = AsyncStream<Void>.makeStream()
        let watchdog = LoopWatchdog(watching: group.loops, within: .seconds(30), clock: clock) {
            source.yield()
        }
        var words = told.makeAsyncIterator()
        await words.next()
        for round in 1...3 {
            await clock.hasAlarm(at: .seconds(15) * round)
            clock.advance(to: .seconds(15) * round)
            await words.next()
        }
        watchdog.stop()
        #expect(clock.pending.isEmpty)
        group.stop()
    }

    @Test("is silent while a loop is held, and tells again when it turns")
    func held() async throws {
        let group = try EventLoopGroup(count: 2)
        let clock = AlarmClock()
        let count = Locked(0)
        let (told, source) = AsyncStream<Void>.makeStream()
        let gate = Locked(true)
        group.loops[1].execute { while gate.withLock({ $0 }) { sched_yield() } }
        let watchdog = LoopWatchdog(watching: group.loops, within: .seconds(2), clock: clock) {
            count.withLock { $0 += 1 }
            source.yield()
        }
        for round in 1...3 { clock.advance(to: .seconds(round)) }
        // What the free loop was asked it has answered; the held one has not.
        await withCheckedContinuation { continuation in
            group.loops[0].execute { continuation.resume() }
        }
        #expect(count.withLock { $0 } == 0)
        gate.withLock { $0 = false }
        for await _ in told { break }
        #expect(count.withLock { $0 } > 0)
        watchdog.stop()
        watchdog.stop()
        group.stop()
    }

    @Test(
        "knows from the environment whether it is wanted",
        arguments: [
            ("30000000", nil, Duration.seconds(30)), ("1", "7", .microseconds(1)),
            ("1", "", .microseconds(1)), ("1", "8", nil), ("1", "x", nil), ("0", nil, nil),
            ("-1", nil, nil), ("", nil, nil), ("1s", nil, nil), (nil, "7", nil),
        ] as [(String?, String?, Duration?)]
    )
    func environment(microseconds: String?, process: String?, expected: Duration?) {
        let limit = LoopWatchdog.limit(microseconds: microseconds, process: process, own: 7)
        #expect(limit == expected)
    }
}
