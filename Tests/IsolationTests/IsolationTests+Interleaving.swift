import Net
import Tenancy
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@_spi(PostgresSessions) import Tenancy

extension IsolationTests {
    @Test(
        "4. connections are clean between tenants, whatever was cancelled, killed, late or wrong",
        arguments: [UInt64(1), 2]
    )
    func interleaving(_ seed: UInt64) async throws {
        let crowd = try await Crowd()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for task in 0..<64 {
                tasks.addTask {
                    var generator = SeededGenerator(seed: seed * 100 + UInt64(task))
                    for _ in 0..<6 {
                        let deed = Deed.allCases.randomElement(using: &generator) ?? .well
                        let place = Int.random(in: 0..<2, using: &generator)
                        try await crowd.act(deed, place)
                        try await crowd.look(place)
                    }
                }
            }
            try await tasks.waitForAll()
        }
        // What failed has left nothing.
        for member in crowd.served.members {
            let left = try await crowd.served.fixture.lines(
                "select title from \(member.id.schemaName).items where title like 'undone%'"
            )
            #expect(left == [])
        }
        let statistics = await crowd.database.platform.statistics
        #expect(statistics.dirty == 0 && statistics.leased == 0 && statistics.waiting == 0)
        #expect(statistics.opened > 2, "kills cost connections")
        await crowd.database.close()
        await crowd.served.stop()
    }

    /// What somebody does with a tenant's connection.
    enum Deed: CaseIterable {
        case well, mishap, failure, failureInPipeline, cancelled, late, killed
    }
}

/// Two tenants whose services have two connections.
private final class Crowd: Sendable {
    let served: ServedTenants
    let database: TenantDatabase

    private struct Mishap: Error {}

    private static let look = Statement(
        "test.look",
        """
        select current_user::text, current_setting('search_path'),
            current_setting('statement_timeout'), pg_current_xact_id_if_assigned() is null,
            (select title from items where number = 1)
        """
    )
    private static let insert = Statement(
        "test.insert",
        """
        insert into items (number, title, created_at)
        select 1 + coalesce(max(number), 0), $1, now() from items
        on conflict do nothing
        """
    )
    private static let fail = Statement("test.fail", "select 1 / $1::int")
    private static let sleep = Statement("test.sleep", "select pg_sleep(50)")
    private static let own = Statement("test.own", "select pg_backend_pid()")

    init() async throws {
        served = try await ServedTenants(try .example())
        database = try await served.fixture.service(connections: 2)
        for member in served.members {
            try await scope(member).write(Self.insert, member.canary.text)
        }
    }

    private func scope(
        _ member: ServedTenants.Member,
        before deadline: ContinuousClock.Instant = SchemaFixture.soon
    ) throws -> TenantScope {
        try database.scope(for: try served.context(member), before: deadline)
    }

    /// Looks by a read of its own.
    func look(_ place: Int) async throws {
        let member = served.members[place]
        try check(try await scope(member).read(Self.look), member)
    }

    private func check(_ rows: Rows, _ member: ServedTenants.Member) throws {
        let (user, path, timeout, isFresh, title) = try rows.one()
            .read(String.self, String.self, String.self, Bool.self, String.self)
        #expect(user == member.id.roleName && path == member.id.schemaName)
        #expect(timeout != "0" && isFresh && title == member.canary.text)
    }

    /// Does something for a tenant; only what goes well is stored.
    func act(_ deed: IsolationTests.Deed, _ place: Int) async throws {
        let member = served.members[place]
        let deadline = deed == .late ? .now.advanced(by: .milliseconds(30)) : SchemaFixture.soon
        let scope = try scope(member, before: deadline)
        if deed == .failureInPipeline {
            var batch = Batch()
            batch.append(Self.insert, "undone 1")
            batch.append(Self.fail, Int32(0))
            batch.append(Self.insert, "undone 2")
            let made = batch
            await #expect(throws: PostgresError.self) { try await scope.write(made) }
            return
        }
        let work = Task {
            try await scope.transaction { transaction in
                try self.check(try await transaction.query(Self.look), member)
                try await transaction.query(Self.insert, deed == .well ? "done" : "undone")
                switch deed {
                case .well, .failureInPipeline: break
                case .mishap: throw Mishap()
                case .failure: try await transaction.query(Self.fail, Int32(0))
                case .cancelled, .late: try await transaction.query(Self.sleep)
                case .killed:
                    let pid = try await transaction.query(Self.own).one().read(Int32.self)
                    try await self.served.fixture.database.run(
                        "select pg_terminate_backend(\(pid))"
                    )
                    try await transaction.query(Self.sleep)
                }
            }
        }
        if deed == .cancelled { work.cancel() }
        if case .success = await work.result {
            #expect(deed == .well)
        } else {
            #expect(deed != .well)
        }
    }
}
