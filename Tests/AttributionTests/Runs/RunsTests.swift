import Contracts
import Jobs
import Messages
import RPC
import Tenancy
import TestTenants
import Testing
import Wire

@Suite("Runs of models", .timeLimit(.minutes(5)))
struct RunsTests {
    private static let paths = """
        path,conversions,value,nulls
        a > b,3,30,1
        b,1,5.5,4
        a > a > c,2,8,0

        """

    @Test("by jobs say bit for bit what models say at once, and are kept")
    func kept() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        let created = try await attribution.create("markov", label: "a – b") { $0.seed = 7 }
        #expect(created.state == .running && created.label == "a – b" && created.seed == 7)
        #expect(created.operation == "operations/attribution.\(created.runID)")
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        let run = try await attribution.run(of: created.runID)
        #expect(run.state == .completed && run.problem.isEmpty && run.expireTime == nil)
        #expect(run.createTime == created.createTime && run.endTime != nil)
        #expect(run.actor == created.actor && run.request == created.request)
        let result = try #require(run.result)
        #expect(try await attribution.run("markov") { $0.seed = 7 } == result)
        #expect(run.fingerprint == result.fingerprint && run.version == "1.2.3")
        let job = try #require(JobID(run.runID))
        let record = try await attribution.served.jobs.job(job, in: try attribution.scope)
        var told = run
        (told.request, told.result) = (nil, nil)
        let bytes = try #require(record?.result)
        let end = try AttributionV1.Run(decoding: bytes.rawBytes)
        #expect(end == told)
        #expect(try await attribution.list().runs == [told])
        // Of what was looked at a later import is no part.
        try await attribution.importPaths("path,conversions\nb > c,9\n", name: "more.csv")
        #expect(try await attribution.run(of: created.runID) == run)
        let other = try await attribution.finished("markov") { $0.seed = 7 }
        #expect(other.fingerprint != run.fingerprint)
        #expect(try await attribution.list().runs.map(\.runID) == [other.runID, run.runID])
        await attribution.stop()
    }

    @Test("are created once under a key, however often they are asked for")
    func onceForAKey() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        var request = AttributionV1.CreateRunRequest()
        request.request = AttributionV1.RunModelsRequest()
        request.request?.model = "markov"
        var options = CallOptions()
        try options.metadata.add("idempotency-key", "attempt-1")
        let first = try await attribution.runs.createRun(request, options: options)
            .message.value()
        let again = try await attribution.runs.createRun(request, options: options)
            .message.value()
        #expect(first.runID == again.runID)
        #expect(try await attribution.list().runs.count == 1)
        var other = request
        other.label = "another"
        let changed = other
        try await attribution.refusal(.invalidArgument, "idempotency-key") {
            _ = try await attribution.runs.createRun(changed, options: options)
        }
        let without = try await attribution.runs.createRun(request).message.value()
        #expect(without.runID != first.runID)
        await attribution.stop()
    }

    @Test("over journeys look at what was known when they were created")
    func ofJourneys() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(StoredPersons.random(seed: 7, count: 60))
        let run = try await attribution.finished { request in
            request.journeys = AttributionV1.JourneySelection()
            request.replicates = 20
        }
        #expect(run.state == .completed && run.request?.journeys?.asOf == nil, "\(run)")
        let again = try await attribution.run { request in
            request.journeys = AttributionV1.JourneySelection()
            request.journeys?.asOf = run.createTime
            request.replicates = 20
        }
        #expect(run.result == again && again.conversions > 20)
        await attribution.stop()
    }

    @Test("that fail say why, and an attempt after that says what the first would have said")
    func failed() async throws {
        let attribution = try await ServedAttribution()
        let parts = try await attribution.importPaths("path,conversions\na,0.5\n", name: "parts")
        let failed = try await attribution.finished("linear") { $0.importID = parts }
        #expect(failed.state == .failed && failed.result == nil && failed.endTime != nil)
        #expect(failed.problem.contains("row 2 of 'parts'"), "\(failed)")
        let id = try await attribution.importPaths(Self.paths)
        try await attribution.rows("alter view ingest_v1_paths rename to hidden")
        let broken = try await attribution.finished("shapley") { $0.importID = id }
        #expect(broken.state == .failed && !broken.problem.isEmpty, "\(broken)")
        try await attribution.rows("alter view hidden rename to ingest_v1_paths")
        let failures = try await attribution.list { $0.state = .failed }.runs
        #expect(failures.map(\.runID) == [broken.runID, failed.runID])
        let job = try #require(JobID(broken.runID))
        try await attribution.served.jobs.redrive(job, in: try attribution.scope)
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        try await attribution.tidy()
        let mended = try await attribution.run(of: broken.runID)
        #expect(mended.state == .completed && mended.problem.isEmpty, "\(mended)")
        #expect(try await attribution.run("shapley") { $0.importID = id } == mended.result)
        try await attribution.refusal(.failedPrecondition, "has no result: it is failed") {
            _ = try await attribution.compare(mended.runID, failed.runID)
        }
        await attribution.stop()
    }

    @Test("are gone once they are deleted, also those that are under way")
    func deleted() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        let run = try await attribution.finished("first")
        try await attribution.deleteRun(run.runID)
        try await attribution.refusal(.notFound, "no run") {
            _ = try await attribution.run(of: run.runID)
        }
        try await attribution.refusal(.notFound, "no run") {
            try await attribution.deleteRun(run.runID)
        }
        let other = try await attribution.create()
        try await attribution.deleteRun(other.runID)
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        #expect(try await attribution.list().runs.isEmpty)
        await attribution.stop()
    }

    @Test("are as many as may be kept, and as many as may be under way; a list has all, by pages")
    func limits() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        try await attribution.rows(
            """
            insert into attribution_runs (run_id, state, label, actor, request, seed, created_at,
                ended_at)
            select md5(n::text)::uuid, 'failed', n, 'user:x', '', 0, now(), now()
            from generate_series(1, 1000) n
            """
        )
        try await attribution.refusal(.resourceExhausted, "delete some") {
            _ = try await attribution.create("first")
        }
        var ids: [String] = []
        var token = ""
        repeat {
            let page = try await attribution.list { request in
                (request.pageSize, request.pageToken, request.state) = (300, token, .failed)
            }
            ids += page.runs.map(\.runID)
            token = page.nextPageToken
        } while !token.isEmpty
        let all = try await attribution.rows("select run_id from attribution_runs order by 1 desc")
        #expect(ids == all && ids.count == 1_000)
        try await attribution.deleteRun(ids[0])
        #expect(try await attribution.finished("first").state == .completed)
        try await attribution.rows("truncate attribution_runs")
        let waiting = try await wait(100, in: attribution)
        try await attribution.refusal(.resourceExhausted, "100 runs are not over") {
            _ = try await attribution.create("first")
        }
        let queue = attribution.served.jobs
        try await queue.cancel(waiting[0], in: try attribution.scope)
        try await attribution.tidy()
        let cancelled = try await attribution.run(of: "\(waiting[0])")
        #expect(cancelled.state == .cancelled && cancelled.endTime != nil)
        try await attribution.deleteRun("\(waiting[1])")
        let job = try await queue.job(waiting[1], in: try attribution.scope)
        #expect(job?.state == .cancelled)
        #expect(try await attribution.create("first").state == .running)
        // One whose job nobody knows any more.
        try await attribution.rows("delete from jobs where id = '\(waiting[2])'")
        try await attribution.tidy()
        let forgotten = try await attribution.run(of: "\(waiting[2])")
        #expect(forgotten.state == .failed && forgotten.problem.contains("forgotten"))
        await attribution.stop()
    }

    /// Runs whose jobs begin tomorrow.
    private func wait(_ count: Int, in attribution: ServedAttribution) async throws -> [JobID] {
        let service = try #require(ServiceName("attribution"))
        let type = JobType<AttributionV1.StoredRunOrder>("run_models", of: service)
        let jobs = (0..<count).map { _ in
            var job = type.job(.init())
            job.start = .after(.seconds(86_400))
            return job
        }
        try await attribution.served.jobs.enqueue(jobs, in: try attribution.scope)
        try await attribution.rows(
            """
            insert into attribution_runs (run_id, label, actor, request, seed, created_at)
            select id, '', 'user:x', '', 0, now() from jobs where state = 'waiting'
            """
        )
        return jobs.map(\.id)
    }

    @Test("are refused as models are, before there is a job")
    func refused() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.refusal(.failedPrecondition, "import a file of paths") {
            _ = try await attribution.create("first")
        }
        try await attribution.importPaths(Self.paths)
        try await attribution.refusal(.invalidArgument, "use one of") {
            _ = try await attribution.create("astrology")
        }
        try await attribution.refusal(.invalidArgument, "replicates") {
            _ = try await attribution.create { $0.replicates = 5 }
        }
        try await attribution.refusal(.invalidArgument, "import_id") {
            _ = try await attribution.create { $0.importID = "x" }
        }
        try await attribution.refusal(.invalidArgument, "journeys.click_window_days") {
            _ = try await attribution.create { request in
                request.journeys = AttributionV1.JourneySelection()
                request.journeys?.clickWindowDays = 731
            }
        }
        for label in [String(repeating: "a", count: 201), "a\0"] {
            try await attribution.refusal(.invalidArgument, "label") {
                _ = try await attribution.create("first", label: label)
            }
        }
        try await attribution.refusal(.invalidArgument, "request: expected at most 64 KiB") {
            _ = try await attribution.create("first") { request in
                request.directChannels = [String(repeating: "a", count: 70_000)]
            }
        }
        try await attribution.refusal(.invalidArgument, "run_id") {
            _ = try await attribution.run(of: "x")
        }
        try await attribution.refusal(.invalidArgument, "state") {
            _ = try await attribution.list { $0.state = .init(rawValue: 9) }
        }
        #expect(try await attribution.rows("select 1 from jobs where kind = 'run_models'") == [])
        let own = try await attribution.create("first")
        let stranger = AttributionV1.Runs.Client(
            try attribution.served.channel(attribution.served.members[1])
        )
        var request = AttributionV1.GetRunRequest()
        request.runID = own.runID
        await #expect { try await stranger.getRun(request) } throws: {
            ($0 as? RPCError)?.code == .notFound
        }
        await attribution.stop()
    }
}
