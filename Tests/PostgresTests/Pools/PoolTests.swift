import Net
import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

@Suite("A pool")
struct PoolTests {
    private let backend = Statement("test.backend", "select pg_backend_pid()")
    private let one = Statement("test.one", "select 1")
    private let sleep = Statement("test.sleep", "select pg_sleep(50)")

    /// A transaction that has a connection, and keeps it until it is told.
    private func hold(
        _ fixture: PostgresFixture
    ) async throws -> (release: () -> Void, end: Task<Void, any Error>) {
        let (held, holding) = AsyncStream.makeStream(of: Void.self)
        let (released, releasing) = AsyncStream.makeStream(of: Void.self)
        let task = Task<Void, any Error> {
            try await fixture.transaction { transaction in
                try await transaction.query(one)
                holding.finish()
                for await _ in released {}
            }
        }
        for await _ in held {}
        return ({ releasing.finish() }, task)
    }

    private func waitUntil(
        _ fixture: PostgresFixture,
        _ holds: (PostgresPoolStatistics) -> Bool
    ) async {
        while await !holds(fixture.pool.statistics) { await fixture.pause() }
    }

    @Test("serves those who wait in the order they came")
    func order() async throws {
        let fixture = try await PostgresFixture("create sequence s minvalue 0") {
            $0.maximumConnections = 1
        }
        let ticket = Statement("test.ticket", "select nextval('s')")
        let held = try await hold(fixture)
        var tasks: [Task<Int, any Error>] = []
        for number in 0..<20 {
            tasks.append(
                Task {
                    if number.isMultiple(of: 2) {
                        try await fixture.transaction { transaction in
                            try await transaction.query(ticket).one().read(Int.self)
                        }
                    } else {
                        try await fixture.write(ticket).one().read(Int.self)
                    }
                }
            )
            await waitUntil(fixture) { $0.waiting == number + 1 }
        }
        held.release()
        try await held.end.value
        for (number, task) in tasks.enumerated() { #expect(try await task.value == number) }
        #expect(await fixture.pool.statistics.opened == 1)
    }

    @Test("that is exhausted refuses at the caller's deadline, or at once when too many wait")
    func exhausted() async throws {
        let fixture = try await PostgresFixture {
            $0.maximumConnections = 1
            $0.maximumWaiting = 2
        }
        let held = try await hold(fixture)
        let late = await failure {
            try await fixture.pool.transaction(
                as: nil,
                before: .now.advanced(by: .milliseconds(30))
            ) {
                try await $0.query(one)
            }
        }
        #expect(late?.kind == .poolExhausted)
        #expect(late?.isRetriable == true)
        var batch = Batch()
        batch.append(one)
        let lateRead = await failure {
            try await fixture.pool.run(
                batch,
                as: nil,
                .reads,
                before: .now.advanced(by: .milliseconds(30))
            )
        }
        #expect(lateRead?.kind == .poolExhausted)
        let waiting = (0..<2).map { _ in Task { try await fixture.read(one).count } }
        await waitUntil(fixture) { $0.waiting == 2 }
        let refused = await failure { try await fixture.read(one) }
        #expect(refused?.kind == .poolExhausted)
        // Who is cancelled leaves the line to others.
        waiting[0].cancel()
        #expect(await failure { try await waiting[0].value }?.kind == .cancelled)
        let next = Task { try await fixture.read(one).count }
        await waitUntil(fixture) { $0.waiting == 2 }
        held.release()
        try await held.end.value
        #expect(try await waiting[1].value == 1)
        #expect(try await next.value == 1)
    }

    @Test("lets short reads of many share a connection")
    func shared() async throws {
        let fixture = try await PostgresFixture {
            $0.maximumConnections = 1
            $0.maximumPipelined = 8
        }
        let echo = Statement("test.echo", "select $1::int8")
        try await withThrowingTaskGroup { tasks in
            for number in 0..<500 {
                tasks.addTask {
                    let heard = try await fixture.read(echo, number).one().read(Int.self)
                    #expect(heard == number)
                }
            }
            try await tasks.waitForAll()
        }
        let statistics = await fixture.pool.statistics
        #expect(statistics.opened == 1)
        #expect(statistics.inFlight == 0 && statistics.waiting == 0)
    }

    @Test("hurts nobody whose statements share a connection with one that is cancelled")
    func collateral() async throws {
        let fixture = try await PostgresFixture("create table a (b int)") {
            $0.maximumConnections = 1
            $0.maximumPipelined = 64
            $0.recoveryTimeout = .seconds(60)
        }
        let insert = Statement("test.insert", "insert into a values ($1)")
        for _ in 0..<20 {
            let slow = Task { try await fixture.read(sleep) }
            await waitUntil(fixture) { $0.inFlight == 1 }
            let others = (0..<10).map { number in
                Task { try await fixture.write(insert, Int32(number)).affected }
            }
            await waitUntil(fixture) { $0.inFlight == 11 }
            slow.cancel()
            #expect(await failure { try await slow.value }?.kind == .cancelled)
            for other in others { #expect(try await other.value == 1) }
        }
        let count = Statement("test.count", "select count(*) from a")
        #expect(try await fixture.read(count).one().read(Int.self) == 200)
        #expect(await fixture.pool.statistics.opened == 1)
    }

    @Test("keeps a tenant on the connection that knows it")
    func affinity() async throws {
        let fixture = try await PostgresFixture { $0.maximumConnections = 4 }
        var batch = Batch()
        batch.append(backend)
        // Four connections, by as many transactions at once.
        var held: [(release: () -> Void, end: Task<Void, any Error>)] = []
        for _ in 0..<4 { held.append(try await hold(fixture)) }
        for one in held { one.release() }
        for one in held { try await one.end.value }
        await waitUntil(fixture) { $0.leased == 0 && $0.inFlight == 0 }
        var homes: [String: Set<Int32>] = [:]
        for _ in 0..<10 {
            for tenant in ["a", "b", "c", "d"] {
                let scope = SessionScope(role: "postgres", schema: tenant)
                let rows = try await fixture.pool.run(
                    batch,
                    as: scope,
                    .reads,
                    before: PostgresFixture.soon
                )
                homes[tenant, default: []].insert(try rows[0].one().read(Int32.self))
            }
        }
        #expect(homes.values.allSatisfy { $0.count == 1 })
        #expect(Set(homes.values).count == 4)
    }

    @Test("takes new connections for those that have served many tenants, are old, or have grown")
    func recycling() async throws {
        let ways: [(inout PostgresPoolConfiguration) -> Void] = [
            { $0.maximumTenants = 5 },
            { $0.maximumAge = .zero },
            {
                $0.maximumBackendBytes = 1
                $0.tenantsPerMemoryCheck = 5
            },
        ]
        for (index, way) in ways.enumerated() {
            let fixture = try await PostgresFixture {
                $0.maximumConnections = 1
                way(&$0)
            }
            var batch = Batch()
            batch.append(backend)
            var backends: Set<Int32> = []
            for tenant in 0..<20 {
                let scope = SessionScope(role: "postgres", schema: "s\(tenant)")
                let rows = try await fixture.pool.run(
                    batch,
                    as: scope,
                    .reads,
                    before: PostgresFixture.soon
                )
                backends.insert(try rows[0].one().read(Int32.self))
            }
            let expected = index == 1 ? 20...20 : 4...5
            #expect(expected.contains(backends.count), "way \(index): \(backends.count)")
            #expect(await fixture.pool.statistics.lost == 0)
        }
    }

    @Test("that is closed refuses, finishes what is on its way, and leaves nothing on the server")
    func closed() async throws {
        let fixture = try await PostgresFixture("create table a (b int)", loops: 2) {
            $0.maximumConnections = 2
        }
        let other = PostgresPool(
            try PostgresDSN(fixture.database.dsn()),
            group: fixture.group,
            blocking: fixture.blocking
        )
        let lock = Statement(reserved: "test.lock", "lock table a in access exclusive mode")
        let blocked = Statement("test.blocked", "select count(*) from a")
        let reads = try await other.transaction(as: nil, before: PostgresFixture.soon) {
            try await $0.query(lock)
            let reads = (0..<6).map { _ in Task { try await fixture.read(blocked).count } }
            await waitUntil(fixture) { $0.inFlight == 6 }
            await fixture.pool.close()
            #expect(await failure { try await fixture.read(one) }?.kind == .closed)
            return reads
        }
        for read in reads { #expect(try await read.value == 1) }
        await other.close()
        await waitUntil(fixture) { $0.connections == 0 }
        while try await fixture.database.run(
            "select count(*) from pg_stat_activity where datname = current_database()"
        ) != "1" {}
    }

    @Test("whose loop stops refuses those who wait: for a connection, or for one to be made")
    func loopStops() async throws {
        let fixture = try await PostgresFixture { $0.maximumConnections = 1 }
        let held = try await hold(fixture)
        let reads = (0..<3).map { _ in Task { try await fixture.read(one).count } }
        let leases = (0..<3).map { _ in Task { try await fixture.transaction { _ in } } }
        await waitUntil(fixture) { $0.waiting == 6 }
        fixture.group.stop()
        for read in reads { #expect(await failure { try await read.value }?.kind == .closed) }
        for lease in leases { #expect(await failure { try await lease.value }?.kind == .closed) }
        held.release()
        #expect(await failure { try await held.end.value } != nil)

        // Here the first attempt fails, and the next would be long after.
        let proxy = try FaultProxy(to: .socket(path: "/nonexistent"))
        let silent = try await PostgresFixture(login: .tcp(user: "postgres", port: proxy.port)) {
            $0.retryDelay = .seconds(3_600)
            $0.longestRetryDelay = .seconds(3_600)
        }
        let waiting = Task { try await silent.read(one).count }
        await waitUntil(silent) { $0.waiting == 1 && $0.connecting == 0 }
        silent.group.stop()
        #expect(await failure { try await waiting.value }?.kind == .closed)
        proxy.stop()
    }

    @Test("is one for each database")
    func keyed() async throws {
        let fixture = try await PostgresFixture()
        let pools = PostgresPools(group: fixture.group, blocking: fixture.blocking, limit: 2)
        let first = try pools.pool(for: PostgresDSN("host=a dbname=b"))
        #expect(try first === pools.pool(for: PostgresDSN("postgresql://a/b")))
        #expect(try first !== pools.pool(for: PostgresDSN("host=a dbname=c")))
        let third = await failure { try pools.pool(for: PostgresDSN("host=a dbname=d")) }
        #expect(third?.kind == .poolExhausted)
        await pools.close()
    }
}
