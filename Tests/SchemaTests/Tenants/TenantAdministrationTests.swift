import Foundation
import Net
import Tenancy
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@testable import Schema

@Suite("Tenants", .timeLimit(.minutes(5)))
struct TenantAdministrationTests {
    @Test("are made, suspended and deleted, and their slugs lead to new ids")
    func roundTrip() async throws {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        let first = try await fixture.tenant("acme")
        let other = try await fixture.tenant("zebra")
        try await fixture.database.run(
            """
            insert into platform.api_keys (id, pepper_id, code, scopes, created_at)
            values ('one', 1, decode(repeat('00', 32), 'hex'), '', now()),
                ('both', 1, decode(repeat('00', 32), 'hex'), '', now());
            insert into platform.grants values ('key', 'one', '\(first)'),
                ('key', 'both', '\(first)'), ('key', 'both', '\(other)'),
                ('user', '42', '\(first)');
            """
        )
        // One that is served is not deleted.
        await #expect(throws: SchemaError.self) { try await fixture.administration.delete(first) }
        try await fixture.administration.suspend(first)
        await #expect(throws: SchemaError.self) { try await fixture.administration.suspend(first) }
        try await fixture.administration.delete(first)
        await #expect(throws: SchemaError.self) { try await fixture.administration.delete(first) }
        await #expect(throws: SchemaError.self) { try await fixture.administration.resume(first) }
        let left = try await fixture.lines(
            """
            select 'schema' from pg_namespace where nspname = '\(first.schemaName)'
            union all select 'role' from pg_roles where rolname = '\(first.roleName)'
            union all select 'rights' from pg_default_acl d
                join pg_namespace n on n.oid = d.defaclnamespace
                where n.nspname = '\(first.schemaName)'
            union all select 'grant' from platform.grants where tenant_id = '\(first)'
            union all select 'version' from platform.tenant_versions where tenant_id = '\(first)'
            union all select 'step' from platform.migration_runs where tenant_id = '\(first)'
            union all select 'key ' || id from platform.api_keys
            union all select 'state ' || state from platform.tenants where id = '\(first)'
            """
        )
        #expect(left == ["key both", "state deleted"])
        let second = try await fixture.tenant("acme")
        #expect(second != first)
        #expect(
            try await fixture.lines("select action from platform.audit_log order by id")
                == [
                    "tenant.create", "tenant.create", "tenant.suspend", "tenant.delete",
                    "tenant.create",
                ]
        )
        #expect(try await TenantAudit(fixture.migrator).faults() == [])
    }

    @Test("leave nothing behind if they cannot be made")
    func failedCreation() async throws {
        let fixture = try await SchemaFixture(services: [
            try .example(notesTable, "insert into nowhere values (1);")
        ])
        await #expect(throws: PostgresError.self) { try await fixture.tenant("acme") }
        #expect(try await TenantAudit(fixture.migrator).faults() == [])
        #expect(
            try await fixture.lines("select count(*) from pg_namespace where nspname ~ '^t_'")
                == ["0"]
        )
        #expect(try await fixture.lines("select count(*) from platform.tenants") == ["0"])
    }

    @Test(
        "are named by their ids alone: no other text becomes part of a statement",
        arguments: ["x; drop schema platform cascade", "", "7F3K9Q2M0C5XW8R", "platform"]
    )
    func names(text: String) async throws {
        let fixture = try await SchemaFixture()
        for statement in [Statement.makeSchema, .dropSchema] {
            var batch = Batch()
            batch.append(.takeTenant, text)
            batch.append(statement)
            let made = batch
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.migrator.pool.run(
                    made,
                    as: nil,
                    .writes,
                    before: SchemaFixture.soon
                )
            }
            #expect(error?.sqlState == SQLState("22023"))
        }
        #expect(try await TenantAudit(fixture.migrator).faults() == [])
    }

    @Test("have slugs of their own, and settings that change one after the other")
    func changes() async throws {
        let fixture = try await SchemaFixture()
        let acme = try await fixture.tenant("acme")
        let zebra = try await fixture.tenant("zebra")
        await #expect(throws: SchemaError.self) { try await fixture.tenant("acme") }
        await #expect(throws: SchemaError.self) {
            try await fixture.administration.rename(zebra, try TenantSlug("acme"))
        }
        try await fixture.administration.rename(acme, try TenantSlug("acme-shoes"))
        try await fixture.administration.rename(zebra, try TenantSlug("acme"))
        func settings(_ zone: String) throws -> TenantSettings {
            try #require(
                TenantSettings(
                    timeZone: zone,
                    currency: "SEK",
                    weekStart: .sunday,
                    attributionDays: 7,
                    retentionDays: 400
                )
            )
        }
        let stockholm = try settings("Europe/Stockholm")
        try await fixture.administration.setSettings(of: acme, stockholm, replacing: 1)
        await #expect(throws: SchemaError.self) {
            try await fixture.administration.setSettings(of: acme, stockholm, replacing: 1)
        }
        let unknown = await #expect(throws: SchemaError.self) {
            let settings = try settings("Europe/Atlantis")
            try await fixture.administration.setSettings(of: acme, settings, replacing: 2)
        }
        guard case .unknownTimeZone("Europe/Atlantis") = unknown else {
            Issue.record("\(String(describing: unknown))")
            return
        }
        let directory = try await fixture.service().directory
        let entry = try #require(try directory.entry(named: try TenantSlug("acme-shoes")))
        #expect(entry.id == acme)
        #expect(entry.settings == stockholm && entry.settingsVersion == 2)
        #expect(try directory.entry(named: try TenantSlug("acme"))?.id == zebra)
    }

    /// The long form has twenty times as many, and prints how long each took.
    @Test("are many, made, migrated and audited", .timeLimit(.minutes(30)))
    func many() async throws {
        let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"
        let count = isLong ? 1_000 : 50
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        let clock = ContinuousClock()
        let start = clock.now
        for number in 0..<count { _ = try await fixture.tenant("tenant-\(number)") }
        let made = clock.now
        let newer = try fixture.migrator([
            try .example(notesTable, "alter table notes add column author text;")
        ])
        let report = try await newer.migrate()
        #expect(report.tenants.count == count && report.faults == [])
        let migrated = clock.now
        let audit = TenantAudit(newer)
        #expect(try await audit.faults() == [])
        #expect(try await audit.deviants() == [])
        let audited = clock.now
        #expect(try await fixture.service().directory.activeTenants.count == count)
        if isLong {
            print(
                "\(count) tenants: made in \(start.duration(to: made)), migrated and audited in",
                "\(made.duration(to: migrated)), audited with their schemas compared in",
                "\(migrated.duration(to: audited))"
            )
        }
    }
}
