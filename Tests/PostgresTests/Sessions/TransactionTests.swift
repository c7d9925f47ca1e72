import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

@Suite("Transactions")
struct TransactionTests {
    private struct Mishap: Error {}

    private let insert = Statement("test.insert", "insert into a values ($1)")
    private let sum = Statement("test.sum", "select coalesce(sum(b), 0)::int8 from a")

    private func fixture(
        _ configure: (inout PostgresPoolConfiguration) -> Void = { _ in }
    ) async throws -> PostgresFixture {
        try await PostgresFixture("create table a (b int8 unique)", configure)
    }

    private func stored(_ fixture: PostgresFixture) async throws -> Int {
        try await fixture.read(sum).one().read(Int.self)
    }

    @Test("are committed when their closure returns, and rolled back when it throws")
    func ends() async throws {
        let fixture = try await fixture()
        let value = try await fixture.transaction { transaction in
            try await transaction.query(insert, 1)
            return try await transaction.query(sum).one().read(Int.self)
        }
        #expect(value == 1)
        await #expect(throws: Mishap.self) {
            try await fixture.transaction { transaction in
                try await transaction.query(insert, 10)
                throw Mishap()
            }
        }
        #expect(try await stored(fixture) == 1)
        // One that does nothing sends nothing.
        try await fixture.transaction { _ in }
    }

    @Test("in which a statement failed are not committed, even if nobody minds")
    func swallowed() async throws {
        let fixture = try await fixture()
        let error = await failure {
            try await fixture.transaction { transaction in
                try await transaction.query(insert, 1)
                let first = await failure { try await transaction.query(insert, 1) }
                #expect(first?.sqlState == .uniqueViolation)
            }
        }
        #expect(error?.kind == .rolledBack)
        #expect(try await stored(fixture) == 0)
    }

    @Test("survive failures inside savepoints, nested ones too")
    func savepoints() async throws {
        let fixture = try await fixture()
        try await fixture.transaction { transaction in
            try await transaction.query(insert, 1)
            try await transaction.savepoint {
                try await transaction.query(insert, 2)
                await #expect(throws: PostgresError.self) {
                    try await transaction.savepoint {
                        try await transaction.query(insert, 4)
                        try await transaction.query(insert, 1)
                    }
                }
                try await transaction.query(insert, 8)
            }
            await #expect(throws: Mishap.self) {
                try await transaction.savepoint {
                    try await transaction.query(insert, 16)
                    throw Mishap()
                }
            }
            try await transaction.query(insert, 32)
        }
        #expect(try await stored(fixture) == 1 + 2 + 8 + 32)
    }

    @Test("see what their isolation says, and conflicts can be tried again")
    func isolation() async throws {
        let fixture = try await fixture()
        try await fixture.write(insert, 1)
        let update = Statement("test.update", "update a set b = b + 1")
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.transaction(TransactionOptions(isolation: .repeatableRead)) { first in
                try await first.query(sum)
                try await fixture.transaction { try await $0.query(update) }
                #expect(try await first.query(sum).one().read(Int.self) == 1)
                try await first.query(update)
            }
        }
        #expect(error?.sqlState == .serializationFailure)
        #expect(error?.isRetriable == true)
        let readOnly = await #expect(throws: PostgresError.self) {
            try await fixture.transaction(TransactionOptions(isReadOnly: true)) {
                try await $0.query(update)
            }
        }
        #expect(readOnly?.sqlState == SQLState("25006"))
        try await fixture.transaction(TransactionOptions(isolation: .serializable)) {
            try await $0.query(update)
        }
        #expect(try await stored(fixture) == 3)
    }

    @Test("end at their deadline, wherever they are, and leave a clean connection")
    func deadline() async throws {
        let fixture = try await fixture {
            $0.maximumConnections = 1
            $0.recoveryTimeout = .seconds(60)
        }
        let sleep = Statement("test.sleep", "select pg_sleep(50)")
        // So that the time is not spent on connecting.
        #expect(try await stored(fixture) == 0)
        for isBusyElsewhere in [false, true] {
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.pool.transaction(
                    as: nil,
                    before: .now.advanced(by: .milliseconds(200))
                ) { transaction in
                    try await transaction.query(insert, 1)
                    if isBusyElsewhere {
                        // Until the server has ended the transaction.
                        while try await stored(fixture) == 0,
                            try await fixture.database.run(
                                """
                                select count(*) from pg_stat_activity
                                where datname = current_database()
                                    and state like 'idle in transaction%'
                                """
                            ) != "0"
                        {}
                        try await transaction.query(sum)
                    } else {
                        try await transaction.query(sleep)
                    }
                }
            }
            #expect(error?.kind == .deadlineExceeded)
        }
        #expect(try await stored(fixture) == 0)
        #expect(await fixture.pool.statistics.lost == 0)
    }

    @Test("end when their caller is cancelled, and the server stops at once")
    func cancelled() async throws {
        let fixture = try await fixture {
            $0.maximumConnections = 1
            $0.recoveryTimeout = .seconds(60)
        }
        let sleep = Statement("test.sleep", "select pg_sleep(50)")
        let task = Task {
            try await fixture.transaction { transaction in
                try await transaction.query(insert, 1)
                try await transaction.query(sleep)
            }
        }
        while try await fixture.database.run(
            """
            select count(*) from pg_stat_activity
            where wait_event = 'PgSleep' and datname = current_database()
            """
        ) != "1" {}
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(error?.queryName == "test.sleep")
        // On the same connection: the statement of fifty seconds is over.
        #expect(try await stored(fixture) == 0)
        #expect(await fixture.pool.statistics.opened == 1)
    }

    @Test("that changed their session for longer cost the connection, and nobody sees it")
    func dirty() async throws {
        let fixture = try await fixture {
            $0.maximumConnections = 1
            $0.recoveryTimeout = .seconds(60)
        }
        let changes: [Statement] = [
            Statement("test.path", "select set_config('search_path', 'pg_catalog', false)"),
            Statement("test.timeout", "select set_config('statement_timeout', '1', false)"),
            Statement("test.zone", "select set_config('TimeZone', 'Asia/Tokyo', false)"),
            Statement(reserved: "test.role", "set session role pg_monitor"),
            Statement(reserved: "test.listen", "listen somewhere"),
            Statement("test.temporary", "create temporary table t (a int)"),
            Statement(reserved: "test.cursor", "declare c cursor with hold for select 1"),
        ]
        for change in changes {
            try await fixture.transaction { try await $0.query(change) }
        }
        // Advisory locks of the session are let go; that is nothing to close it for.
        let lock = Statement("test.lock", "select pg_advisory_lock(7)")
        let locks = Statement(
            "test.locks",
            "select count(*) from pg_locks where locktype = 'advisory'"
        )
        try await fixture.transaction { try await $0.query(lock) }
        try await fixture.transaction { try await $0.query(sum) }
        #expect(try await fixture.read(locks).one().read(Int.self) == 0)
        let statistics = await fixture.pool.statistics
        #expect(statistics.dirty == changes.count)
        #expect(statistics.opened == changes.count + 1)
        // What is undone by a rollback costs nothing.
        await #expect(throws: Mishap.self) {
            try await fixture.transaction { transaction in
                try await transaction.query(changes[0])
                throw Mishap()
            }
        }
        #expect(try await stored(fixture) == 0)
        #expect(await fixture.pool.statistics.dirty == changes.count)
    }

    @Test("cannot be used after their end")
    func escaped() async throws {
        let fixture = try await fixture()
        let escaped = try await fixture.transaction { $0 }
        let error = await #expect(throws: PostgresError.self) { try await escaped.query(sum) }
        #expect(error?.kind == .misuse)
        #expect(try await stored(fixture) == 0)
    }

    @Test("take statements of several tasks at once")
    func concurrent() async throws {
        let fixture = try await fixture()
        try await fixture.transaction { transaction in
            try await withThrowingTaskGroup { tasks in
                for number in 1...50 {
                    tasks.addTask { _ = try await transaction.query(insert, number) }
                }
                try await tasks.waitForAll()
            }
        }
        #expect(try await stored(fixture) == 1_275)
    }
}
