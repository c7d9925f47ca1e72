import Foundation
import Synchronization
import Testing
import Wire

@testable import Net

@Suite("An event loop")
struct EventLoopTests {
    @Test("runs what each thread gives it in order, on its own thread")
    func order() throws {
        let loop = try EventLoop(index: 3)
        defer { loop.stop() }
        #expect(!loop.isCurrent)
        let seen = Journal<(thread: Int, number: Int)>()
        let gate = Gate()
        let threads = try (0..<4).map { thread in
            try JoinableThread(name: "giver-\(thread)") {
                for number in 0..<5_000 {
                    loop.execute {
                        seen.add((thread, loop.isCurrent ? number : -1))
                    }
                }
                loop.execute { gate.open() }
            }
        }
        gate.pass(times: 4)
        for thread in threads { thread.join() }
        for thread in 0..<4 {
            #expect(seen.entries.filter { $0.thread == thread }.map(\.number) == Array(0..<5_000))
        }
    }

    @Test("runs what it gives itself after what it has been given")
    func nested() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let seen = Journal<Int>()
        loop.run {
            loop.execute {
                seen.add(1)
                loop.execute { seen.add(3) }
            }
            loop.execute { seen.add(2) }
        }
        loop.takeTurns(2)
        #expect(seen.entries == [1, 2, 3])
    }

    @Test("is woken once for what comes while it is busy")
    func wakeUps() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        loop.takeTurns(1)
        let isBusy = Gate()
        let mayGoOn = Gate()
        let count = Atomic<Int>(0)
        loop.execute {
            isBusy.open()
            mayGoOn.pass()
        }
        isBusy.pass()
        let before = loop.wakeUps
        for _ in 0..<100_000 { loop.execute { count.add(1, ordering: .relaxed) } }
        #expect(loop.wakeUps == before)
        mayGoOn.open()
        loop.takeTurns(1)
        #expect(count.load(ordering: .relaxed) == 100_000)
        #expect(loop.wakeUps <= before + 2)
    }

    @Test("serves descriptors and timers beside work that never ends")
    func fairness() throws {
        let loop = try EventLoop()
        let pair = try Socket.pair()
        let isOver = Atomic<Bool>(false)
        let gate = Gate()
        let reader = pair.right.descriptor
        loop.run {
            @Sendable func again() {
                if !isOver.load(ordering: .relaxed) { loop.execute { again() } }
            }
            again()
            loop.schedule(after: .milliseconds(2)) { gate.open() }
            let handler = ReadinessHandler { _ in gate.open() }
            let watch = try? loop.watch(reader, for: .readable, handler: handler)
            handler.onReady = { _ in
                gate.open()
                if let watch { loop.unwatch(watch) }
            }
        }
        let byte: [UInt8] = [1]
        #expect(try SystemCalls.send(pair.left.descriptor, byte.rawBytes) == 1)
        gate.pass(times: 2)
        isOver.store(true, ordering: .relaxed)
        loop.stop()
    }

    @Test("calls back at the end of the turn, once for each time asked, also from within a call")
    func turnEnds() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let seen = Journal<String>()
        loop.run {
            let handler = TurnEnder { handler in
                seen.add("end")
                if seen.entries.count < 4 { loop.whenTurnEnds(handler) }
            }
            loop.whenTurnEnds(handler)
            seen.add("work")
        }
        loop.takeTurns(5)
        #expect(seen.entries == ["work", "end", "end", "end"])
    }

    @Test("does all that it said it would do, also while it stops")
    func deliveriesWhileStopping() throws {
        for _ in 0..<30 {
            let loop = try EventLoop()
            let taken = Locked(0)
            let done = Locked(0)
            let begun = Gate()
            let ended = Gate()
            Thread.detachNewThread {
                begun.open()
                for _ in 0..<2_000 where loop.execute({ done.withLock { $0 += 1 } }) {
                    taken.withLock { $0 += 1 }
                }
                ended.open()
            }
            begun.pass()
            loop.stop()
            ended.pass()
            #expect(taken.withLock { $0 } == done.withLock { $0 })
        }
    }

    @Test("runs what was left when it is stopped, once, and then drops closures")
    func stop() throws {
        let loop = try EventLoop()
        let seen = Journal<Int>()
        loop.execute {
            loop.stop()
            loop.execute { seen.add(1) }
        }
        for _ in 0..<3 { loop.stop() }
        loop.execute { seen.add(2) }
        #expect(seen.entries == [1])
        #expect(!loop.isCurrent)
    }

    @Test("ends although work never does")
    func stopEndless() throws {
        let loop = try EventLoop()
        @Sendable func again() { loop.execute { again() } }
        loop.execute { again() }
        loop.stop()
        #expect(!loop.isCurrent)
    }

    @Test("of a group is one of several, the idlest being the one with the least load")
    func group() throws {
        let group = try EventLoopGroup(count: 3)
        #expect(group.loops.map(\.index) == [0, 1, 2])
        #expect((0..<6).map { _ in group.next().index } == [0, 1, 2, 0, 1, 2])
        group.loops[0].addLoad(3)
        group.loops[1].addLoad(1)
        group.loops[2].addLoad(2)
        group.loops[1].addLoad(-1)
        #expect(group.idlest === group.loops[1])
        group.stop()
        group.stop()
    }
}

@Suite("A poller")
struct PollerTests {
    @Test("does not deliver an event to the next user of its slot")
    func generations() throws {
        let mailbox = try Mailbox()
        let poller = try Poller(wakeDescriptor: mailbox.descriptor)
        let pairs = [try SharedPair(), try SharedPair(), try SharedPair()]
        let byte: [UInt8] = [1]
        for pair in pairs { _ = try SystemCalls.send(pair.left, byte.rawBytes) }
        var told: [Int] = []
        var watches: [DescriptorWatch] = []
        var successor: DescriptorWatch?
        // Whichever of the first two is told first ends the other's watch and reuses its slot.
        for index in 0..<2 {
            let handler = ReadinessHandler { _ in
                told.append(index)
                poller.remove(watches[1 - index])
                let next = ReadinessHandler { _ in told.append(2) }
                let reused = try? poller.add(pairs[2].right, .readable, next)
                successor = reused
                #expect(reused?.slot == watches[1 - index].slot)
            }
            watches.append(try poller.add(pairs[index].right, .readable, handler))
        }
        let count = poller.wait(timeoutMilliseconds: 0)
        #expect(count == 2)
        poller.deliver(count)
        #expect(told.count == 1 && told != [2])
        // Ended watches are ignored.
        poller.remove(watches[1 - told[0]])
        try poller.change(watches[1 - told[0]], to: .writable)
        poller.suspend(watches[1 - told[0]])
        #expect(poller.wait(timeoutMilliseconds: 0) == 2)
        for watch in watches + [try #require(successor)] { poller.remove(watch) }
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
    }

    @Test("reports nothing of what is suspended until it is changed")
    func suspension() throws {
        let mailbox = try Mailbox()
        let poller = try Poller(wakeDescriptor: mailbox.descriptor)
        let pair = try SharedPair()
        let watch = try poller.add(pair.right, [.readable, .writable], ReadinessHandler { _ in })
        #expect(poller.wait(timeoutMilliseconds: 0) == 1)
        poller.suspend(watch)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
        try poller.change(watch, to: .writable)
        #expect(poller.wait(timeoutMilliseconds: 0) == 1)
        try poller.change(watch, to: .readable)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
    }
}

/// Two sockets that a class can keep.
private final class SharedPair {
    private let pair: SocketPair

    init() throws { pair = try Socket.pair() }

    var left: Int32 { pair.left.descriptor }
    var right: Int32 { pair.right.descriptor }
}

private final class TurnEnder: TurnEndHandler {
    private let onEnd: (TurnEnder) -> Void

    init(_ onEnd: @escaping (TurnEnder) -> Void) { self.onEnd = onEnd }

    func turnEnded() { onEnd(self) }
}

final class ReadinessHandler: DescriptorHandler {
    var onReady: (Readiness) -> Void

    init(_ onReady: @escaping (Readiness) -> Void) { self.onReady = onReady }

    func descriptorReady(_ readiness: Readiness) { onReady(readiness) }
    func loopStopped() {}
}
