import Testing

@testable import Net

@Suite("Tasks on a loop")
struct LoopTaskTests {
    @Test("stay there, however they are resumed")
    func stay() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let seen = Journal<Bool>()
        let ended = Gate()
        let elsewhere = try WorkerPool(name: "else", threads: 1, maximumQueued: 10)
        defer { elsewhere.stop() }
        let isImmediate = loop.run {
            Task.immediate(executorPreference: loop) {
                seen.add(loop.isCurrent)
                for _ in 0..<100 { await Task.yield() }
                seen.add(loop.isCurrent)
                await withCheckedContinuation { continuation in
                    loop.execute { continuation.resume() }
                }
                seen.add(loop.isCurrent)
                let other = try? await elsewhere.run { loop.isCurrent }
                seen.add(other == false && loop.isCurrent)
                await nested(loop, seen)
                ended.open()
            }
            // The task has begun before this line.
            return seen.entries == [true]
        }
        ended.pass()
        #expect(isImmediate == true)
        #expect(seen.entries == Array(repeating: true, count: 6))
    }

    private func nested(_ loop: EventLoop, _ seen: Journal<Bool>) async {
        seen.add(loop.isCurrent)
        await withTaskGroup { group in
            group.addTask {
                await Task.yield()
                seen.add(loop.isCurrent)
            }
        }
    }

    @Test("cost one wake-up when many results come back at once")
    func batch() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let parked = Journal<CheckedContinuation<Void, Never>>()
        let ended = Gate()
        loop.run {
            for _ in 0..<1_000 {
                Task.immediate(executorPreference: loop) {
                    await withCheckedContinuation { parked.add($0) }
                    if loop.isCurrent { ended.open() }
                }
            }
        }
        let isBusy = Gate()
        let mayGoOn = Gate()
        loop.execute {
            isBusy.open()
            mayGoOn.pass()
        }
        isBusy.pass()
        let before = loop.wakeUps
        for continuation in parked.entries { continuation.resume() }
        mayGoOn.open()
        ended.pass(times: 1_000)
        #expect(loop.wakeUps <= before + 1)
    }

    @Test("end on the default executor if their loop has ended")
    func orphans() async throws {
        let loop = try EventLoop()
        let parked = Journal<CheckedContinuation<Void, Never>>()
        // The default executor must not be blocked by waiting for it.
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        loop.run {
            _ = Task.immediate(executorPreference: loop) {
                await withCheckedContinuation { parked.add($0) }
                await Task.yield()
                ended.finish()
            }
        }
        loop.stop()
        for continuation in parked.entries { continuation.resume() }
        for await _ in ends {}
        #expect(parked.entries.count == 1)
    }

    @Test("wait by the loop's clock, and go on at once when they are cancelled or it stops")
    func sleep() async throws {
        let clock = ManualClock()
        let loop = try EventLoop(index: 0) { clock.now }
        func sleeper(_ delay: Duration) -> Task<String, Never> {
            Task(executorPreference: loop) {
                do throws(CancellationError) {
                    try await loop.sleep(for: delay)
                    return "over"
                } catch {
                    return "cancelled"
                }
            }
        }
        let (first, second, third) = (sleeper(.seconds(5)), sleeper(.seconds(9)), sleeper(.zero))
        #expect(await third.value == "over")
        second.cancel()
        #expect(await second.value == "cancelled")
        loop.takeTurns(3)
        clock.advance(by: .seconds(5))
        loop.takeTurns(3)
        #expect(await first.value == "over")
        let last = sleeper(.seconds(1))
        loop.takeTurns(3)
        loop.stop()
        #expect(await last.value == "cancelled")
    }
}
