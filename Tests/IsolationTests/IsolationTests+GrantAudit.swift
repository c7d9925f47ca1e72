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
        // One migration after the other, those of a service after those of the one before it.
        let steps = api.migrations.flatMap { set in
            set.migrations.map { (area: set.area, migration: $0) }
        }
        #expect(!steps.isEmpty)
        for count in 1...max(1, steps.count) {
            let known = try api.migrations.compactMap { set in
                let own = steps.prefix(count).filter { $0.area == set.area }
                return own.isEmpty
                    ? nil
                    : try MigrationSet(
                        set.area,
                        own.map { ($0.migration.name, Array($0.migration.sql.utf8)) }
                    )
            }
            let migrator = try fixture.migrator(known)
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
