import Messages
import Net
import TestContracts
import TestMessages
import Testing
import Wire

@testable import RPC

@Suite("A client with a pool of connections", .timeLimit(.minutes(5)))
struct PoolTests {
    /// Refuses every call, and counts them.
    private struct Unavailable: ServerInterceptor {
        let count = Locked(0)

        func intercept(
            _ call: ServerCall,
            _ next: (ServerCall) async throws -> Void
        ) async throws {
            count.withLock { $0 += 1 }
            throw RPCError(.unavailable, "not now")
        }
    }

    /// Servers, and a client that finds them.
    final class Cluster: Sendable {
        let group: EventLoopGroup
        let addresses: Locked<[SocketAddress]>
        let client: RPCClient
        let shelf: TestingV1.Shelf.Client

        init(
            _ addresses: [SocketAddress],
            loops: Int = 1,
            _ change: (inout RPCClientConfiguration) -> Void = { _ in }
        ) throws {
            group = try EventLoopGroup(count: loops)
            let addresses = Locked(addresses)
            self.addresses = addresses
            var configuration = RPCClientConfiguration()
            configuration.firstBackoff = .milliseconds(10)
            configuration.longestBackoff = .milliseconds(50)
            change(&configuration)
            client = RPCClient(
                RPCTarget(authority: "shelf.test") { addresses.withLock { $0 } },
                group: group,
                configuration: configuration
            )
            shelf = TestingV1.Shelf.Client(client)
        }

        func stop() async {
            await client.close()
            group.stop()
        }
    }

    @Test("spreads calls over all addresses, in turn")
    func spread() async throws {
        let servers = try (0..<3).map { _ in try RPCFixture() }
        let cluster = try Cluster(servers.map(\.server.boundAddress))
        // Until all are connected some get more.
        while !servers.allSatisfy({ !$0.reports.all.isEmpty }) {
            _ = try await cluster.shelf.getBook(.init(named: "x"))
        }
        let before = servers.map { $0.reports.all.count }
        for _ in 0..<300 { _ = try await cluster.shelf.getBook(.init(named: "x")) }
        let counts = zip(servers, before).map { $0.reports.all.count - $1 }
        #expect(counts.reduce(0, +) == 300)
        #expect(counts.allSatisfy { $0 >= 90 })
        await cluster.stop()
        for server in servers { await server.stop() }
    }

    @Test("goes on when a server stops in good order under load: no call fails")
    func drain() async throws {
        let servers = try (0..<2).map { _ in try RPCFixture() }
        let cluster = try Cluster(servers.map(\.server.boundAddress), loops: 2)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var count = 0
                    for _ in 0..<200 {
                        _ = try await cluster.shelf.getBook(.init(named: "x"))
                        count += 1
                    }
                    return count
                }
            }
            while servers[0].reports.all.count < 200 { await Task.yield() }
            await servers[0].server.stop(within: .seconds(10))
            let answered = try await group.reduce(0, +)
            #expect(answered == 1_600)
        }
        await cluster.stop()
        for server in servers { await server.stop() }
    }

    @Test("comes back to a server that was away as soon as the other goes, however long it waits")
    func comeback() async throws {
        let servers = try (0..<2).map { _ in try RPCFixture() }
        let places = servers.map(\.server.boundAddress)
        let cluster = try Cluster(places) {
            $0.firstBackoff = .seconds(100_000)
            $0.longestBackoff = .seconds(100_000)
        }
        while !servers.allSatisfy({ !$0.reports.all.isEmpty }) {
            _ = try await cluster.shelf.getBook(.init(named: "x"))
        }
        await servers[0].stop()
        // Meanwhile it has been tried in vain.
        for _ in 0..<200 { _ = try await cluster.shelf.getBook(.init(named: "x")) }
        let back = try RPCFixture(at: places[0])
        await servers[1].stop()
        for _ in 0..<20 { _ = try await cluster.shelf.getBook(.init(named: "x")) }
        #expect(back.reports.all.count == 20)
        await cluster.stop()
        await back.stop()
    }

    @Test("may make a hundred calls again at once, of the last thousand, and no more")
    func burst() {
        let budget = RetryBudget()
        func taken() -> Int {
            var count = 0
            while budget.take() { count += 1 }
            return count
        }
        #expect(taken() == 10)
        for _ in 0..<500 { budget.noteCall() }
        #expect(taken() == 50)
        for _ in 0..<5_000 { budget.noteCall() }
        #expect(taken() == 100)
    }

    @Test("finds servers that come later, by asking for the addresses again")
    func moved() async throws {
        let (first, second) = (try RPCFixture(), try RPCFixture())
        let cluster = try Cluster([first.server.boundAddress])
        _ = try await cluster.shelf.getBook(.init(named: "x"))
        cluster.addresses.withLock { $0 = [second.server.boundAddress] }
        await first.stop()
        // The connection is lost, and the name asked again.
        var options = CallOptions(timeout: .seconds(60))
        options.mayRetry = false
        while second.reports.all.isEmpty {
            _ = try? await cluster.shelf.getBook(.init(named: "x"), options: options)
        }
        _ = try await cluster.shelf.getBook(.init(named: "x"))
        await cluster.stop()
        await second.stop()
    }

    @Test("does not go on believing an address where nobody is")
    func movedUnseen() async throws {
        let (gone, here) = (try RPCFixture(), try RPCFixture())
        let cluster = try Cluster([gone.server.boundAddress]) {
            // Longer than the test may take.
            $0.resolveInterval = .seconds(3_600)
        }
        await gone.stop()
        await #expect(throws: RPCError.self) {
            try await cluster.shelf.getBook(.init(named: "x"))
        }
        cluster.addresses.withLock { $0 = [here.server.boundAddress] }
        while here.reports.all.isEmpty {
            _ = try? await cluster.shelf.getBook(.init(named: "x"))
        }
        await cluster.stop()
        await here.stop()
    }

    @Test("fails at once if nothing can be reached, and says why to the log only")
    func unreachable() async throws {
        let gone = try RPCFixture()
        let address = gone.server.boundAddress
        await gone.stop()
        let cluster = try Cluster([address])
        let error = await #expect(throws: RPCError.self) {
            _ = try await cluster.shelf.getBook(.init(named: "x"))
        }
        #expect(error?.code == .unavailable && error?.isUnprocessed == true)
        #expect(error?.message == "the service cannot be reached")
        #expect(error?.logMessage?.contains("Connection refused") == true)
        cluster.addresses.withLock { $0 = [] }
        await cluster.stop()
        let closed = await #expect(throws: RPCError.self) {
            _ = try await cluster.client.prepare(
                TestingV1.Shelf.getBook,
                sending: nil,
                options: CallOptions()
            ).begin()
        }
        #expect(closed?.code == .unavailable)
    }

    @Test("makes an idempotent call again, at most as often as it is told, and says so")
    func retries() async throws {
        struct Failing: ServerInterceptor {
            let seen: Locked<[String]>
            let failures: Int

            func intercept(
                _ call: ServerCall,
                _ next: (ServerCall) async throws -> Void
            ) async throws {
                let count = seen.withLock { seen in
                    seen.append(call.isRetry ? "again" : "first")
                    return seen.count
                }
                if count <= failures { throw RPCError(.unavailable, "try again") }
                try await next(call)
            }
        }
        for (failures, expected) in [
            (2, ["first", "again", "again"]), (9, ["first"] + ["again", "again"]),
        ] {
            let failing = Failing(seen: Locked([]), failures: failures)
            let server = try RPCFixture(ShelfService()) { $0.interceptors = [failing] }
            let cluster = try Cluster([server.server.boundAddress]) { $0.retries = RetryPolicy() }
            let error: RPCError?
            do {
                _ = try await cluster.shelf.getBook(.init(named: "x"))
                error = nil
            } catch let failure as RPCError {
                error = failure
            }
            #expect(failing.seen.withLock { $0 } == expected)
            #expect((error == nil) == (failures == 2))
            // A method that may do everything again is not called again.
            failing.seen.withLock { $0 = [] }
            if failures == 9 {
                await #expect(throws: RPCError.self) {
                    _ = try await cluster.shelf.createBook(TestingV1.CreateBookRequest())
                }
                #expect(failing.seen.withLock { $0 } == ["first"])
            }
            await cluster.stop()
            await server.stop()
        }
    }

    @Test("waits before it makes a call again as long as the server asks it to")
    func pauses() async throws {
        struct FailingOnce: ServerInterceptor {
            let isFirst = Locked(true)

            func intercept(
                _ call: ServerCall,
                _ next: (ServerCall) async throws -> Void
            ) async throws {
                let fails = isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                var error = RPCError(.unavailable, "try again")
                error.pause = .milliseconds(1)
                if fails { throw error }
                try await next(call)
            }
        }
        let server = try RPCFixture(ShelfService()) { $0.interceptors = [FailingOnce()] }
        let cluster = try Cluster([server.server.boundAddress]) {
            $0.retries = RetryPolicy()
            // What it would wait by itself is longer than the test may take.
            $0.retries?.pause = .seconds(100_000)
        }
        _ = try await cluster.shelf.getBook(.init(named: "x"))
        await cluster.stop()
        await server.stop()
    }

    @Test("makes no call again that was cancelled while it waited to")
    func cancelledPause() async throws {
        let busy = Unavailable()
        let server = try RPCFixture(ShelfService()) { $0.interceptors = [busy] }
        let cluster = try Cluster([server.server.boundAddress]) {
            $0.retries = RetryPolicy()
            // A pause is anything up to the longest: these do not end by themselves in a test.
            $0.retries?.pause = .seconds(100_000)
        }
        for attempts in 1...4 {
            let call = try await cluster.client.prepare(
                TestingV1.Shelf.getBook,
                sending: FramedMessage(TestingV1.GetBookRequest(named: "x")),
                options: CallOptions()
            ).begin()
            let answer = Task { try await call.next() }
            while busy.count.withLock({ $0 }) < attempts { await Task.yield() }
            if attempts.isMultiple(of: 2) { call.cancel() } else { answer.cancel() }
            let error = await #expect(throws: RPCError.self) { _ = try await answer.value }
            // The server's answer may come before it is known that nobody waits for it.
            #expect(error?.code == .cancelled || error?.code == .unavailable)
            #expect(busy.count.withLock { $0 } == attempts)
        }
        await cluster.stop()
        await server.stop()
    }

    @Test("makes no more than a tenth more calls to a server that fails")
    func retryStorm() async throws {
        let down = Unavailable()
        let server = try RPCFixture(ShelfService()) { $0.interceptors = [down] }
        let cluster = try Cluster([server.server.boundAddress]) {
            $0.retries = RetryPolicy()
            $0.retries?.pause = .zero
        }
        let calls = 2_000
        for _ in 0..<calls {
            await #expect(throws: RPCError.self) {
                _ = try await cluster.shelf.getBook(.init(named: "x"))
            }
        }
        // Ten at first, and a tenth of the calls.
        let seen = down.count.withLock { $0 }
        #expect(seen > calls && seen <= calls + calls / 10 + 10)
        await cluster.stop()
        await server.stop()
    }

    @Test("leaves servers alone that say they do not serve")
    func health() async throws {
        let group = try EventLoopGroup(count: 1)
        let registries = (0..<2).map { _ in HealthRegistry(services: ["shelf"]) }
        let counts = (0..<2).map { _ in Locked(0) }
        let servers = try zip(registries, counts).map { registry, count in
            var configuration = RPCServerConfiguration()
            configuration.onCallEnded = { report in
                if report.method?.schema.name == "GetBook" { count.withLock { $0 += 1 } }
            }
            return try RPCServer(
                address: try SocketAddress("127.0.0.1:0"),
                group: group,
                methods: TestingV1.Shelf.methods(of: ShelfService())
                    + GrpcHealthV1.Health.methods(of: HealthService(registry)),
                configuration: configuration
            )
        }
        registries[0].set(.serving, for: "shelf")
        let cluster = try Cluster(servers.map(\.boundAddress)) { $0.healthService = "shelf" }
        for _ in 0..<20 { _ = try await cluster.shelf.getBook(.init(named: "x")) }
        #expect(counts.map { $0.withLock { $0 } } == [20, 0])
        registries[1].set(.serving, for: "shelf")
        while counts[1].withLock({ $0 }) == 0 {
            _ = try await cluster.shelf.getBook(.init(named: "x"))
        }
        registries[0].set(.notServing, for: "shelf")
        registries[1].set(.notServing, for: "shelf")
        var error: RPCError?
        while error == nil {
            do {
                _ = try await cluster.shelf.getBook(.init(named: "x"))
            } catch let failure as RPCError {
                error = failure
            }
        }
        #expect(error?.code == .unavailable)
        #expect(error?.logMessage?.contains("does not serve") == true)
        await cluster.stop()
        for server in servers { await server.stop(within: .seconds(10)) }
        group.stop()
    }

    @Test("waits longer after each failed attempt, up to a limit, and not all at once")
    func backoff() {
        var backoff = Backoff()
        let middle = (0..<14).map { _ in backoff.next(random: 0.5) / .seconds(1) }
        for (index, wait) in middle.enumerated() {
            var expected = 1.0
            for _ in 0..<index { expected *= 1.6 }
            #expect(abs(wait - min(expected, 120)) < 0.001)
        }
        backoff.reset()
        #expect(backoff.next(random: 0) == .milliseconds(800))
        backoff.reset()
        #expect(backoff.next(random: 0.999_999) < .milliseconds(1_200))
    }
}
