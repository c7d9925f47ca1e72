internal import Jobs
internal import Platform
internal import RPC
internal import Telemetry
internal import Tenancy

/// Notes which runs have ended without a result, and forgets those whose time is over.
///
/// A worker that is lost, or a caller who cancels the operation, ends a job without a word to its
/// run.
struct RunTidying: Sendable {
    private let queue: JobQueue
    private let store = RunStore()

    /// How often is looked.
    private static let interval = Duration.seconds(20)

    init(_ queue: JobQueue) { self.queue = queue }

    /// What has it done for each tenant.
    ///
    /// - Parameters:
    ///   - service: in whose name.
    ///   - database: the tenants'.
    ///   - logger: is told of tenants that cannot be looked at.
    /// - Returns: the looks at all tenants.
    func rounds(
        of service: ServiceName,
        on database: TenantDatabase,
        logger: Logger
    ) -> TenantRounds {
        TenantRounds(
            "attribution runs",
            every: Self.interval,
            of: service,
            on: database,
            logger: logger
        ) { scope in try await tidy(in: scope) }
    }

    /// Does it for a tenant.
    ///
    /// - Parameter scope: the tenant's.
    /// - Throws: `PostgresError`.
    func tidy(in scope: TenantScope) async throws {
        let now = UTCTimestamp.now
        for id in try await store.open(in: scope) {
            guard let job = JobID("\(id)") else { continue }
            guard let record = try await queue.job(job, in: scope) else {
                let problem = "its job was forgotten before it had a result"
                try await store.end(id, .failed, problem, at: now, in: scope)
                continue
            }
            let problem = record.problem?.message
            let time = record.finishedAt ?? now
            switch record.state {
            case .dead: try await store.end(id, .failed, problem, at: time, in: scope)
            case .cancelled: try await store.end(id, .cancelled, nil, at: time, in: scope)
            case .blocked, .queued, .scheduled, .running, .retryable, .done: break
            }
        }
        try await store.prune(at: now, in: scope)
    }
}
