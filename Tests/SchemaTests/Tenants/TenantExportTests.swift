import Foundation
import Net
import Tenancy
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@testable import Schema

@Suite("The export of a tenant", .timeLimit(.minutes(5)))
struct TenantExportTests {
    private func parts(
        of tenant: TenantID,
        _ fixture: SchemaFixture
    ) async throws -> (parts: [TenantExport.Part], counts: [String: Int]) {
        let parts = Locked<[TenantExport.Part]>([])
        let counts = try await TenantExport(fixture.migrator).run(
            tenant,
            before: SchemaFixture.soon
        ) { part in parts.withLock { $0.append(part) } }
        return (parts.withLock { $0 }, counts)
    }

    @Test("has every row of its tables in open forms, and no secret, and nothing of another's")
    func export() async throws {
        let fixture = try await SchemaFixture(services: [
            try .example(notesTable, "create table \"Odd name\" (id bigint primary key, at date);")
        ])
        let (tenant, other) = (try await fixture.tenant("acme"), try await fixture.tenant("zebra"))
        try await fixture.database.run(
            """
            insert into \(tenant.schemaName).notes (body)
            select 'note ' || n || ' "quoted"' || e'\\n' || repeat('x', 1000)
            from generate_series(1, 1000) n;
            insert into \(tenant.schemaName)."Odd name" values (1, '2026-03-04');
            insert into \(other.schemaName).notes (body) values ('canary of the other');
            insert into \(tenant.schemaName).secrets values
                ('a', 'canary of the secret', 1, '1234', now());
            """
        )
        let (parts, counts) = try await parts(of: tenant, fixture)
        let expected = [
            "Odd name": 1, "notes": 1_000, "schedule_steps": 0, "schedules": 0,
            "schema_migrations": try MigrationSet.common().version + 2,
        ]
        #expect(counts == expected)
        guard case .manifest(let text) = try #require(parts.first) else {
            Issue.record("\(parts[0])")
            return
        }
        let manifest = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        )
        #expect(manifest["slug"] as? String == "acme")
        let tables = try #require(manifest["tables"] as? [String: [String: String]])
        #expect(tables["notes"] == ["id": "bigint", "body": "text"])
        #expect(Set(tables.keys) == Set(expected.keys))
        var rows: [String: [[String: Any]]] = [:]
        for part in parts.dropFirst() {
            guard case .rows(let table, let lines) = part else {
                Issue.record("\(part)")
                return
            }
            #expect(lines.last == UInt8(ascii: "\n") && lines.count < 400_000)
            #expect(!String(decoding: lines, as: UTF8.self).contains("canary"))
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                let row = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                rows[table, default: []].append(try #require(row))
            }
        }
        let bodies = Set(rows["notes"]?.compactMap { $0["body"] as? String } ?? [])
        let tail = " \"quoted\"\n" + String(repeating: "x", count: 1_000)
        #expect(bodies == Set((1...1_000).map { "note \($0)" + tail }))
        #expect(rows["Odd name"]?.first?["at"] as? String == "2026-03-04")
        // More than one part of the one table.
        #expect(parts.count > 5)
    }

    @Test("is none of a tenant that is gone, and ends with the sink's error")
    func failures() async throws {
        struct Full: Error {}
        let fixture = try await SchemaFixture()
        let tenant = try await fixture.tenant("acme")
        let export = TenantExport(fixture.migrator)
        await #expect(throws: Full.self) {
            try await export.run(tenant, before: SchemaFixture.soon) { _ in throw Full() }
        }
        try await fixture.administration.suspend(tenant)
        _ = try await parts(of: tenant, fixture)
        try await fixture.administration.delete(tenant)
        let error = await #expect(throws: SchemaError.self) {
            try await export.run(tenant, before: SchemaFixture.soon) { _ in }
        }
        guard case .unknownTenant(tenant) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
