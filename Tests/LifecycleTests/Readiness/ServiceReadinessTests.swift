import Testing

@testable import Lifecycle

@Suite("Readiness")
struct ServiceReadinessTests {
    private let readiness = ServiceReadiness()

    @Test("holds while every condition is met")
    func conditions() {
        #expect(readiness.isReady)
        #expect(readiness.report.description == "ready")
        let pool = readiness.addCondition("postgres", reason: "no connection yet")
        let schema = readiness.addCondition("schema", reason: "not compared yet")
        #expect(!readiness.isReady)
        #expect(
            readiness.report.description == """
                not ready
                postgres: not ready: no connection yet
                schema: not ready: not compared yet
                """
        )
        pool.fulfil()
        #expect(!readiness.isReady)
        schema.fulfil()
        #expect(readiness.isReady)
        #expect(readiness.report.description == "ready\npostgres: ready\nschema: ready")
        pool.fail("connection\nlost")
        #expect(!readiness.isReady)
        #expect(
            readiness.report.conditions == [
                .init(name: "postgres", obstacle: "connection lost"),
                .init(name: "schema", obstacle: nil),
            ]
        )
        pool.fulfil()
        #expect(readiness.isReady)
    }

    @Test("ends for ever when the service drains")
    func draining() {
        let pool = readiness.addCondition("postgres", reason: "no connection yet")
        pool.fulfil()
        readiness.beginDraining()
        #expect(!readiness.isReady)
        #expect(readiness.report.isDraining)
        #expect(readiness.report.description == "not ready: draining\npostgres: ready")
        pool.fulfil()
        #expect(!readiness.isReady)
    }

    @Test("has a version that grows with changes, and only with them")
    func versions() {
        let pool = readiness.addCondition("postgres", reason: "a")
        var versions = [readiness.report.version]
        pool.fail("a")
        #expect(readiness.report.version == versions[0])
        pool.fail("b")
        versions.append(readiness.report.version)
        pool.fulfil()
        versions.append(readiness.report.version)
        pool.fulfil()
        #expect(readiness.report.version == versions[2])
        readiness.beginDraining()
        readiness.beginDraining()
        versions.append(readiness.report.version)
        #expect(versions == (0..<4).map { versions[0] + $0 })
    }

    @Test("bounds what it says of a reason")
    func longReasons() {
        let reason = String(repeating: "x", count: 100_000)
        _ = readiness.addCondition("postgres", reason: reason)
        #expect(readiness.report.description.utf8.count < 400)
    }

    @Test("tells those who wait of the next change")
    func waiting() async throws {
        let pool = readiness.addCondition("postgres", reason: "none")
        let seen = readiness.report.version
        let waiting = (0..<10).map { _ in
            Task.immediate { [readiness] in try await readiness.next(after: seen) }
        }
        #expect(readiness.waiterCount == 10)
        pool.fulfil()
        for task in waiting {
            let report = try await task.value
            #expect(report.isReady)
            #expect(report.version == seen + 1)
        }
        #expect(readiness.waiterCount == 0)
    }

    @Test("answers at once whoever has missed a change")
    func missedChanges() async throws {
        let pool = readiness.addCondition("postgres", reason: "none")
        let seen = readiness.report.version
        pool.fulfil()
        pool.fail("lost")
        let report = try await readiness.next(after: seen)
        #expect(report.version == seen + 2)
        #expect(!report.isReady)
    }

    @Test("lets a wait be cancelled, before and while it lasts")
    func cancellation() async {
        let during = Task.immediate { [readiness] in
            try await readiness.next(after: readiness.report.version)
        }
        #expect(readiness.waiterCount == 1)
        during.cancel()
        await #expect(throws: CancellationError.self) { try await during.value }
        #expect(readiness.waiterCount == 0)
        let latch = Latch()
        let before = Task.immediate { [readiness] in
            await latch.pass()
            return try await readiness.next(after: readiness.report.version)
        }
        before.cancel()
        latch.open()
        await #expect(throws: CancellationError.self) { try await before.value }
        #expect(readiness.waiterCount == 0)
    }

    @Test("lets only so many wait")
    func manyWaiters() async throws {
        let version = readiness.report.version
        let waiting = (0..<ServiceReadiness.mostWaiters).map { _ in
            Task.immediate { [readiness] in try await readiness.next(after: version) }
        }
        #expect(readiness.waiterCount == ServiceReadiness.mostWaiters)
        await #expect(throws: ReadinessError.tooManyWaiters) {
            try await readiness.next(after: version)
        }
        readiness.beginDraining()
        for task in waiting { #expect(try await task.value.isDraining) }
    }

    @Test("may be changed and asked by many threads")
    func threads() async throws {
        let conditions = (0..<4).map { readiness.addCondition("c\($0)", reason: "new") }
        let first = readiness.report.version
        try await withThrowingTaskGroup(of: Void.self) { group in
            for condition in conditions {
                group.addTask {
                    for round in 0..<500 {
                        if round % 2 == 0 { condition.fulfil() } else { condition.fail("odd") }
                    }
                    condition.fulfil()
                }
            }
            group.addTask { [readiness] in
                var last = first
                while last < first + 4 * 501 {
                    let report = try await readiness.next(after: last)
                    #expect(report.version > last)
                    last = report.version
                }
            }
            try await group.waitForAll()
        }
        #expect(readiness.isReady)
    }

    @Test("has conditions of different names, and not too many of them")
    func mistakes() async {
        await #expect(processExitsWith: .failure) {
            let readiness = ServiceReadiness()
            for _ in 0..<2 { _ = readiness.addCondition("a", reason: "b") }
        }
        await #expect(processExitsWith: .failure) {
            let readiness = ServiceReadiness()
            for number in 0...ServiceReadiness.mostConditions {
                _ = readiness.addCondition("\(number)", reason: "b")
            }
        }
    }
}
