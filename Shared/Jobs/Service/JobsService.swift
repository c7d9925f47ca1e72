public import Contracts
public import Messages
internal import Net
public import RPC
internal import Telemetry
public import Tenancy
public import Wire

/// Shows a tenant the jobs and schedules of one service; its contract says what each method does.
///
/// Each service serves it for its own: of a tenant's jobs only those that its workers do, and of
/// the schedules those that its workers see to. What is another's is NOT_FOUND.
public struct JobsService: JobsV1.Jobs.Service {
    let service: ServiceName
    let database: TenantDatabase
    let queue: JobQueue
    let pages: PageTokens
    private let results: [String: JobResult]
    private let interval: Duration

    /// Shows the jobs of a service.
    ///
    /// - Parameters:
    ///   - service: whose workers do them.
    ///   - database: its databases.
    ///   - queue: where they are.
    ///   - pages: signs the pages of lists.
    ///   - results: what kinds of jobs end with; other results are not shown.
    ///   - interval: how often a watch looks.
    public init(
        of service: ServiceName,
        _ database: TenantDatabase,
        _ queue: JobQueue,
        pages: PageTokens,
        results: [JobResult] = [],
        watchedEvery interval: Duration = .seconds(1)
    ) {
        self.service = service
        self.database = database
        self.queue = queue
        self.pages = pages
        self.results = Dictionary(results.map { ($0.kind, $0) }) { _, last in last }
        self.interval = interval
    }

    // MARK: Jobs

    /// Lists a page of jobs.
    public func listJobs(
        _ request: Message<JobsV1.ListJobsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.ListJobsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        var filter = JobQueue.Filter()
        filter.queue = service.text
        filter.kind = value.kind.isEmpty ? nil : value.kind
        filter.schedule = value.schedule.isEmpty ? nil : value.schedule
        filter.state = try JobState(asked: value.state)
        return Reply(try await queue.shown(filter, page, in: try database.scope(for: call)))
    }

    /// Finds a job.
    public func getJob(
        _ request: Message<JobsV1.GetJobRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Job> {
        let id = try Self.id(String(request.view.id))
        return Reply(try job(try await own(id, in: try database.scope(for: call))))
    }

    /// Has a job not be done.
    public func cancelJob(
        _ request: Message<JobsV1.CancelJobRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Job> {
        let id = try Self.id(String(request.view.id))
        let scope = try database.scope(for: call)
        _ = try await own(id, in: scope)
        return Reply(try job(try await queue.cancel(id, in: scope)))
    }

    /// Has a job that failed for good tried again.
    public func redriveJob(
        _ request: Message<JobsV1.RedriveJobRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Job> {
        let id = try Self.id(String(request.view.id))
        let scope = try database.scope(for: call)
        _ = try await own(id, in: scope)
        return Reply(try job(try await queue.redrive(id, in: scope)))
    }

    /// Tells of a job until it is over.
    public func watchJob(
        _ request: Message<JobsV1.WatchJobRequest.View>,
        _ responses: ResponseStream<JobsV1.Job>,
        _ call: ServerCall
    ) async throws {
        let id = try Self.id(String(request.view.id))
        let scope = try database.scope(for: call)
        _ = try await own(id, in: scope)
        let watch = JobWatch(
            id,
            of: scope.context,
            queue,
            database,
            on: call.loop,
            every: interval
        )
        try await watch.run { try await responses.send(try job($0)) }
    }

    // MARK: What is known

    /// A job of this service; those of others are not there.
    private func own(_ id: JobID, in scope: TenantScope) async throws -> JobRecord {
        guard let record = try await queue.job(id, in: scope), record.queue == service.text else {
            throw RPCError(.notFound, "there is no job \(id)")
        }
        return record
    }

    /// A job with what came of it.
    private func job(_ record: JobRecord) throws(RPCError) -> JobsV1.Job {
        var job = JobsV1.Job(record)
        if let bytes = record.result, let result = results[record.kind] {
            job.result = try result.shown(bytes)
        }
        return job
    }

    private static func id(_ text: String) throws(RPCError) -> JobID {
        guard let id = JobID(text), text == "\(id)" else {
            throw RPCError(.invalidArgument, "id: expected the id of a job")
        }
        return id
    }
}
