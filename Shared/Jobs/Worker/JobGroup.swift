public import Net
public import Postgres
public import Telemetry
public import Tenancy
public import Wire

/// Jobs of a tenant that are done together, in a transaction of the worker's own: it begins by
/// holding their leases, which nobody can take until it is over, and ends by completing them.
public struct JobGroup: Sendable {
    /// What is done to the tenant's rows; committed with the jobs' ends.
    public let transaction: PostgresTransaction
    /// The loop on which the body runs.
    public let loop: EventLoop
    /// Logs with the tenant, the kind and the trace.
    public let logger: Logger
}

/// One of the jobs that are done together.
public struct GroupedJob<Payload: MessageValue>: Sendable {
    /// Which job; the same for each attempt.
    public let id: JobID
    /// The number of this attempt, from 1.
    public let attempt: Int
    /// In whose name the job is done.
    public let context: TenantContext
    /// What the request is called that the job serves.
    public let requestID: RequestID?
    /// What is to be done.
    public let payload: Payload

    /// Reads a job; if it cannot be, that is its own fault.
    init(_ job: ClaimedJob) throws(JobFault) {
        guard let context = job.context else { throw JobFault(job.id, .foreignJob) }
        id = job.id
        attempt = job.attempts
        self.context = context
        requestID = job.requestID
        do throws(JobInterruption) {
            payload = try Payload(ofJob: job.payload)
        } catch {
            throw JobFault(job.id, error)
        }
    }
}

/// What the body of jobs that are done together throws if it knows which of them is at fault.
public struct JobFault: Error {
    /// The job.
    public let id: JobID
    /// What is wrong with it, judged as if the job had been alone.
    public let cause: any Error

    /// A fault of one job, which keeps the others from nothing.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - cause: what is wrong.
    public init(_ id: JobID, _ cause: any Error) {
        self.id = id
        self.cause = cause
    }

    init(_ id: JobID, _ cause: JobInterruption) {
        self.id = id
        self.cause = cause
    }
}

extension JobInterruption {
    /// The row of a job says what no program of ours writes.
    static let foreignJob = JobInterruption.discard("the job was not enqueued by a program of ours")
}
