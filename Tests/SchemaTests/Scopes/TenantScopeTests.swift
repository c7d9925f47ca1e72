import Net
import RPC
import Telemetry
import TestKit
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

    @Test("is the only road: without it every table of a tenant is refused to the login")
    func withoutScope() async throws {
        let two = try await TwoScopes()
        let tables = try await two.fixture.lines(
            """
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname like 't\\_%' and c.relkind in ('r', 'p', 'v') order by 1
            """
        )
        #expect(tables.count == 8)
        for user in ["svc_ingest", "svc_gateway"] {
            for table in tables {
                for sql in ["select * from \(table)", "delete from \(table)"] {
                    let error = await #expect(throws: PrivatePostgres.Failure.self) {
                        try await two.fixture.query(sql, as: user)
                    }
                    #expect(error?.description.contains("permission denied") == true, "\(sql)")
                }
            }
        }
        // The gateway cannot even take a tenant's role.
        let role = two.scopes[0].tenant.roleName
        await #expect(throws: PrivatePostgres.Failure.self) {
            try await two.fixture.query("set role \(role)", as: "svc_gateway")
        }
        // By the pool itself, as a service that forgets the scope would.
        var batch = Batch()
        batch.append(Self.anyTenantsTable)
        let error = await #expect(throws: PostgresError.self) {
            try await two.database.platform.run(batch, as: nil, .reads, before: SchemaFixture.soon)
        }
        #expect(error?.sqlState == .insufficientPrivilege)
        await two.database.close()
    }

    /// Reads the first table there is of any tenant, whoever runs it.
    private static let anyTenantsTable = Statement(
        "test.any",
        """
        select query_to_xml(format('select * from %I.notes', nspname), true, false, '')::text
        from pg_namespace where nspname like 't\\_%' limit 1
        """
    )

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

    @Test(
        "is clean between tenants on two connections, whatever went wrong before",
        arguments: [UInt64(1), 2]
    )
    func interleaving(_ seed: UInt64) async throws {
        struct Mishap: Error {}
        let two = try await TwoScopes(connections: 2)
        for place in 0..<2 { try await two.scopes[place].write(insertNote, two.canary(place)) }
        let fails = Statement("test.fails", "select 1 / $1::int")
        let sleep = Statement("test.sleep", "select pg_sleep(50)")
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for task in 0..<32 {
                tasks.addTask {
                    var generator = SeededGenerator(seed: seed * 100 + UInt64(task))
                    for _ in 0..<8 {
                        let place = generator.happens(onceIn: 2) ? 0 : 1
                        let deed = Int.random(in: 0..<5, using: &generator)
                        let scope = two.scopes[place]
                        let work = Task {
                            try await scope.transaction { transaction in
                                try check(try await transaction.query(look), two, place)
                                try await transaction.query(insertNote, "x" + two.canary(place))
                                if deed == 1 { throw Mishap() }
                                if deed == 2 { try await transaction.query(fails, Int32(0)) }
                                if deed == 3 { try await transaction.query(sleep) }
                            }
                        }
                        if deed == 3 { work.cancel() }
                        let outcome = await work.result
                        if case .success = outcome { #expect(deed == 0 || deed == 4) }
                        try check(try await scope.read(look), two, place)
                    }
                }
            }
            try await tasks.waitForAll()
        }
        let statistics = await two.database.platform.statistics
        #expect(statistics.dirty == 0 && statistics.lost == 0)
        await two.database.close()
    }

    private func check(_ rows: Rows, _ two: TwoScopes, _ place: Int) throws {
        let (user, path, timeout, isFresh, body) = try rows.one()
            .read(String.self, String.self, String.self, Bool.self, String.self)
        #expect(user == two.scopes[place].tenant.roleName)
        #expect(path == two.scopes[place].tenant.schemaName)
        #expect(timeout != "0" && isFresh && body == two.canary(place))
    }
}
