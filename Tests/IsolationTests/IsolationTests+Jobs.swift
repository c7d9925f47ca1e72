import Jobs
import RPC
import Telemetry
import Tenancy
import TestContracts
import TestKit
import TestMessages
import TestTenants
import Testing
import Wire

extension IsolationTests {
    @Test("10. a job is of the tenant in whose schema it lies, whatever its row says")
    func replayedJob() async throws {
        let served = try await ServedTenants(try .example())
        let (own, other) = (served.members[0], served.members[1])
        for member in served.members {
            let client = TestingV1.Example.Client(try served.channel(member))
            _ = try await client.createItem(.named("item \(member.canary.text)", key: "a"))
        }
        let client = TestingV1.Example.Client(try served.channel(own))
        let name = try await client.startExport(.titled("export", key: "b")).message.value().name
        try await served.finishJobs(of: own)
        let before = try await served.rows(own)
        let lines = served.fixture.log.lines.count

        // The row as somebody has it who can write to both: it waits again, for the first tenant.
        let (from, to) = (own.id.schemaName, other.id.schemaName)
        try await served.fixture.database.run(
            """
            insert into \(to).jobs select * from \(from).jobs;
            update \(to).jobs set state = 'waiting', attempts = 0, started_at = null,
                finished_at = null, result = null, progress = 0, run_at = now(),
                actor = 'user:of-\(own.id.text)', scopes = 'items:read items:write jobs:read';
            insert into node.wakeups (tenant_id, queue, next_at)
                values ('\(other.id.text)', '\(served.api.service)', now())
            """
        )
        try await served.finishJobs(of: other)
        #expect(
            try await served.fixture.lines("select title from \(to).export_items")
                == ["item \(other.canary.text)"]
        )
        #expect(try await served.rows(own) == before)
        let told = served.fixture.log.lines.dropFirst(lines)
            .filter { $0.contains("job attempt ended") }
        #expect(told.count == 1 && told.allSatisfy { $0.contains(other.id.text) })
        #expect(told.allSatisfy { !$0.contains(own.id.text) })
        // Each tenant sees its own.
        for member in served.members {
            var request = TestingV1.GetJobRequest()
            request.name = name
            let client = TestingV1.Example.Client(try served.channel(member))
            let job = try await client.getJob(request).message.value()
            #expect(job.state == .done && job.result?.last?.title == "item \(member.canary.text)")
        }
        await served.stop()
    }
}
