import TestKit
import Testing

@testable import Net

@Suite("Timers in a heap")
struct TimerHeapTests {
    private struct Expected {
        let number: Int
        let deadline: ContinuousClock.Instant
        let timer: Timer
    }

    @Test("fire as a sorted list would have them", arguments: 0..<20)
    func model(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let start = ContinuousClock.now
        var heap = TimerHeap()
        var model: [Expected] = []
        var now = start
        for number in 0..<2_000 {
            switch random.number(in: 0...9) {
            case 0...4:
                let deadline = now.advanced(by: .milliseconds(random.number(in: 0...50)))
                let timer = Timer(loop: nil) {}
                heap.insert(timer, at: deadline)
                let place = model.firstIndex { $0.deadline > deadline } ?? model.count
                model.insert(
                    Expected(number: number, deadline: deadline, timer: timer),
                    at: place
                )
            case 5...6 where !model.isEmpty:
                let cancelled = model.remove(at: random.number(in: 0...model.count - 1))
                heap.remove(cancelled.timer)
                heap.remove(cancelled.timer)
                #expect(!cancelled.timer.isPending)
            default:
                now = now.advanced(by: .milliseconds(random.number(in: 0...5)))
                while let next = model.first, next.deadline <= now {
                    #expect(heap.popDue(at: now) === next.timer)
                    model.removeFirst()
                }
                #expect(heap.popDue(at: now) == nil)
            }
            #expect(heap.count == model.count)
            #expect(heap.nextDeadline == model.first?.deadline)
        }
    }

    @Test("those set after a point are left alone")
    func setBefore() {
        let now = ContinuousClock.now
        var heap = TimerHeap()
        let early = Timer(loop: nil) {}
        heap.insert(early, at: now)
        let setCount = heap.setCount
        heap.insert(Timer(loop: nil) {}, at: now)
        #expect(heap.popDue(at: now, setBefore: setCount) === early)
        #expect(heap.popDue(at: now, setBefore: setCount) == nil)
        #expect(heap.count == 1)
    }
}

@Suite("Timers of a loop")
struct LoopTimerTests {
    private final class Witness: Sendable {}

    @Test("fire when their time has come, not before, in order")
    func order() throws {
        let clock = ManualClock()
        let loop = try EventLoop(index: 0) { clock.now }
        defer { loop.stop() }
        let fired = Journal<Int>()
        loop.run {
            loop.schedule(after: .seconds(2)) { fired.add(2) }
            loop.schedule(after: .seconds(1)) { fired.add(1) }
            loop.schedule(after: .seconds(1)) { fired.add(11) }
            loop.schedule(after: .seconds(3600)) { fired.add(3600) }
        }
        clock.advance(by: .seconds(1) - .nanoseconds(1))
        loop.takeTurns(2)
        #expect(fired.entries == [])
        clock.advance(by: .nanoseconds(1))
        loop.takeTurns(2)
        #expect(fired.entries == [1, 11])
        clock.advance(by: .seconds(10))
        loop.takeTurns(2)
        #expect(fired.entries == [1, 11, 2])
    }

    @Test("fire without anything else happening, and not early by the real clock")
    func realClock() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let gate = Gate()
        let elapsed = Journal<Duration>()
        loop.execute {
            let start = ContinuousClock.now
            loop.schedule(after: .milliseconds(5)) {
                elapsed.add(start.duration(to: .now))
                gate.open()
            }
        }
        gate.pass()
        // The delay counts from the start of the turn, which was earlier than `start`.
        #expect(elapsed.entries.allSatisfy { $0 > .milliseconds(4) })
    }

    @Test("let go of their work when cancelled, and do not fire")
    func cancel() throws {
        let clock = ManualClock()
        let loop = try EventLoop(index: 0) { clock.now }
        defer { loop.stop() }
        let fired = Journal<Int>()
        let isReleased = loop.run {
            weak var released: Witness?
            let timer: Net.Timer
            do {
                let witness = Witness()
                released = witness
                timer = loop.schedule(after: .seconds(1)) {
                    _ = witness; fired.add(1)
                }
            }
            timer.cancel()
            timer.cancel()
            return released == nil && !timer.isPending
        }
        #expect(isReleased == true)
        clock.advance(by: .seconds(2))
        loop.takeTurns(2)
        #expect(fired.entries == [])
    }

    @Test("that set themselves again for now do not hold up the loop")
    func repeating() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        @Sendable func again() { loop.schedule(after: .zero) { again() } }
        loop.execute { again() }
        loop.takeTurns(3)
        #expect(loop.run { loop.timers.count } == 1)
    }
}
