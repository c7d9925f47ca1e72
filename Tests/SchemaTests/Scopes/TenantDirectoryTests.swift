import Net
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@_spi(PostgresSessions) import Tenancy
@testable import Schema

@Suite("The directory of tenants", .timeLimit(.minutes(5)))
struct TenantDirectoryTests {
    @Test("serves a tenant from its creation to its suspension, and again after it")
    func states() async throws {
        let fixture = try await SchemaFixture()
        let service = try await fixture.service()
        let tenant = try await fixture.tenant("acme")
        let context = try fixture.context(tenant)
        func code() async throws -> StatusCode? {
            try await service.directory.refresh()
            do throws(RPCError) {
                _ = try service.scope(for: context, before: SchemaFixture.soon)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(try await code() == nil)
        try await fixture.administration.suspend(tenant)
        #expect(try await code() == .permissionDenied)
        #expect(service.directory.activeTenants == [])
        try await fixture.administration.resume(tenant)
        #expect(try await code() == nil)
        try await fixture.administration.suspend(tenant)
        try await fixture.administration.delete(tenant)
        #expect(try await code() == .permissionDenied)
        #expect(try service.directory.entry(of: tenant) == nil)
        // One that learns of everything at once finds the same.
        let late = try await fixture.service("mmm")
        #expect(try late.directory.entry(of: tenant) == nil)
        await service.close()
        await late.close()
    }

    @Test("refuses everyone once it is too old, and nobody before")
    func stale() async throws {
        let fixture = try await SchemaFixture()
        let tenant = try await fixture.tenant("acme")
        let service = try await fixture.service()
        let clock = TestClock()
        let directory = TenantDirectory(
            service.platform,
            logger: fixture.logger,
            now: { clock.instant }
        )
        #expect(throws: AccessRefusal.staleDirectory) { try directory.entry(of: tenant) }
        try await directory.refresh()
        clock.advance(by: .seconds(5))
        #expect(try directory.entry(of: tenant)?.state == .active)
        clock.advance(by: .milliseconds(1))
        #expect(throws: AccessRefusal.staleDirectory) { try directory.entry(of: tenant) }
        #expect(AccessRefusal.staleDirectory.error.code == .unavailable)
        try await directory.refresh()
        #expect(try directory.entry(of: tenant)?.state == .active)
        await service.close()
    }

    @Test("keeps itself fresh while it runs")
    func runs() async throws {
        let fixture = try await SchemaFixture()
        let service = try await fixture.service()
        let run = Task { await service.directory.run(on: fixture.group.loops[0]) }
        let tenant = try await fixture.tenant("acme")
        while try service.directory.entry(of: tenant) == nil { await Task.yield() }
        try await fixture.administration.suspend(tenant)
        while try service.directory.entry(of: tenant)?.state == .active { await Task.yield() }
        run.cancel()
        await run.value
        await service.close()
    }

    @Test("looks again soon for a tenant that is not known, and asks its caller to wait for that")
    func misses() async throws {
        let fixture = try await SchemaFixture()
        // The refresh after the first would be in an hour.
        let service = try await fixture.service(interval: .seconds(3_600))
        let directory = service.directory
        let first = try await fixture.tenant("acme")
        let run = Task { await directory.run(on: fixture.group.loops[0]) }
        while try directory.entry(of: first) == nil { await Task.yield() }
        let second = try await fixture.tenant("borealis")
        let context = try fixture.context(second)
        let told = refusal(of: context, by: service)
        #expect(told?.code == .unavailable)
        #expect(told?.message == "the tenant is not known here yet: try again in a second")
        #expect(told?.pause == .milliseconds(250))
        while try directory.entry(of: second) == nil { await Task.yield() }
        #expect(refusal(of: context, by: service) == nil)
        run.cancel()
        await run.value
        await service.close()
    }

    private func refusal(of context: TenantContext, by service: TenantDatabase) -> RPCError? {
        do throws(RPCError) {
            _ = try service.scope(for: context, before: SchemaFixture.soon)
            return nil
        } catch {
            return error
        }
    }

    @Test("looks at once for tenants of which somebody else knows, and only for those")
    func lookUp() async throws {
        let fixture = try await SchemaFixture()
        let service = try await fixture.service()
        let first = try await fixture.tenant("acme")
        try await service.directory.lookUp([first])
        #expect(try service.directory.entry(of: first) != nil)
        let second = try await fixture.tenant("borealis")
        try await service.directory.lookUp([first])
        #expect(try service.directory.entry(of: second) == nil)
        try await service.directory.lookUp([first, second])
        #expect(try service.directory.entry(of: second) != nil)
        await service.close()
    }

    @Test("names the migration that a tenant lacks, and serves the one before the last")
    func requirements() async throws {
        let fixture = try await SchemaFixture(services: [
            try .example(notesTable, "alter table notes add column author text;")
        ])
        let tenant = try await fixture.tenant("acme")
        func scope(_ names: [String]) async throws -> RPCError? {
            let service = try await fixture.service(
                requirements: [SchemaRequirement("example", names)]
            )
            let context = try fixture.context(tenant)
            defer { Task { await service.close() } }
            do throws(RPCError) {
                _ = try service.scope(for: context, before: SchemaFixture.soon)
                return nil
            } catch {
                return error
            }
        }
        let names = ["m0001_a", "m0002_b", "m0003_c", "m0004_d"]
        for count in 0...3 { #expect(try await scope(Array(names.prefix(count))) == nil) }
        let error = try await scope(names)
        #expect(error?.code == .unavailable)
        #expect(error?.message == "the tenant's schema lacks migration example/m0003_c")
        #expect(SchemaRequirement("other", ["m0001_a"]).missing(in: [:]) == "other/m0001_a")
    }
}
