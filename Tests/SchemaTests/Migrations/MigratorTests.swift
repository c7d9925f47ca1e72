import Net
import Synchronization
import Tenancy
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@testable import Schema

@Suite("Migrations", .timeLimit(.minutes(5)))
struct MigratorTests {
    private let second = "alter table notes add column author text;"

    @Test("make a new tenant equal to one that was upgraded, and leave nobody a right too many")
    func upgraded() async throws {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        let old = try await fixture.tenant("old-one")
        let newer = try fixture.migrator([try .example(notesTable, second)])
        let report = try await newer.migrate()
        #expect(report == Migrator.Report(platform: 0, tenants: [old: 1], current: 0))
        let administration = TenantAdministration(newer, by: try #require(Actor(.user, "admin")))
        let new = try await administration.create(try TenantSlug("new-one"))
        let audit = TenantAudit(newer)
        #expect(try await audit.fingerprint(of: old) == audit.fingerprint(of: new))
        #expect(try await audit.deviants() == [])
        #expect(try await audit.faults() == [])
        // A second run finds nothing to do.
        #expect(try await newer.migrate() == Migrator.Report())
        // The older program refuses to touch what it does not know.
        let error = await #expect(throws: SchemaError.self) {
            try await fixture.migrator.upgrade(.init(old, on: ""))
        }
        guard case .newer(_, "example", 2) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("go on where they stood after a failure in the middle")
    func resumed() async throws {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        var tenants: [TenantID] = []
        for number in 0..<6 { tenants.append(try await fixture.tenant("tenant-\(number)")) }
        tenants.sort()
        let broken = tenants[2]
        try await fixture.database.run(
            "alter table \(broken.schemaName).notes add column author text"
        )
        let newer = try fixture.migrator([try .example(notesTable, second)], lanes: 2)
        let error = await #expect(throws: SchemaError.self) { try await newer.migrate() }
        guard case .incomplete(let failures) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failures.keys.sorted() == [broken])
        #expect(failures[broken]?.contains("42701") == true)
        let states = try await fixture.lines(
            """
            select tenant_id || ' ' || state from platform.migration_runs
            where plan = '\(newer.plan.fingerprint)' order by 1
            """
        )
        #expect(states == tenants.map { "\($0) \($0 == broken ? "failed" : "done")" })
        // What failed has left nothing behind, and only that is done again.
        #expect(
            try await fixture.lines(
                """
                select max(version) from \(broken.schemaName).schema_migrations
                where area = 'example'
                """
            ) == ["1"]
        )
        try await fixture.database.run("alter table \(broken.schemaName).notes drop column author")
        let done = Locked<[TenantID]>([])
        let report = try await newer.migrate { tenant, _ in done.withLock { $0.append(tenant) } }
        #expect(report.tenants == [broken: 1])
        #expect(done.withLock { $0 } == [broken])
    }

    @Test("go on where they stood after their connections were killed between the steps")
    func killed() async throws {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        for number in 0..<8 { _ = try await fixture.tenant("tenant-\(number)") }
        let set = try MigrationSet.example(notesTable, second)
        let first = try fixture.migrator([set], lanes: 1)
        let count = Locked(0)
        // The second process of the same migration is ended after three steps, by cancelling it and
        // killing what it holds.
        let run = Task { [first] in
            try await first.migrate { _, _ in
                if count.withLock({
                    $0 += 1; return $0
                }) == 3 {
                    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                }
            }
        }
        _ = await run.result
        try await fixture.database.run(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where usename = 'migrator' and datname = current_database()
            """
        )
        let before = try await fixture.lines(
            "select count(*) from platform.tenant_versions where area = 'example' and version = 2"
        )
        #expect(before == ["3"])
        let report = try await fixture.migrator([set]).migrate()
        #expect(report.tenants.count == 5)
        #expect(report.tenants.values.allSatisfy { $0 == 1 })
        #expect(try await TenantAudit(fixture.migrator).deviants() == [])
    }

    @Test("are applied once each by migrators that run at the same time")
    func concurrent() async throws {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        for number in 0..<10 { _ = try await fixture.tenant("tenant-\(number)") }
        let set = try MigrationSet.example(notesTable, second)
        let migrators = try (0..<3).map { _ in try fixture.migrator([set]) }
        let applied = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for migrator in migrators {
                tasks.addTask { try await migrator.migrate().tenants.values.reduce(0, +) }
            }
            return try await tasks.reduce(0, +)
        }
        #expect(applied == 10)
        #expect(try await TenantAudit(fixture.migrator).deviants() == [])
    }

    @Test("that were edited after they had been applied are refused")
    func edited() async throws {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        let tenant = try await fixture.tenant("tenant-1")
        let edited = try fixture.migrator([try .example(notesTable + "\n", second)])
        let error = await #expect(throws: SchemaError.self) { try await edited.migrate() }
        guard case .incomplete(let failures) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failures[tenant]?.contains("example/m0001_example was changed after") == true)
        #expect(
            try await fixture.lines(
                "select count(*) from \(tenant.schemaName).schema_migrations"
            ) == ["\(try MigrationSet.common().version + 1)"]
        )
    }

    @Test("of the platform are applied once by several who begin at the same time")
    func platform() async throws {
        let fixture = try await SchemaFixture(isMigrated: false)
        let migrators = try (0..<3).map { _ in try fixture.migrator([]) }
        let applied = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for migrator in migrators {
                tasks.addTask { try await migrator.migrate().platform }
            }
            return try await tasks.reduce(0, +)
        }
        #expect(applied == (try MigrationSet.platform().version))
    }
}
