import Jobs
import RPC
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

extension IsolationTests {
    @Test(
        "8. a tenant that is gone leaves no word, schema, role or right, and its slug a new id",
        arguments: ServedAPIs.all
    )
    func offboarding(_ api: TenantAPI) async throws {
        let served = try await ServedTenants(api)
        let fixture = served.fixture
        let (gone, staying) = (served.members[0], served.members[1])
        for member in served.members { _ = try await served.callAll(member, round: 0) }
        #expect(gone.canary.isIn(try await everything(served)))
        let wakeups = "select count(*) > 0 from node.wakeups where tenant_id = '\(gone.id)'"
        let steps = api.steps(TenantWords(gone.canary, round: 1))
        if !steps.isEmpty {
            // It has work to come, of which the workers are told.
            try await schedule(steps, of: gone, served)
            await served.jobs.settle()
            #expect(try await fixture.lines(wakeups) == ["t"])
        }
        try await fixture.administration.suspend(gone.id)
        try await fixture.administration.delete(gone.id)
        try await served.database.directory.refresh()
        let all = try await everything(served)
        #expect(!gone.canary.isIn(all) && staying.canary.isIn(all))
        #expect(
            try await fixture.lines(
                """
                select 'schema' from pg_namespace where nspname = '\(gone.id.schemaName)'
                union all select 'role' from pg_roles where rolname = '\(gone.id.roleName)'
                """
            ) == []
        )
        // Nobody is to visit it, and the worker goes on with the others.
        #expect(try await fixture.lines(wakeups) == ["f"])
        if !steps.isEmpty {
            try await schedule(steps, of: staying, served)
            let scope = try scope(of: staying, served)
            let made = try await served.jobs.runNow("yearly", in: scope)
            try await served.finishJobs(of: staying)
            for id in made {
                #expect(try await served.jobs.job(id, in: scope)?.state == .done)
            }
        }
        // Nothing of it is served, nor kept in a cache.
        let channel = try served.channel(gone)
        for call in api.calls where api.guardedMethods.map(\.path).contains(call.method.path) {
            let words = TenantWords(gone.canary, round: 1)
            let error = await call.failure(on: channel, words)
            #expect(error?.code == .permissionDenied, "\(call.method.name)")
        }
        let heir = try await fixture.administration.create(gone.slug)
        #expect(heir != gone.id)
        try await served.database.directory.refresh()
        let rows = try await fixture.database.run(
            "set xmlbinary = hex; select schema_to_xml('\(heir.schemaName)', true, false, '')"
        )
        #expect(!gone.canary.isIn(rows) && !staying.canary.isIn(rows))
        await served.jobs.settle()
        #expect(try await fixture.lines(wakeups) == ["f"])
        await served.stop()
    }

    private func scope(
        of member: ServedTenants.Member,
        _ served: ServedTenants
    ) throws -> TenantScope {
        try served.database.scope(for: try served.context(member), before: SchemaFixture.soon)
    }

    /// Has a tenant's jobs made in a year.
    private func schedule(
        _ steps: [Schedule.Step],
        of member: ServedTenants.Member,
        _ served: ServedTenants
    ) async throws {
        let timing = Schedule.Timing.every(seconds: 31_536_000)
        try await served.jobs.put(
            Schedule("yearly", of: served.api.service, timing, steps),
            in: try scope(of: member, served)
        )
    }

    /// All rows of the database.
    private func everything(_ served: ServedTenants) async throws -> String {
        try await served.fixture.database.run(
            "set xmlbinary = hex; select database_to_xml(true, false, '')"
        )
    }
}
