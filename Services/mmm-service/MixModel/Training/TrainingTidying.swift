internal import Jobs
internal import Platform
internal import Postgres
internal import Telemetry
internal import Tenancy

/// Notes which trainings have ended without a word to their models: a worker that is lost, or a
/// caller who cancels the operation, ends a job alone.
struct TrainingTidying: Sendable {
    private let queue: JobQueue
    private let store = TrainingStore()

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
            "mix model trainings",
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
        for (model, job) in try await store.open(in: scope) {
            guard let id = JobID("\(job)") else { continue }
            let record = try await queue.job(id, in: scope)
            let end: String?
            switch record?.state {
            case nil: end = "its job was forgotten before it was trained"
            case .dead: end = record?.problem?.message ?? "its job failed"
            // Done, and the model waits: it was cancelled and had trained again meanwhile.
            case .cancelled: end = nil
            default: continue
            }
            try await store.abandon(
                model,
                by: job,
                end,
                at: record?.finishedAt ?? .now,
                in: scope
            )
        }
    }
}
