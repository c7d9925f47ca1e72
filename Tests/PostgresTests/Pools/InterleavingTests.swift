import Net
import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

/// Many tasks of two tenants on two connections, with everything going wrong now and then.
@Suite("Interleaving")
struct InterleavingTests {
    private struct Mishap: Error {}

    private enum Deed: CaseIterable {
        case read, write, commit, fail, raise, cancel, late, kill
    }

    private let look = Statement(
        "test.look",
        """
        select current_user::text, current_setting('search_path'),
            current_setting('statement_timeout'), pg_current_xact_id_if_assigned() is null,
            (select min(name) from things where id = 1)
        """
    )
    private let lookUnscoped = Statement(
        "test.look_unscoped",
        """
        select current_user::text, current_setting('search_path'),
            pg_current_xact_id_if_assigned() is null
        """
    )
    private let insert = Statement("test.insert", "insert into things values ($1, 'added')")
    private let fails = Statement("test.fails", "select 1 / $1::int")
    private let sleep = Statement("test.sleep", "select pg_sleep(50)")

    /// How the writes of one tenant ended.
    private struct Ledger {
        var stored = 0
        var unknown = 0
    }

    @Test(
        "of tenants, mishaps, cancellations and kills never shows one what is another's",
        arguments: [
            UInt64(1), 2, 3,
        ]
    )
    func fuzz(_ seed: UInt64) async throws {
        let tenants = try await TwoTenants { $0.maximumConnections = 2 }
        let ledgers = Locked(["t_a": Ledger(), "t_b": Ledger()])
        try await withThrowingTaskGroup { tasks in
            for task in 0..<64 {
                tasks.addTask {
                    var generator = SeededGenerator(seed: seed * 1_000 + UInt64(task))
                    for step in 0..<12 {
                        let scope = generator.happens(onceIn: 2) ? tenants.a : tenants.b
                        let deed = generator.pick(Deed.allCases)
                        let key = Int32(10 + task * 100 + step)
                        try await self.perform(deed, key, as: scope, tenants, ledgers)
                    }
                }
            }
            try await tasks.waitForAll()
        }
        for (schema, ledger) in ledgers.withLock({ $0 }) {
            let count = try await tenants.fixture.database.run(
                "select count(*) from \(schema).things where id > 1"
            )
            let stored = try #require(Int(count))
            #expect((ledger.stored...ledger.stored + ledger.unknown).contains(stored))
        }
        let statistics = await tenants.fixture.pool.statistics
        #expect(statistics.dirty == 0)
        #expect(statistics.connections <= 2)
    }

    private func perform(
        _ deed: Deed,
        _ key: Int32,
        as scope: SessionScope,
        _ tenants: TwoTenants,
        _ ledgers: Locked<[String: Ledger]>
    ) async throws {
        let pool = tenants.fixture.pool
        let isLate = deed == .late
        let deadline = isLate ? .now.advanced(by: .milliseconds(3)) : PostgresFixture.soon
        let work = Task {
            switch deed {
            case .read:
                try check(try await tenants.read(as: scope, look), scope)
                try checkUnscoped(try await tenants.read(as: nil, lookUnscoped))
            case .write:
                var batch = Batch()
                batch.append(look)
                batch.append(insert, key)
                try check(try await pool.run(batch, as: scope, .writes, before: deadline)[0], scope)
            default:
                try await pool.transaction(as: scope, before: deadline) { transaction in
                    try check(try await transaction.query(look), scope)
                    try await transaction.query(insert, key)
                    if deed == .fail { throw Mishap() }
                    if deed == .raise { try await transaction.query(fails, Int32(0)) }
                    if deed == .cancel || isLate { try await transaction.query(sleep) }
                    if deed == .kill { try await kill(tenants) }
                }
            }
        }
        if deed == .cancel { work.cancel() }
        let outcome = await work.result
        let isWrite = [.write, .commit].contains(deed)
        switch outcome {
        case .success:
            #expect(isWrite || deed == .read || deed == .kill)
            if deed != .read { ledgers.withLock { $0[scope.schema]?.stored += 1 } }
        case .failure(let error as PostgresError):
            #expect(error.kind != .unexpectedResult, "\(error)")
            if error.kind == .outcomeUnknown {
                ledgers.withLock { $0[scope.schema]?.unknown += 1 }
            } else if isWrite || deed == .read {
                // Only what others do to the connection can fail these.
                #expect(error.kind == .connectionLost, "\(error)")
            }
        case .failure(let error):
            #expect(error is Mishap, "\(error)")
        }
    }

    private func check(_ rows: Rows, _ scope: SessionScope) throws {
        let (user, path, timeout, isFresh, name) = try rows.one()
            .read(String.self, String.self, String.self, Bool.self, String.self)
        #expect(user == scope.role && path == scope.schema)
        #expect(timeout != "0" && isFresh)
        #expect(name == (scope.schema == "t_a" ? "of a" : "of b"))
    }

    private func checkUnscoped(_ rows: Rows) throws {
        let (user, path, isFresh) = try rows.one().read(String.self, String.self, Bool.self)
        #expect(user == "service" && path == #""$user", public"# && isFresh)
    }

    /// Ends one of the pool's connections, whatever it does.
    private func kill(_ tenants: TwoTenants) async throws {
        _ = try await tenants.fixture.database.run(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and usename = 'service'
            order by random() limit 1
            """
        )
    }
}
