internal import Jobs
internal import Messages
internal import RPC
internal import Tenancy

/// Has history mapped anew, by jobs.
struct HistoryRemapQueue: Sendable {
    let queue: JobQueue
    private let type: JobType<IngestV1.RemapHistoryRequest>

    /// Jobs of a service.
    ///
    /// - Parameters:
    ///   - service: whose workers do them.
    ///   - queue: takes them.
    init(of service: ServiceName, _ queue: JobQueue) {
        self.queue = queue
        type = Self.type(of: service)
    }

    /// The kind of job.
    static func type(of service: ServiceName) -> JobType<IngestV1.RemapHistoryRequest> {
        JobType("remap_history", of: service)
    }

    /// A job that maps some days anew.
    ///
    /// One of the same days that waits still is this one too: it takes the rules that are in force
    /// when it starts.
    ///
    /// - Parameter request: which days.
    /// - Returns: the job.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    func job(_ request: IngestV1.RemapHistoryRequest) throws(RPCError) -> NewJob {
        var violations = FieldViolations()
        _ = violations.days(request.from, request.to)
        try violations.finish("history cannot be mapped like this")
        var job = type.job(request)
        job.uniqueness = .untilStarted("remap_history \(request.from) to \(request.to)")
        return job
    }

    /// What an operation is called.
    func operation(_ id: JobID) -> String { "operations/\(type.queue).\(id)" }
}
