internal import Postgres
internal import Tenancy
public import Wire

/// How a service does the jobs of one kind.
public struct JobHandler: Sendable {
    let queue: String
    let kind: String
    let retries: JobRetryPolicy
    let limit: Duration
    let work: Work

    /// What is run.
    enum Work: Sendable {
        /// For each job.
        case alone(@Sendable (SharedBytes, JobRun) async throws -> Void)
        /// For so many jobs at once, at most; it gives what came of those of which something did.
        case together(
            most: Int,
            @Sendable ([ClaimedJob], JobGroup) async throws -> [JobID: SharedBytes]
        )
    }

    /// How jobs of a type are done.
    ///
    /// The body runs on a loop: what takes long belongs on threads beside it. It may be stopped at
    /// any await, and started again, by another worker: what it does to the database it does
    /// through the run, which loses its rights with its lease. It ends by ``JobRun/complete(_:)``;
    /// a body that returns without has completed with nothing to tell.
    ///
    /// - Parameters:
    ///   - type: which jobs.
    ///   - retries: when they are tried again.
    ///   - limit: how long one attempt may take.
    ///   - body: does one.
    public init<Payload: MessageValue>(
        _ type: JobType<Payload>,
        retries: JobRetryPolicy = JobRetryPolicy(),
        limit: Duration = .seconds(3_600),
        _ body: @escaping @Sendable (Payload, JobRun) async throws -> Void
    ) {
        queue = type.queue.text
        kind = type.kind
        self.retries = retries
        self.limit = limit
        work = .alone { bytes, run in try await body(try Payload(ofJob: bytes), run) }
    }

    /// How short jobs of a type are done, many of a tenant in one transaction, in which they also
    /// end.
    ///
    /// The body does to the tenant's rows what all the jobs ask for; it must do nothing else, as it
    /// may be run again with some of the same jobs. If it throws, the transaction is rolled back
    /// and the jobs are tried anew in halves, until those at fault are alone: they fail, and the
    /// others are done, once. A ``JobFault`` says at once which job it is. What says nothing
    /// against any one job, as a database that is away, fails all of them. A job that has failed,
    /// or whose worker was lost, is done alone from then on.
    ///
    /// - Parameters:
    ///   - type: which jobs.
    ///   - most: how many at once, 1 to 1,000.
    ///   - retries: when they are tried again.
    ///   - limit: how long an attempt at all of them may take.
    ///   - body: does them; it gives the results of those that have one, which are at most 1 MiB
    ///     each.
    public init<Payload: MessageValue>(
        together type: JobType<Payload>,
        most: Int = 50,
        retries: JobRetryPolicy = JobRetryPolicy(),
        limit: Duration = .seconds(300),
        _ body:
            @escaping @Sendable ([GroupedJob<Payload>], JobGroup) async throws -> [JobID:
            SharedBytes]
    ) {
        precondition((1...1_000).contains(most), "1 to 1,000 jobs are done together")
        queue = type.queue.text
        kind = type.kind
        self.retries = retries
        self.limit = limit
        work = .together(most: most) { jobs, group in
            try await body(try jobs.map { try GroupedJob($0) }, group)
        }
    }

    /// How many of its jobs are done together.
    var mostTogether: Int {
        if case .together(let most, _) = work { most } else { 1 }
    }
}

extension MessageValue {
    /// Reads what a job is about.
    init(ofJob bytes: SharedBytes) throws(JobInterruption) {
        do throws(CodecError) {
            self = try Self(decoding: bytes.bytes)
        } catch {
            throw .discard("the payload cannot be read: \(error)")
        }
    }
}
