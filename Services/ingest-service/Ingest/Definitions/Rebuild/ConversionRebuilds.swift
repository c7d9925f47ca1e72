internal import Jobs
internal import Messages
internal import Net
internal import Tenancy

/// Has stored events decided anew, by jobs.
struct ConversionRebuilds: Sendable {
    let queue: JobQueue
    private let type: JobType<IngestV1.RebuildConversionsRequest>

    /// Jobs of a service.
    ///
    /// - Parameters:
    ///   - service: whose workers do them.
    ///   - queue: takes them.
    init(of service: ServiceName, _ queue: JobQueue) {
        self.queue = queue
        type = JobType("rebuild_conversions", of: service)
    }

    /// How they are done.
    ///
    /// - Parameters:
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - rowsAtOnce: how many events are looked at in a transaction.
    /// - Returns: the handler.
    func handler(offload: WorkerPool?, rowsAtOnce: Int) -> JobHandler {
        JobHandler(type, limit: .seconds(86_400)) { _, run in
            try await ConversionRebuildRun(run, offload: offload, rowsAtOnce: rowsAtOnce)
                .decideAll()
        }
    }

    /// What they end with.
    var result: JobResult { JobResult(of: type, IngestV1.ConversionRebuild.self) }

    /// A job that decides everything anew by definitions, or by those that are in force when it
    /// starts.
    ///
    /// - Parameter version: the definitions.
    /// - Returns: the job; one that waits still is this one too.
    func job(_ version: Int64) -> NewJob {
        var request = IngestV1.RebuildConversionsRequest()
        request.version = version
        var job = type.job(request)
        job.uniqueness = .untilStarted("rebuild_conversions")
        return job
    }

    /// What an operation is called.
    func operation(_ id: JobID) -> String { "operations/\(type.queue).\(id)" }
}
