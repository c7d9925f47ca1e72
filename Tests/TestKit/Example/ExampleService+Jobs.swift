internal import Jobs
public import RPC
internal import Tenancy
internal import Telemetry
internal import TestContracts
public import TestMessages
public import Wire

// What takes longer than a call.
extension ExampleService {
    /// Has the items copied, once for each key.
    public func startExport(
        _ request: Message<TestingV1.StartExportRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Job> {
        let jobs = try servedJobs()
        let value = request.value()
        try ExampleRules.check(export: value)
        let key = try ExampleRules.key(value.idempotencyKey)
        var job = jobs.export.job(value).serving(call)
        job.start = .after(try ExampleRules.wait(value.delay, "delay"))
        job.uniqueness = .untilDone(value.title)
        let (asked, scope) = (job, try jobs.database.scope(for: call))
        let name = try await scope.once(
            key,
            RequestFingerprint(request, to: call.method),
            at: .now
        ) { transaction in
            let enqueued = try await jobs.queue.enqueue([asked], in: transaction, of: scope)
            return Array(enqueued[0].id.description.utf8)
        }
        let id = try ExampleRules.job("jobs/" + String(decoding: name, as: UTF8.self))
        return Reply(try await jobs.record(id, in: scope))
    }

    /// Finds a job.
    public func getJob(
        _ request: Message<TestingV1.GetJobRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Job> {
        let jobs = try servedJobs()
        let id = try ExampleRules.job(String(request.view.name))
        return Reply(try await jobs.record(id, in: try jobs.database.scope(for: call)))
    }

    /// Lists a page of jobs.
    public func listJobs(
        _ request: Message<TestingV1.ListJobsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.ListJobsResponse> {
        let jobs = try servedJobs()
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let records = try await jobs.queue.jobs(
            in: try jobs.database.scope(for: call),
            before: page.placeText.flatMap { JobID($0) },
            // One more tells whether there is another page.
            limit: page.count + 1
        )
        let (shown, token) = page.cut(records) { "\($0.id)" }
        var response = TestingV1.ListJobsResponse()
        response.jobs = try shown.map { try TestingV1.Job($0) }
        response.nextPageToken = token
        return Reply(response)
    }

    /// Has a job not be done.
    public func cancelJob(
        _ request: Message<TestingV1.CancelJobRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Job> {
        let jobs = try servedJobs()
        let id = try ExampleRules.job(String(request.view.name))
        let scope = try jobs.database.scope(for: call)
        return Reply(try TestingV1.Job(try await jobs.queue.cancel(id, in: scope)))
    }

    /// Tells of a job until it is over.
    public func watchJob(
        _ request: Message<TestingV1.WatchJobRequest.View>,
        _ responses: ResponseStream<TestingV1.Job>,
        _ call: ServerCall
    ) async throws {
        let jobs = try servedJobs()
        let id = try ExampleRules.job(String(request.view.name))
        let watch = JobWatch(
            id,
            of: try jobs.database.scope(for: call).context,
            jobs.queue,
            jobs.database,
            on: call.loop,
            every: jobs.interval
        )
        try await watch.run { try await responses.send(try TestingV1.Job($0)) }
    }

    private func servedJobs() throws(RPCError) -> ExampleJobs {
        guard let jobs else {
            throw RPCError(.failedPrecondition, "this instance has no tenants, whose jobs are")
        }
        return jobs
    }
}

extension ExampleJobs {
    /// What is known of a job.
    func record(_ id: JobID, in scope: TenantScope) async throws -> TestingV1.Job {
        guard let record = try await queue.job(id, in: scope) else {
            throw RPCError(.notFound, "there is no job \(id)")
        }
        return try TestingV1.Job(record)
    }
}

extension TestingV1.Job {
    /// What its owner is told of a job.
    init(_ record: JobRecord) throws {
        self.init()
        name = "jobs/\(record.id)"
        state =
            switch record.state {
            case .blocked, .queued, .scheduled, .retryable: .waiting
            case .running: .running
            case .done: .done
            case .dead: .failed
            case .cancelled: .cancelled
            }
        progress = record.progress
        progressText = record.progressText ?? ""
        createdAt = .init(record.createdAt)
        finishedAt = record.finishedAt.map { .init($0) }
        result = try record.result.map { try TestingV1.Export(decoding: $0.rawBytes) }
        if let found = record.problem {
            var problem = TestingV1.JobProblem()
            problem.code = Int32(found.code.rawValue)
            problem.message = found.message
            self.problem = problem
        }
        cancelRequested = record.isCancelRequested
    }
}
