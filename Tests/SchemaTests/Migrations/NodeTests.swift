import Net
import Tenancy
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@testable import Schema

@Suite("Tenants on several servers", .timeLimit(.minutes(5)))
struct NodeTests {
    private static let second = "alter table notes add column author text;"
    private static let third = "alter table notes add column title text;"

    /// A platform, and another server with a database for tenants.
    private struct Nodes {
        let fixture: SchemaFixture
        let server: PrivatePostgres
        let database: TestDatabase

        init() async throws {
            let home = try await PrivatePostgres()
            fixture = try await SchemaFixture(services: [try .example(notesTable)], on: home)
            // What was committed is there after a stop.
            server = try await PrivatePostgres(settings: ["synchronous_commit=on"])
            database = try await server.makeDatabase()
            try await ClusterRoles.prepare(
                try PostgresDSN(database.dsn()),
                group: fixture.group,
                blocking: fixture.blocking,
                before: SchemaFixture.soon
            )
        }

        /// What the directory calls the other server.
        var node: String { "host=\(server.folder) port=\(server.port) dbname=\(database.name)" }

        func migrator(_ texts: String...) throws -> Migrator {
            var limits = Migrator.Limits()
            limits.reach = .seconds(2)
            let files = texts.enumerated().map { ("m000\($0 + 1)_example", Array($1.utf8)) }
            return Migrator(
                try PostgresDSN(fixture.database.dsn(user: "migrator")),
                group: fixture.group,
                blocking: fixture.blocking,
                plan: try MigrationPlan(services: [try MigrationSet("example", files)]),
                limits: limits
            )
        }

        func schemas() async throws -> String {
            try await database.run(
                """
                select (select count(*) from pg_namespace where nspname like 't\\_%'), (
                    select count(*) from pg_roles where rolname like 't\\_%'
                )
                """
            )
        }
    }

    @Test("are made, served, migrated, audited, exported and ended where they lie")
    func life() async throws {
        let nodes = try await Nodes()
        let fixture = nodes.fixture
        let home = try await fixture.tenant("home")
        let away = try await fixture.administration.create(
            try TenantSlug("away"),
            on: nodes.node
        )
        #expect(try await nodes.schemas() == "1|1")
        #expect(
            try await fixture.lines("select count(*) from pg_namespace where nspname like 't\\_%'")
                == ["1"]
        )
        let service = try await fixture.service()
        for tenant in [home, away] {
            let scope = try service.scope(
                for: try fixture.context(tenant),
                before: SchemaFixture.soon
            )
            try await scope.write(Self.addNote, "of \(tenant)")
            #expect(try await scope.read(Self.notes).one().read(String.self) == "of \(tenant)")
        }
        #expect(
            try await nodes.database.run("select body from \(away.schemaName).notes")
                == "of \(away)"
        )
        let newer = try nodes.migrator(notesTable, Self.second)
        let report = try await newer.migrate()
        #expect(report.tenants == [home: 1, away: 1] && report.faults.isEmpty)
        #expect(try await newer.migrate() == Migrator.Report())
        let audit = TenantAudit(newer)
        #expect(try await audit.fingerprint(of: home) == audit.fingerprint(of: away))
        #expect(try await audit.deviants() == [])
        try await service.directory.refresh()
        #expect(try service.directory.entry(of: away)?.versions["example"] == 2)
        // The export is of the rows where they are.
        let lines = Locked("")
        let counts = try await TenantExport(newer).run(away, before: SchemaFixture.soon) { part in
            if case .rows("notes", let bytes) = part {
                lines.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            }
        }
        #expect(counts["notes"] == 1 && lines.withLock { $0.contains("of \(away)") })
        try await fixture.administration.suspend(away)
        try await fixture.administration.delete(away)
        #expect(try await nodes.schemas() == "0|0")
        #expect(try await audit.faults() == [])
        await service.close()
    }

    @Test("leave nothing on a node if the directory does not take them, and are ended twice")
    func undone() async throws {
        let nodes = try await Nodes()
        let fixture = nodes.fixture
        _ = try await fixture.tenant("acme")
        await #expect(throws: SchemaError.self) {
            try await fixture.administration.create(try TenantSlug("acme"), on: nodes.node)
        }
        #expect(try await nodes.schemas() == "0|0")
        // As if the process had ended between the two servers.
        let tenant = try await fixture.administration.create(
            try TenantSlug("zebra"),
            on: nodes.node
        )
        await #expect(throws: SchemaError.self) {
            try await fixture.administration.delete(tenant)
        }
        #expect(try await nodes.schemas() == "1|1")
        try await fixture.administration.suspend(tenant)
        try await fixture.administration.drop(tenant, on: nodes.node)
        #expect(try await TenantAudit(fixture.migrator).faults().count == 2)
        try await fixture.administration.delete(tenant)
        #expect(try await TenantAudit(fixture.migrator).faults() == [])
        // A schema that the directory does not know is named with its node.
        try await nodes.database.run("create schema t_stray authorization platform_owner")
        _ = try await fixture.administration.create(try TenantSlug("third"), on: nodes.node)
        let faults = try await TenantAudit(fixture.migrator).faults()
        #expect(faults.contains("schema t_stray is of no tenant, on node '\(nodes.node)'"))
    }

    @Test("are migrated later if their server is away, and keep no others from it")
    func away() async throws {
        let nodes = try await Nodes()
        let fixture = nodes.fixture
        let home = try await fixture.tenant("home")
        let away = try await fixture.administration.create(try TenantSlug("away"), on: nodes.node)
        try await nodes.server.stop()
        let newer = try nodes.migrator(notesTable, Self.second)
        let error = await #expect(throws: SchemaError.self) { try await newer.migrate() }
        guard case .incomplete(let failures) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failures.keys.sorted() == [away])
        #expect(failures[away]?.contains("node") == true)
        let versions = """
            select tenant_id || ' ' || version from platform.tenant_versions
            where area = 'example' order by version
            """
        #expect(try await fixture.lines(versions) == ["\(away) 1", "\(home) 2"])
        try await nodes.server.start()
        #expect(try await newer.migrate().tenants == [away: 1])
        // A run that was ended between the node and the platform is told of by the next.
        let last = try nodes.migrator(notesTable, Self.second, Self.third)
        _ = try await last.migrate()
        try await fixture.database.run(
            """
            update platform.tenant_versions set version = 2
            where tenant_id = '\(away)' and area = 'example';
            update platform.migration_runs set state = 'pending'
            where tenant_id = '\(away)' and plan = '\(last.plan.fingerprint)'
            """
        )
        let report = try await last.migrate()
        #expect(report.tenants.isEmpty && report.current == 1)
        #expect(Set(try await fixture.lines(versions)) == ["\(away) 3", "\(home) 3"])
    }

    private static let addNote = Statement(
        "test.add_note",
        "insert into notes (body) values ($1)"
    )
    private static let notes = Statement("test.notes", "select body from notes")
}
