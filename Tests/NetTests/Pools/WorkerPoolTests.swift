import Testing

@testable import Net

@Suite("A worker pool")
struct WorkerPoolTests {
    @Test("begins work in the order it was submitted")
    func order() throws {
        let pool = try WorkerPool(name: "order", threads: 1, maximumQueued: 1_000)
        let seen = Journal<Int>()
        for number in 0..<1_000 { try pool.submit { seen.add(number) } }
        pool.stop()
        #expect(seen.entries == Array(0..<1_000))
    }

    @Test("takes no more than may wait, and says so")
    func limit() throws {
        let pool = try WorkerPool(name: "limit", threads: 2, maximumQueued: 3)
        let isBusy = Gate()
        let mayGoOn = Gate()
        let done = Journal<Int>()
        for _ in 0..<2 {
            try pool.submit {
                isBusy.open()
                mayGoOn.pass()
            }
        }
        isBusy.pass(times: 2)
        for number in 0..<3 { try pool.submit { done.add(number) } }
        #expect(pool.queued == 3)
        #expect(throws: WorkerPoolError.full(3)) { try pool.submit {} }
        mayGoOn.open()
        mayGoOn.open()
        pool.stop()
        #expect(done.entries.sorted() == [0, 1, 2])
        #expect("\(WorkerPoolError.full(3))" == "the pool is full: 3 pieces of work are waiting")
    }

    @Test("finishes what is queued when it is stopped, and takes no more")
    func stop() async throws {
        let pool = try WorkerPool(name: "stop", threads: 3, maximumQueued: 10_000)
        let done = Journal<Int>()
        for number in 0..<10_000 { try pool.submit { done.add(number) } }
        pool.stop()
        pool.stop()
        #expect(done.entries.count == 10_000)
        #expect(throws: WorkerPoolError.stopped) { try pool.submit {} }
        await #expect(throws: WorkerPoolError.stopped) { try await pool.run { 1 } }
    }

    @Test("can be stopped by its own work")
    func stopInside() throws {
        let pool = try WorkerPool(name: "inside", threads: 2, maximumQueued: 10)
        let gate = Gate()
        try pool.submit {
            pool.stop()
            gate.open()
        }
        gate.pass()
        #expect(throws: WorkerPoolError.stopped) { try pool.submit {} }
        pool.stop()
    }

    @Test("returns or throws what the work does")
    func results() async throws {
        let pool = try WorkerPool(name: "run", threads: 2, maximumQueued: 10)
        defer { pool.stop() }
        #expect(try await pool.run { 6 * 7 } == 42)
        await #expect(throws: SystemError("read", code: 5)) {
            try await pool.run { throw SystemError("read", code: 5) }
        }
    }
}
