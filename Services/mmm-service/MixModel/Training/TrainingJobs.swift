internal import Jobs
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy

/// Trains models by jobs.
struct TrainingJobs: Sendable {
    /// Whose workers do them.
    let service: ServiceName
    let queue: JobQueue
    private let type: JobType<MixModelV1.StoredTrainingOrder>
    let version: String
    let limits: TrainingLimits
    private let offload: WorkerPool?
    private let slots: TrainingSlots
    private let store = TrainingStore()

    /// How long one attempt may take.
    private static let limit = Duration.seconds(86_400)
    /// How long until an attempt is made again that found no place.
    private static let pause = Duration.seconds(2)

    init(
        of service: ServiceName,
        _ queue: JobQueue,
        version: String,
        _ limits: TrainingLimits,
        offload: WorkerPool?
    ) {
        self.service = service
        self.queue = queue
        self.version = version
        self.limits = limits
        self.offload = offload
        slots = TrainingSlots(most: limits.atOnce)
        type = JobType("train_model", of: service)
    }

    /// What trains a model.
    func job(of id: PostgresUUID) -> NewJob {
        var order = MixModelV1.StoredTrainingOrder()
        order.modelID = "\(id)"
        return type.job(order)
    }

    /// How they are done.
    var handler: JobHandler {
        var retries = JobRetryPolicy()
        (retries.mostFailures, retries.mostCrashes) = (5, 5)
        return JobHandler(type, retries: retries, limit: Self.limit) { order, run in
            guard let id = PostgresUUID(order.modelID) else {
                throw JobInterruption.discard("the order names no model")
            }
            try await withSlot(for: run.context.tenant) { try await attempt(id, run) }
        }
    }

    /// Does something that takes as much of the processors as a training.
    ///
    /// - Parameters:
    ///   - tenant: for whom; each has one at once.
    ///   - body: what to do.
    /// - Throws: `JobInterruption` if as many go on as may; what the closure throws.
    func withSlot(for tenant: TenantID, _ body: () async throws -> Void) async throws {
        guard slots.take(for: tenant) else {
            throw JobInterruption.postpone(Self.pause, "as many models are trained as may be")
        }
        defer { slots.giveBack(of: tenant) }
        try await body()
    }

    private func attempt(_ id: PostgresUUID, _ run: JobRun) async throws {
        let start = try await run.transaction { transaction in
            try await store.begin(id, by: run.id.uuid, version: version, in: transaction)
        }
        switch start {
        case .none: try await run.complete()
        case .wait:
            throw JobInterruption.postpone(Self.pause, "another model of the tenant is trained")
        case .begins(let records):
            do {
                let end = try await Training(records, run, limits, offload: offload).end()
                try await run.complete(within: .seconds(120)) { transaction in
                    try await store.end(end, of: records, by: run.id.uuid, in: transaction)
                }
            } catch is Training.NotWanted {
                try await run.complete()
            }
        }
    }
}

/// The tenants for whom trainings go on in a process, or what takes as much.
private final class TrainingSlots: Sendable {
    private let most: Int
    private let taken = Locked<Set<TenantID>>([])

    init(most: Int) { self.most = most }

    func take(for tenant: TenantID) -> Bool {
        taken.withLock { $0.count < most && $0.insert(tenant).inserted }
    }

    func giveBack(of tenant: TenantID) { _ = taken.withLock { $0.remove(tenant) } }
}
