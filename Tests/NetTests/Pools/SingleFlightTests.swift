import Testing

@testable import Net

@Suite("One flight for all", .timeLimit(.minutes(5)))
struct SingleFlightTests {
    /// Something to be fetched, which waits until a test lets it go.
    private final class Source: Sendable {
        let fetched = Locked(0)
        private let gate = AsyncStream<Void>.makeStream()

        func fetch() async -> Int {
            let number = fetched.withLock { count in
                count += 1
                return count
            }
            for await _ in gate.stream {}
            return number
        }

        func letGo() { gate.continuation.finish() }
    }

    private struct Broken: Error, Equatable {}

    @Test("fetches once for all who ask meanwhile, and again for those who come later")
    func merges() async throws {
        let (flights, source) = (SingleFlight<String, Int>(maximumWaiting: 1_000), Source())
        let entered = Locked(0)
        let waiting = (0..<1_000).map { _ in
            Task {
                entered.withLock { $0 += 1 }
                return try await flights.value(of: "a") { await source.fetch() }
            }
        }
        while entered.withLock({ $0 }) < 1_000 { await Task.yield() }
        for _ in 0..<1_000 { await Task.yield() }
        source.letGo()
        var values: Set<Int> = []
        for task in waiting { values.insert(try await task.value) }
        // A task may have come to the flight after its end, however unlikely.
        #expect(values.contains(1) && source.fetched.withLock { $0 } == values.count)
        #expect(values.count < 10)
        let next = try await flights.value(of: "a") { await source.fetch() }
        #expect(next == values.count + 1)
    }

    @Test("tells all of an error, and fetches other things meanwhile")
    func errors() async throws {
        let (flights, source) = (SingleFlight<String, Int>(maximumWaiting: 10), Source())
        let waiting = (0..<3).map { _ in
            Task {
                try await flights.value(of: "a") {
                    _ = await source.fetch()
                    throw Broken()
                }
            }
        }
        while source.fetched.withLock({ $0 }) == 0 { await Task.yield() }
        #expect(try await flights.value(of: "b") { 7 } == 7)
        source.letGo()
        for task in waiting { await #expect(throws: Broken.self) { try await task.value } }
    }

    @Test("goes on when the first gives up, who waits no longer")
    func cancellation() async throws {
        let (flights, source) = (SingleFlight<String, Int>(maximumWaiting: 2), Source())
        let first = Task { try await flights.value(of: "a") { await source.fetch() } }
        while source.fetched.withLock({ $0 }) == 0 { await Task.yield() }
        let second = Task { try await flights.value(of: "a") { 0 } }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        source.letGo()
        #expect(try await second.value <= 1)
        #expect(source.fetched.withLock { $0 } == 1)
        // Who has given up before is refused at once.
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await flights.value(of: "a") { 9 }
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test("lets no more wait than may")
    func bound() async throws {
        let (flights, source) = (SingleFlight<Int, Int>(maximumWaiting: 2), Source())
        let waiting = (0..<2).map { key in
            Task { try await flights.value(of: key) { await source.fetch() } }
        }
        while source.fetched.withLock({ $0 }) < 2 { await Task.yield() }
        for key in [0, 2] {
            await #expect(throws: SingleFlightFull(limit: 2)) {
                try await flights.value(of: key) { 0 }
            }
        }
        source.letGo()
        for task in waiting { _ = try await task.value }
        #expect(try await flights.value(of: 2) { 5 } == 5)
    }

    @Test("gives nobody what was begun before it was forgotten, but those who waited")
    func forgetting() async throws {
        let (flights, source) = (SingleFlight<String, Int>(maximumWaiting: 10), Source())
        let old = Task { try await flights.value(of: "a") { await source.fetch() } }
        while source.fetched.withLock({ $0 }) == 0 { await Task.yield() }
        flights.forget("a")
        #expect(try await flights.value(of: "a") { 42 } == 42)
        source.letGo()
        #expect(try await old.value == 1)
    }
}
