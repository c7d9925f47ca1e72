import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

@Suite("Scripts")
struct ScriptTests {
    private let count = Statement("test.count", "select count(*) from a")

    @Test("run within their transaction, and end with it")
    func transaction() async throws {
        let fixture = try await PostgresFixture()
        let script = "create table a (b int); insert into a values (1); insert into a values (2);"
        try await fixture.transaction { transaction in
            try await transaction.runScript("m0001", script)
            #expect(try await transaction.query(count).one().read(Int.self) == 2)
            try await transaction.runScript("m0002", "insert into a values (3)")
            try await transaction.runScript("m0003", "")
        }
        #expect(try await fixture.read(count).one().read(Int.self) == 3)
        let error = await failure {
            try await fixture.transaction { transaction in
                try await transaction.runScript("m0004", "insert into a values (4)")
                try await transaction.runScript("m0005", "delete from a; select 1 / 0; select 1")
            }
        }
        #expect(error?.queryName == "m0005")
        #expect(error?.sqlState == SQLState("22012"))
        #expect(try await fixture.read(count).one().read(Int.self) == 3)
        #expect(await fixture.pool.statistics.lost == 0)
    }

    @Test("end at the deadline, when their caller is cancelled, and with a COPY")
    func ends() async throws {
        let fixture = try await PostgresFixture("create table a (b int)")
        #expect(try await fixture.read(count).count == 1)
        let late = await failure {
            try await fixture.pool.transaction(
                as: nil,
                before: .now.advanced(by: .milliseconds(200))
            ) { try await $0.runScript("late", "insert into a values (1); select pg_sleep(50)") }
        }
        // The server's own timeout may be faster.
        #expect(late?.kind == .deadlineExceeded || late?.sqlState == .queryCanceled)
        let task = Task {
            try await fixture.transaction { try await $0.runScript("long", "select pg_sleep(50)") }
        }
        while try await fixture.database.run(
            """
            select count(*) from pg_stat_activity
            where wait_event = 'PgSleep' and datname = current_database()
            """
        ) != "1" {}
        task.cancel()
        #expect(await failure { try await task.value }?.kind == .cancelled)
        let copy = await failure {
            try await fixture.transaction { try await $0.runScript("copy", "copy a to stdout") }
        }
        #expect(copy?.kind == .misuse)
        #expect(try await fixture.read(count).one().read(Int.self) == 0)
    }
}
