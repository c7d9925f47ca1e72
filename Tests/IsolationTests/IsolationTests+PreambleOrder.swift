import TestExample
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@_spi(PostgresSessions) import Tenancy

extension IsolationTests {
    private static let makeItem = Statement(
        "test.make",
        "insert into items (number, title, created_at) values ($1, 'a', now())"
    )

    @Test("5. what follows a scope that cannot be entered is aborted, and its commit does nothing")
    func preambleOrder() async throws {
        // Roles are of the server: one is taken away.
        let served = try await ServedTenants(
            try .example(),
            on: try await SchemaFixture.harmedServer.value
        )
        let fixture = served.fixture
        let role = served.members[0].id.roleName
        // A login that could do it all without the scope, and would find the table.
        try await fixture.database.run(
            """
            create role mighty login superuser;
            alter role mighty set search_path = \(role)
            """
        )
        let pool = PostgresPool(
            try PostgresDSN(fixture.database.dsn(user: "mighty")),
            group: fixture.group,
            blocking: fixture.blocking
        )
        func write(_ first: Int64, as scope: SessionScope?) async -> PostgresError? {
            var batch = Batch()
            for number in first..<first + 3 { batch.append(Self.makeItem, number) }
            do throws(PostgresError) {
                _ = try await pool.run(batch, as: scope, .writes, before: SchemaFixture.soon)
                return nil
            } catch {
                return error
            }
        }
        func titles() async throws -> [String] {
            try await fixture.lines("select number from \(role).items order by number")
        }
        #expect(await write(1, as: nil) == nil)
        #expect(try await titles() == ["1", "2", "3"])
        let nobody = SessionScope(role: "t_nobody", schema: role)
        #expect(await write(4, as: nobody)?.sqlState == SQLState("22023"))
        let inside = await #expect(throws: PostgresError.self) {
            try await pool.transaction(as: nobody, before: SchemaFixture.soon) { transaction in
                try await transaction.query(Self.makeItem, Int64(7))
            }
        }
        #expect(inside?.sqlState == SQLState("22023"))
        #expect(try await titles() == ["1", "2", "3"])

        // As services do: the role is there, and not theirs.
        try await fixture.database.run("revoke \(role) from tenant_users")
        let scope = try served.database.scope(
            for: try served.context(served.members[0]),
            before: SchemaFixture.soon
        )
        let refused = await #expect(throws: PostgresError.self) {
            try await scope.write(Self.makeItem, Int64(8))
        }
        #expect(refused?.sqlState == .insufficientPrivilege)
        #expect(try await titles() == ["1", "2", "3"])
        try await fixture.database.run("grant \(role) to tenant_users")
        try await scope.write(Self.makeItem, Int64(9))
        #expect(try await titles() == ["1", "2", "3", "9"])
        await pool.close()
        await served.stop()
        try await fixture.database.run("drop role mighty")
    }
}
