internal import Jobs
internal import Messages
internal import Net
internal import Tenancy

/// Has timelines brought up to date, by jobs.
struct TimelineJobs: Sendable {
    let queue: JobQueue
    private let type: JobType<AttributionV1.BuildTimelinesRequest>

    /// Jobs of a service.
    ///
    /// - Parameters:
    ///   - service: whose workers do them.
    ///   - queue: takes them.
    init(of service: ServiceName, _ queue: JobQueue) {
        self.queue = queue
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
        job.uniqueness = .untilStarted("build_timelines")
        return job
    }
}
