internal import Jobs
internal import Messages
internal import Net
internal import Platform
internal import Telemetry
internal import Tenancy

/// Has timelines brought up to date, by jobs.
struct TimelineJobs: Sendable {
    let queue: JobQueue
    private let service: ServiceName
    private let type: JobType<AttributionV1.BuildTimelinesRequest>

    /// How often is looked whether something has changed.
    private static let interval = Duration.seconds(20)

    /// Jobs of a service.
    ///
    /// - Parameters:
    ///   - service: whose workers do them.
    ///   - queue: takes them.
    init(of service: ServiceName, _ queue: JobQueue) {
        self.queue = queue
        self.service = service
        type = JobType("build_timelines", of: service)
    }

    /// How they are done.
    ///
    /// - Parameters:
    ///   - limits: how much is put together at once.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    /// - Returns: the handler.
    func handler(_ limits: TimelineLimits, offload: WorkerPool?) -> JobHandler {
        JobHandler(type, limit: .seconds(86_400)) { _, run in
            var building = TimelineBuildRun(run, limits, offload: offload)
            try await building.build()
        }
    }

    /// What they end with.
    var result: JobResult { JobResult(of: type, AttributionV1.TimelineBuild.self) }

    /// A job that looks at all that has changed when it starts; one that waits still is this one
    /// too.
    var job: NewJob {
        var job = type.job(AttributionV1.BuildTimelinesRequest())
        job.uniqueness = .untilStarted(type.kind)
        return job
    }

    /// What has them done for each tenant of whom something has changed.
    ///
    /// - Parameters:
    ///   - database: the tenants'.
    ///   - logger: is told of tenants that cannot be looked at.
    /// - Returns: the looks at all tenants.
    func rounds(on database: TenantDatabase, logger: Logger) -> TenantRounds {
        TenantRounds(
            "timelines",
            every: Self.interval,
            of: service,
            on: database,
            logger: logger
        ) { scope in
            try await enqueueIfDue(in: scope)
        }
    }

    /// Has a tenant's timelines brought up to date, if it is time for that and nobody does it.
    ///
    /// - Parameter scope: the tenant's.
    /// - Throws: `PostgresError`.
    func enqueueIfDue(in scope: TenantScope) async throws {
        guard try await TimelineFeed.isDue(in: scope) else { return }
        // Another would only take turns with the one that runs.
        var building = JobQueue.Filter()
        (building.queue, building.kind) = (type.queue.text, type.kind)
        building.state = .running
        guard try await queue.jobs(building, in: scope, limit: 1).isEmpty else { return }
        _ = try await queue.enqueue([job], in: scope)
    }
}
