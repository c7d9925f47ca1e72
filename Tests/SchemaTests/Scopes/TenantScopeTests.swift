import Net
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@_spi(PostgresSessions) import Tenancy
@testable import Schema

/// A service with two tenants, and a scope of each.
private struct TwoScopes {
    let fixture: SchemaFixture
    let database: TenantDatabase
    let scopes: [TenantScope]
    let registry = MetricRegistry()

    init(connections: Int = 4) async throws {
        fixture = try await SchemaFixture(services: [try .example(notesTable)])
        let tenants = [try await fixture.tenant("alpha"), try await fixture.tenant("beta")]
        database = try await fixture.service(connections: connections, registry: registry)
        let (fixture, database) = (fixture, database)
        scopes = try tenants.map {
            try database.scope(for: try fixture.context($0), before: SchemaFixture.soon)
        }
    }

    /// Text that is in no other tenant's rows.
    func canary(_ place: Int) -> String { "canary-\(scopes[place].tenant)" }
}

private let insertNote = Statement("test.insert", "insert into notes (body) values ($1)")
private let bodies = Statement("test.bodies", "select body from notes order by body")

@Suite("The scope of a tenant", .timeLimit(.minutes(5)))
struct TenantScopeTests {
    private let look = Statement(
        "test.look",
        """
        select current_user::text, current_setting('search_path'),
            current_setting('statement_timeout'), pg_current_xact_id_if_assigned() is null,
            coalesce((select min(body) from notes), '')
        """
    )

    @Test("shows each of two tenants its own rows and no others, by the same statements")
    func canaries() async throws {
        let two = try await TwoScopes()
        for place in 0..<2 {
            try await two.scopes[place].write(insertNote, two.canary(place))
            try await two.scopes[place].transaction { transaction in
                try await transaction.query(insertNote, two.canary(place) + " twice")
            }
        }
        for place in 0..<2 {
            let scope = two.scopes[place]
            var found: [String] = []
            for row in try await scope.read(bodies) { found.append(try row.read(String.self)) }
            #expect(found == [two.canary(place), two.canary(place) + " twice"])
            let (user, path, timeout, isFresh, _) = try await scope.read(look).one()
                .read(String.self, String.self, String.self, Bool.self, String.self)
            #expect(user == scope.tenant.roleName && path == scope.tenant.schemaName)
            #expect(timeout != "0" && isFresh)
        }
        await two.database.close()
    }

    @Test("is not for the gateway, which cannot even take a tenant's role")
    func gateway() async throws {
        let two = try await TwoScopes()
        let role = two.scopes[0].tenant.roleName
        let error = await #expect(throws: PrivatePostgres.Failure.self) {
            try await two.fixture.query("set role \(role)", as: "svc_gateway")
        }
        #expect(error?.description.contains("permission denied") == true)
        await two.database.close()
    }

    @Test("leads to no other tenant, and what tries is logged and counted")
    func otherTenant() async throws {
        let two = try await TwoScopes()
        let other = Statement(
            "test.other",
            """
            select query_to_xml(format('select * from %I.notes', nspname), true, false, '')::text
            from pg_namespace where nspname like 't\\_%' and nspname <> current_schema()
            """
        )
        let error = await #expect(throws: PostgresError.self) {
            try await two.scopes[0].read(other)
        }
        #expect(error?.sqlState == .insufficientPrivilege)
        let inside = await #expect(throws: PostgresError.self) {
            try await two.scopes[1].transaction { try await $0.query(other) }
        }
        #expect(inside?.sqlState == .insufficientPrivilege)
        let metrics = String(decoding: two.registry.text(.prometheus), as: UTF8.self)
        #expect(metrics.contains("tenant_scope_denials_total 2\n"))
        let lines = two.fixture.log.lines.filter { $0.contains("tenant scope denied") }
        #expect(lines.count == 2 && lines[0].contains(two.scopes[0].tenant.text))
        await two.database.close()
    }

    @Test("holds reads to reading, and keeps a tenant from pretending migrations or making things")
    func limits() async throws {
        let two = try await TwoScopes()
        let scope = two.scopes[0]
        let writing = await #expect(throws: PostgresError.self) {
            try await scope.read(insertNote, "a")
        }
        #expect(writing?.sqlState == SQLState("25006"))
        for statement in [
            Statement("test.make", "create table mine (id bigint primary key)"),
            Statement("test.temp", "create temporary table mine (id bigint)"),
            Statement("test.drop", "drop table notes"),
            Statement("test.alter", "alter table notes add column x text"),
            Statement("test.version", "delete from schema_migrations"),
            Statement("test.keys", "select * from platform.api_keys"),
            Statement("test.truncate", "truncate notes"),
            Statement("test.large", "select lo_create(0)"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await scope.write(statement)
            }
            #expect(error?.sqlState == .insufficientPrivilege, "\(statement.name)")
        }
        await two.database.close()
    }

    @Test("ends with its deadline, whatever is under way")
    func deadline() async throws {
        let two = try await TwoScopes()
        let context = try two.fixture.context(two.scopes[0].tenant)
        let scope = try two.database.scope(
            for: context,
            before: .now.advanced(by: .milliseconds(50))
        )
        let error = await #expect(throws: PostgresError.self) {
            try await scope.read(Statement("test.sleep", "select pg_sleep(60)"))
        }
        #expect(error?.kind == .deadlineExceeded || error?.sqlState == .queryCanceled)
        let past = try two.database.scope(for: context, before: .now)
        await #expect(throws: PostgresError.self) { try await past.read(bodies) }
        await two.database.close()
    }
}
