import Schema
import Tenancy
import TestTenants
import Testing

extension IsolationTests {
    @Test(
        "3. after every migration rights are as they should be, and old and new tenants are alike",
        arguments: ServedAPIs.all
    )
    func grantAudit(_ api: TenantAPI) async throws {
        let fixture = try await SchemaFixture()
        var tenants = [try await fixture.tenant("of-the-platform")]
        let migrations = api.migrations.migrations
        #expect(!migrations.isEmpty)
        for count in 1...max(1, migrations.count) {
            let known = try MigrationSet(
                api.migrations.area,
                migrations.prefix(count).map { ($0.name, Array($0.sql.utf8)) }
            )
            let migrator = try fixture.migrator([known])
            let report = try await migrator.migrate()
            #expect(report.faults == [] && report.tenants.count == tenants.count)
            let administration = TenantAdministration(
                migrator,
                by: try #require(Actor(.user, "admin"))
            )
            tenants.append(try await administration.create(try TenantSlug("of-step-\(count)")))
            let audit = TenantAudit(migrator)
            #expect(try await audit.faults() == [])
            #expect(try await audit.deviants() == [])
            var kinds: Set<String> = []
            for tenant in tenants { kinds.insert(try await audit.fingerprint(of: tenant)) }
            #expect(kinds.count == 1)
            await migrator.close()
        }
    }
}
