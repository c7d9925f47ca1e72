import Contracts
import Jobs
import Messages
import RPC
import Schema
import Tenancy
import TestContracts
import TestExample
import TestMessages
import TestTenants
import Testing
import Wire

@Suite("The jobs that a service shows", .timeLimit(.minutes(5)))
struct ShownJobsTests {
    /// The example, which shows its jobs by the contract that all services share.
    private struct Shown {
        let served: ServedTenants
        let client: JobsV1.Jobs.Client
        let example: TestingV1.Example.Client

        init() async throws {
            served = try await ServedTenants(.example())
            let channel = try served.channel(served.members[0])
            client = JobsV1.Jobs.Client(channel)
            example = TestingV1.Example.Client(channel)
        }

        /// The rows of the first tenant.
        var scope: TenantScope {
            get throws {
                try served.database.scope(
                    for: try served.context(served.members[0]),
                    before: SchemaFixture.soon
                )
            }
        }

        /// Starts an export, and gives its id.
        func start(_ title: String, hops: Int32 = 0, delay: Int64 = 0) async throws -> String {
            var request = TestingV1.StartExportRequest.titled(title)
            request.hops = hops
            request.delay = .init(.seconds(delay))
            return try await example.startExport(request).message.value().name
                .replacing("jobs/", with: "")
        }

        func get(_ id: String) async throws -> JobsV1.Job {
            var request = JobsV1.GetJobRequest()
            request.id = id
            return try await client.getJob(request).message.value()
        }

        func list(
            _ change: (inout JobsV1.ListJobsRequest) -> Void = { _ in }
        ) async throws -> JobsV1.ListJobsResponse {
            var request = JobsV1.ListJobsRequest()
            change(&request)
            return try await client.listJobs(request).message.value()
        }

        /// A schedule that another service or this one sees to.
        func put(_ name: String, of service: String = "mmm") async throws {
            let step = Schedule.Step(
                ExampleJobs.export(of: served.api.service),
                .titled("of \(name)")
            )
            let schedule = Schedule(
                name,
                of: try #require(ServiceName(service)),
                .every(seconds: 3_600),
                [step]
            )
            try await served.jobs.put(schedule, in: try scope)
        }
    }

    private func refusal(_ body: () async throws -> Void) async -> String {
        let error = await #expect(throws: RPCError.self) { try await body() }
        return error.map { "\($0)" } ?? ""
    }

    @Test("are listed by state, kind and schedule, in pages, with what came of each")
    func lists() async throws {
        let shown = try await Shown()
        for number in 1...4 { _ = try await shown.start("\(number)") }
        let failing = try await shown.start("failing", hops: 1)
        try await shown.served.finishJobs(of: shown.served.members[0])
        let waiting = try await shown.start("waiting", delay: 3_600)
        #expect(try await shown.list { $0.state = .scheduled }.jobs.map(\.id) == [waiting])
        #expect(try await shown.list { $0.state = .dead }.jobs.map(\.id) == [failing])
        #expect(try await shown.list { $0.state = .done }.jobs.count == 4)
        #expect(try await shown.list { $0.kind = "export" }.jobs.count == 6)
        #expect(try await shown.list { $0.kind = "import" }.jobs.isEmpty)
        #expect(
            await refusal { _ = try await shown.list { $0.state = .init(rawValue: 99) } }
                == "INVALID_ARGUMENT: state: there is no state 99"
        )
        var ids: [String] = []
        var token = ""
        repeat {
            let page = try await shown.list {
                $0.pageSize = 4
                $0.pageToken = token
            }
            ids += page.jobs.map(\.id)
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(ids.count == 6 && ids == ids.sorted().reversed())
        // A token is of its list.
        let first = try await shown.list { $0.pageSize = 4 }
        #expect(
            await refusal {
                _ = try await shown.list {
                    $0.pageToken = first.nextPageToken
                    $0.kind = "export"
                }
            } == "INVALID_ARGUMENT: page_token: it was not given for this request"
        )
        let dead = try await shown.get(failing)
        #expect(dead.problem?.code == 9 && dead.failures == 1 && dead.finishedAt != nil)
        let done = try #require(try await shown.list { $0.state = .done }.jobs.first)
        #expect(done.result == nil && done.progress == 1 && done.service == "mmm")
        let result = try #require(try await shown.get(done.id).result)
        #expect(try result.jsonText().contains(#""title":"#))
        await shown.served.stop()
    }

    @Test("are cancelled, and tried again if they failed for good")
    func changes() async throws {
        let shown = try await Shown()
        let waiting = try await shown.start("waiting", delay: 3_600)
        var cancel = JobsV1.CancelJobRequest()
        cancel.id = waiting
        #expect(try await shown.client.cancelJob(cancel).message.value().state == .cancelled)
        var redrive = JobsV1.RedriveJobRequest()
        redrive.id = waiting
        let notDead = redrive
        #expect(
            await refusal { _ = try await shown.client.redriveJob(notDead) }
                == "FAILED_PRECONDITION: job \(waiting) is cancelled, not dead"
        )
        redrive.id = try await shown.start("failing", hops: 1)
        var watch = JobsV1.WatchJobRequest()
        watch.id = redrive.id
        for attempts in 1...2 {
            let stream = try await shown.client.watchJob(watch)
            var last: JobsV1.Job?
            while let job = try await stream.next() { last = job.value() }
            #expect(last?.state == .dead && last?.attempts == Int32(attempts))
            if attempts == 1 { _ = try await shown.client.redriveJob(redrive) }
        }
        await shown.served.stop()
    }

    @Test("are those of the service's own queue: others' are not there")
    func otherServices() async throws {
        let shown = try await Shown()
        let other = JobType<TestingV1.StartExportRequest>(
            "export",
            of: try #require(ServiceName("ingest"))
        )
        let id = try await shown.served.jobs.enqueue(
            [other.job(.titled("theirs"))],
            in: try shown.scope
        )[0].id
        let missing = "NOT_FOUND: there is no job \(id)"
        #expect(await refusal { _ = try await shown.get("\(id)") } == missing)
        var cancel = JobsV1.CancelJobRequest()
        cancel.id = "\(id)"
        let request = cancel
        #expect(await refusal { _ = try await shown.client.cancelJob(request) } == missing)
        #expect(try await shown.list().jobs.isEmpty)
        #expect(
            await refusal { _ = try await shown.get("17") }
                == "INVALID_ARGUMENT: id: expected the id of a job"
        )
        // It waits for ever: nobody does it.
        #expect(
            try await shown.served.fixture.lines(
                "select state from \(shown.served.members[0].id.schemaName).jobs"
            ) == ["waiting"]
        )
        await shown.served.stop()
    }

    @Test("come from schedules that are paused, resumed and run, each service's own")
    func schedules() async throws {
        let shown = try await Shown()
        for name in ["a", "b", "c"] { try await shown.put(name) }
        try await shown.put("theirs", of: "ingest")
        var list = JobsV1.ListSchedulesRequest()
        list.pageSize = 2
        let first = try await shown.client.listSchedules(list).message.value()
        list.pageToken = first.nextPageToken
        let second = try await shown.client.listSchedules(list).message.value()
        #expect((first.schedules + second.schedules).map(\.name) == ["a", "b", "c"])
        #expect(second.nextPageToken.isEmpty)
        var (pause, resume) = (JobsV1.PauseScheduleRequest(), JobsV1.ResumeScheduleRequest())
        (pause.name, resume.name) = ("a", "a")
        #expect(try await shown.client.pauseSchedule(pause).message.value().paused)
        let resumed = try await shown.client.resumeSchedule(resume).message.value()
        #expect(!resumed.paused && resumed.nextAt != nil)
        var run = JobsV1.RunScheduleRequest()
        run.name = "b"
        let made = try await shown.client.runSchedule(run).message.value().jobs
        #expect(made.count == 1)
        #expect(try await shown.list { $0.schedule = "b" }.jobs.map(\.id) == made)
        #expect(try await shown.list { $0.schedule = "a" }.jobs.isEmpty)
        run.name = "theirs"
        pause.name = "theirs"
        let (theirs, others) = (run, pause)
        let missing = "NOT_FOUND: there is no schedule theirs"
        #expect(await refusal { _ = try await shown.client.runSchedule(theirs) } == missing)
        #expect(await refusal { _ = try await shown.client.pauseSchedule(others) } == missing)
        try await shown.served.finishJobs(of: shown.served.members[0])
        await shown.served.stop()
    }
}
