import Glibc
import Net
import RPC
import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

@Suite("A connection that is lost")
struct ConnectionFaultTests {
    private let insert = Statement("test.insert", "insert into a values ($1)")
    private let sum = Statement("test.sum", "select coalesce(sum(b), 0)::int8 from a")
    private let backend = Statement("test.backend", "select pg_backend_pid()")
    private let sleep = Statement("test.sleep", "select pg_sleep(50)")

    private func fixture(
        _ setUp: String = "",
        _ configure: (inout PostgresPoolConfiguration) -> Void = { _ in }
    ) async throws -> PostgresFixture {
        try await PostgresFixture("create table a (b int8 unique); \(setUp)", configure)
    }

    /// A fixture whose connections pass a proxy.
    private func distant(_ setUp: String = "") async throws -> (PostgresFixture, FaultProxy) {
        let server = try await PrivatePostgres.shared
        let proxy = try FaultProxy(to: .socket(path: "\(server.folder)/.s.PGSQL.\(server.port)"))
        let fixture = try await PostgresFixture(
            "create table a (b int8 unique); \(setUp)",
            login: .tcp(user: "postgres", port: proxy.port)
        ) {
            $0.maximumConnections = 1
            $0.recoveryTimeout = .milliseconds(300)
        }
        return (fixture, proxy)
    }

    private func kill(_ fixture: PostgresFixture, where condition: String) async throws {
        let sql = """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and \(condition)
            """
        while try await fixture.database.run(sql) == "0" {}
    }

    @Test("within a transaction is told, and nothing was stored")
    func inTransaction() async throws {
        let fixture = try await fixture()
        let error = await failure {
            try await fixture.transaction { transaction in
                try await transaction.query(insert, 1)
                try await kill(fixture, where: "state = 'idle in transaction'")
                try await transaction.query(insert, 2)
            }
        }
        #expect(error?.kind == .connectionLost)
        #expect(error?.isRetriable == true)
        #expect(error.map { RPCError($0).code } == .unavailable)
        #expect(try await fixture.read(sum).one().read(Int.self) == 0)
        #expect(await fixture.pool.statistics.lost == 1)
    }

    @Test("while a statement runs is told with the server's last words")
    func inStatement() async throws {
        let fixture = try await fixture()
        let running = Task {
            try await fixture.transaction { try await $0.query(sleep) }
        }
        try await kill(fixture, where: "wait_event = 'PgSleep'")
        let error = await failure { try await running.value }
        #expect(error?.kind == .connectionLost)
        #expect(error?.sqlState == SQLState("57P01"))
        #expect(error?.queryName == "test.sleep")
    }

    @Test("with reads on their way costs them nothing, with writes leaves them in doubt")
    func shared() async throws {
        let fixture = try await fixture { $0.maximumConnections = 1 }
        let first = try await fixture.read(backend).one().read(Int32.self)
        let nap = Statement(
            "test.nap",
            "select case when pg_backend_pid() = $1 then pg_sleep(50)::text else 'moved' end"
        )
        let read = Task { try await fixture.read(nap, first).one().read(String.self) }
        try await kill(fixture, where: "wait_event = 'PgSleep'")
        #expect(try await read.value == "moved")
        let write = Task { try await fixture.write(sleep).count }
        try await kill(fixture, where: "wait_event = 'PgSleep'")
        let error = await failure { try await write.value }
        #expect(error?.kind == .outcomeUnknown)
        #expect(error.map { RPCError($0).code } == .unknown)
        #expect(error?.isRetriable == false)
    }

    @Test("while it commits leaves the outcome in doubt: here it was not stored")
    func beforeCommit() async throws {
        let fixture = try await fixture(
            """
            create function nap() returns trigger language plpgsql as
                'begin perform pg_sleep(50); return null; end';
            create constraint trigger slow after insert on a deferrable initially deferred
                for each row execute function nap()
            """
        )
        let writing = Task {
            try await fixture.transaction { try await $0.query(insert, 1) }
        }
        try await kill(fixture, where: "wait_event = 'PgSleep' and query = 'commit'")
        let error = await failure { try await writing.value }
        #expect(error?.kind == .outcomeUnknown)
        #expect(try await fixture.read(sum).one().read(Int.self) == 0)
    }

    @Test("before the answer to a commit came leaves the outcome in doubt: here it was stored")
    func afterCommit() async throws {
        let (fixture, proxy) = try await distant()
        let error = await failure {
            try await fixture.transaction { transaction in
                try await transaction.query(insert, 1)
                // What the server says from now on is lost.
                proxy.set { $0.cutAfter = 0 }
            }
        }
        #expect(error?.kind == .outcomeUnknown)
        proxy.set { $0.cutAfter = nil }
        while try await fixture.database.run("select count(*) from a") != "1" {}
        #expect(try await fixture.read(sum).one().read(Int.self) == 1)
        proxy.stop()
    }

    @Test("because the time was up while it committed leaves the outcome in doubt")
    func lateCommit() async throws {
        let fixture = try await fixture(
            """
            create function nap() returns trigger language plpgsql as
                'begin perform pg_sleep(50); return null; end';
            create constraint trigger slow after insert on a deferrable initially deferred
                for each row execute function nap()
            """
        ) { $0.recoveryTimeout = .milliseconds(200) }
        #expect(try await fixture.read(sum).count == 1)
        let error = await failure {
            try await fixture.pool.transaction(
                as: nil,
                before: .now.advanced(by: .seconds(2))
            ) { try await $0.query(insert, 1) }
        }
        // The server's own timeout may have been faster, and is then as certain as can be.
        #expect(error?.kind == .outcomeUnknown || error?.sqlState == .queryCanceled)
        // Nothing holds on to it.
        while try await fixture.database.run(
            """
            select count(*) from pg_stat_activity
            where wait_event = 'PgSleep' and datname = current_database()
            """
        ) != "0" {}
        #expect(try await fixture.read(sum).one().read(Int.self) == 0)
    }

    @Test("because the network holds everything back is given up at the deadline, and replaced")
    func blackHole() async throws {
        let (fixture, proxy) = try await distant()
        let first = try await fixture.read(backend).one().read(Int32.self)
        proxy.set { $0.isBlackHole = true }
        let error = await failure {
            try await fixture.pool.transaction(
                as: nil,
                before: .now.advanced(by: .milliseconds(200))
            ) { try await $0.query(sum) }
        }
        #expect(error?.kind == .deadlineExceeded)
        // Until the connection has been given up, it is there.
        while await fixture.pool.statistics.connections == 1 { await fixture.pause() }
        proxy.set { $0.isBlackHole = false }
        #expect(try await fixture.read(backend).one().read(Int32.self) != first)
        proxy.stop()
    }

    @Test("never, though a cancellation came before the server had begun with the statement")
    func earlyCancellation() async throws {
        let fixture = try await fixture {
            $0.maximumConnections = 1
            $0.recoveryTimeout = .seconds(40)
        }
        let pid = try await fixture.read(backend).one().read(Int32.self)
        try #require(Glibc.kill(pid, SIGSTOP) == 0)
        let task = Task { try await fixture.read(sleep) }
        while await fixture.pool.statistics.inFlight == 0 { await fixture.pause() }
        task.cancel()
        #expect(await failure { try await task.value }?.kind == .cancelled)
        // Long enough for the cancellation to come, and to find nothing that runs.
        for _ in 0..<5 { try await fixture.database.run("select 1") }
        try #require(Glibc.kill(pid, SIGCONT) == 0)
        #expect(try await fixture.read(backend).one().read(Int32.self) == pid)
    }

    @Test("by a reset is told at once, and replaced")
    func reset() async throws {
        let (fixture, proxy) = try await distant()
        let running = Task {
            try await fixture.transaction { try await $0.query(sleep) }
        }
        while try await fixture.database.run(
            """
            select count(*) from pg_stat_activity
            where wait_event = 'PgSleep' and datname = current_database()
            """
        ) != "1" {}
        proxy.reset()
        #expect(await failure { try await running.value }?.kind == .connectionLost)
        #expect(try await fixture.read(sum).one().read(Int.self) == 0)
        proxy.stop()
    }

    @Test("slowly, byte by byte, works")
    func slow() async throws {
        let (fixture, proxy) = try await distant()
        proxy.set {
            $0.delay = 0.005
            $0.bytesPerSecond = 100_000
        }
        let series = Statement("test.series", "select generate_series(1, $1)")
        #expect(try await fixture.read(series, 2_000).count == 2_000)
        proxy.stop()
    }

    @Test("in the middle of a COPY is told, either way, and nothing was stored")
    func inCopy() async throws {
        let fixture = try await fixture()
        let into = CopyStatement("test.copy_in", "copy a from stdin (format binary)")
        let error = await failure {
            try await fixture.transaction { transaction in
                try await transaction.copyIn(into) { rows in
                    for number in 0..<50_000_000 {
                        try await rows.write(number)
                        if number == 100_000 {
                            try await kill(fixture, where: "query like 'copy%'")
                        }
                    }
                }
            }
        }
        #expect(error?.kind == .connectionLost)
        #expect(error?.queryName == "test.copy_in")
        let from = CopyStatement(
            "test.copy_out",
            "copy (select generate_series(1, 100000000)::int8) to stdout (format binary)"
        )
        let other = await failure {
            try await fixture.transaction { transaction in
                try await transaction.copyOut(from) { rows in
                    while let number = try await rows.next(Int.self) {
                        if number == 1_000 { try await kill(fixture, where: "query like 'copy%'") }
                    }
                }
            }
        }
        #expect(other?.kind == .connectionLost)
        #expect(try await fixture.read(sum).one().read(Int.self) == 0)
    }

    @Test("because the server stopped is replaced when it is back, by itself")
    func restart() async throws {
        let server = try await PrivatePostgres()
        let fixture = try await PostgresFixture("create table a (b int8)", on: server, loops: 2)
        let listen = ListenStatement("test.listen", "listen somewhere")
        let listener = PostgresListener(
            try PostgresDSN(fixture.database.dsn()),
            [listen],
            on: fixture.group.loops[1],
            blocking: fixture.blocking
        )
        var events = listener.events().makeAsyncIterator()
        #expect(await events.next() == .listening)
        try await fixture.database.run("notify somewhere, 'one'")
        #expect(
            await events.next() == .notification(Notification(channel: "somewhere", payload: "one"))
        )
        try await fixture.write(insert, 1)
        for _ in 0..<2 {
            try await server.stop()
            // Who does not wait long is told; who does is served.
            let hasty = await failure {
                try await fixture.pool.transaction(
                    as: nil,
                    before: .now.advanced(by: .seconds(1))
                ) { try await $0.query(sum) }
            }
            #expect(hasty?.kind == .connectFailed)
            let patient = Task { try await fixture.read(sum).count }
            try await server.start()
            #expect(try await patient.value == 1)
            #expect(await events.next() == .listening)
        }
        try await fixture.database.run("notify somewhere, 'two'")
        #expect(
            await events.next() == .notification(Notification(channel: "somewhere", payload: "two"))
        )
    }
}
