import Net
import Tenancy
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@testable import Schema

@Suite("The audit", .timeLimit(.minutes(5)))
struct TenantAuditTests {
    @Test(
        "finds what is not as it should be",
        .serialized,
        arguments: [
            ("grant select on platform.api_keys to T", "may SELECT platform.api_keys"),
            ("grant usage on schema platform to T", "may USAGE platform.schema"),
            ("grant select (id) on platform.tenants to T", "may SELECT platform.tenants.id"),
            ("grant truncate on S.notes to T", "may TRUNCATE"),
            ("grant insert on S.schema_migrations to T", "may INSERT"),
            ("grant select on S.notes to public", "the world may SELECT"),
            ("grant usage on schema S to svc_ingest", "svc_ingest may use"),
            ("grant select on S.notes to svc_ingest", "svc_ingest has rights"),
            ("grant temporary on database D to public", "the world may TEMPORARY"),
            ("create table S.loose (a bigint primary key); alter table S.loose owner to T", "owns"),
            ("alter role T login", "is more than it should be"),
            ("grant platform_owner to T", "is a member of platform_owner"),
            ("create table S.keyless (a bigint)", "has no primary key"),
            (
                "create function S.f() returns int language sql security definer as 'select 1'",
                "runs with the rights"
            ),
            (
                "create materialized view S.m as select 1", "cannot be moved"
            ),
            ("create schema t_nobody", "is of no tenant"),
            ("create sequence S.small as integer", "counts in 32 bits"),
            (
                "create table S.far (a text primary key references platform.tenants (id))",
                "refers to another schema"
            ),
        ]
    )
    func finds(sql: String, fault: String) async throws {
        let fixture = try await SchemaFixture(
            services: [try .example(notesTable)],
            on: try await SchemaFixture.harmedServer.value
        )
        let tenant = try await fixture.tenant("acme")
        let audit = TenantAudit(fixture.migrator)
        #expect(try await audit.faults() == [])
        let text = sql.replacing(" S.", with: " \(tenant.schemaName).")
            .replacing(" S ", with: " \(tenant.schemaName) ")
            .replacing("T", with: tenant.roleName).replacing(
                " D ",
                with: " \(fixture.database.name) "
            )
        try await fixture.database.run(text)
        let faults = try await audit.faults()
        #expect(faults.contains { $0.contains(fault) }, "\(faults)")
        // Roles are of the whole server, which the next case uses too.
        try await fixture.database.run(
            "alter role \(tenant.roleName) nologin; revoke platform_owner from \(tenant.roleName);"
        )
    }

    @Test("tells a schema that was changed by hand from those that were not")
    func deviants() async throws {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        var tenants: [TenantID] = []
        for number in 0..<3 { tenants.append(try await fixture.tenant("tenant-\(number)")) }
        let audit = TenantAudit(fixture.migrator)
        #expect(try await audit.deviants() == [])
        for change in [
            "alter table S.notes alter column body drop not null",
            "drop index S.notes_body_idx",
            "revoke delete on S.notes from S",
            "alter table S.notes add constraint notes_body_check check (body <> '')",
        ] {
            let tenant = try await fixture.tenant("changed")
            try await fixture.database.run(change.replacing("S", with: tenant.schemaName))
            #expect(try await audit.deviants() == [tenant], "\(change)")
            try await fixture.administration.suspend(tenant)
            try await fixture.administration.delete(tenant)
        }
    }
}
