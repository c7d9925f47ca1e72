public import Net
public import Postgres
internal import RPC
public import Telemetry
public import Tenancy

/// Takes jobs, as part of the transactions of those who ask for them: a job exists if, and only
/// if, the transaction is committed.
///
/// It has no workers; the service that a job is for does. May be used by any thread.
public final class JobQueue: Sendable {
    let hints: WakeupHints
    private let enqueued: MetricFamily<Counter>

    /// What became of a job that was to be enqueued.
    public struct Enqueued: Sendable, Hashable {
        /// The job, or the one that was there with its key.
        public let id: JobID
        /// Whether it was not there before.
        public let isNew: Bool
    }

    /// A queue on a service's databases.
    ///
    /// - Parameters:
    ///   - database: the databases.
    ///   - loop: where hints are written.
    ///   - registry: where jobs are counted; once for each registry.
    ///   - logger: where hints that are lost are logged.
    public init(
        _ database: TenantDatabase,
        on loop: EventLoop,
        registry: MetricRegistry,
        logger: Logger
    ) {
        hints = WakeupHints(database, on: loop, registry: registry, logger: logger)
        enqueued = registry.counter(
            "jobs_enqueued_total",
            help: "Jobs that were enqueued.",
            labels: ["queue", "kind"]
        )
    }

    /// Waits until the workers have been told of all jobs there are.
    public func settle() async { await hints.settle() }

    // MARK: Enqueueing

    /// How often jobs are written again after others were in the way.
    private static let mostTries = 5

    /// Enqueues jobs, in a transaction of their own.
    ///
    /// If its outcome is unknown the same jobs can be enqueued again: those that are there by then
    /// are found by their ids.
    ///
    /// - Parameters:
    ///   - jobs: prerequisites before those that wait for them.
    ///   - scope: the tenant's.
    /// - Returns: what became of each.
    /// - Throws: as ``enqueue(_:in:of:)``.
    @discardableResult
    public func enqueue(_ jobs: [NewJob], in scope: TenantScope) async throws -> [Enqueued] {
        var tries = 1
        while true {
            do {
                return try await enqueueOnce(jobs, in: scope)
            } catch let error as PostgresError where tries < Self.mostTries && error.isOfOthers {
                tries += 1
            }
        }
    }

    private func enqueueOnce(_ jobs: [NewJob], in scope: TenantScope) async throws -> [Enqueued] {
        guard !jobs.isEmpty else { return [] }
        // What waits for nothing cannot be refused by its rows: it needs no turn to look at them.
        guard jobs.allSatisfy(\.prerequisites.isEmpty) else {
            return try await scope.transaction { try await self.enqueue(jobs, in: $0, of: scope) }
        }
        let places = EnqueueOrder.places(of: jobs)
        let batch = try Self.batch(jobs, places, scope.context)
        do {
            let written = Written(
                jobs,
                try Self.outcomes(try await scope.write(batch), jobs, places)
            )
            note(written, in: scope.entry)
            return written.outcomes
        } catch let error as PostgresError where error.kind == .outcomeUnknown {
            for job in jobs { hint(job.queue.text, in: scope.entry, after: job.start.delay) }
            throw error
        }
    }

    /// Enqueues jobs as part of a transaction; workers are told once it is committed.
    ///
    /// - Parameters:
    ///   - jobs: prerequisites before those that wait for them.
    ///   - transaction: of the scope.
    ///   - scope: the tenant's; jobs are done in its actor's name, with its scopes.
    /// - Returns: what became of each.
    /// - Throws: INVALID_ARGUMENT for a job that no table takes; FAILED_PRECONDITION if a
    ///   prerequisite is none of the tenant's jobs, or has ended without success; INTERNAL if the
    ///   transaction is of another scope; `PostgresError`.
    ///   The transaction must then be given up: other jobs of the list may be in it.
    @discardableResult
    public func enqueue(
        _ jobs: [NewJob],
        in transaction: PostgresTransaction,
        of scope: TenantScope
    ) async throws -> [Enqueued] {
        try await enqueue(jobs, in: transaction, of: scope, by: scope.context)
    }

    /// The same in the name of someone else, as a schedule's owner.
    @discardableResult
    func enqueue(
        _ jobs: [NewJob],
        in transaction: PostgresTransaction,
        of scope: TenantScope,
        by context: TenantContext
    ) async throws -> [Enqueued] {
        let places = EnqueueOrder.places(of: jobs)
        let batch = try Self.batch(jobs, places, context)
        guard !jobs.isEmpty else { return [] }
        // Rows of one tenant, hints and rights of another: a mistake that must not go unseen.
        guard transaction.isIn(schema: scope.tenant.schemaName) else {
            throw RPCError.fault("jobs of \(scope.tenant) enqueued in another's transaction")
        }
        let results = try await transaction.run(batch)
        let written = Written(jobs, try Self.outcomes(results, jobs, places))
        try transaction.afterCommit { [self] in note(written, in: scope.entry) }
        return written.outcomes
    }

    private static func batch(
        _ jobs: [NewJob],
        _ places: [Int],
        _ context: TenantContext
    ) throws(RPCError) -> Batch {
        var batch = Batch()
        for job in jobs { try job.check() }
        batch.append(.keepPlans)
        for place in places { batch.append(jobs[place], context) }
        batch.append(.choosePlans)
        return batch
    }

    /// What became of a job, and whether it may be started now.
    private typealias Outcome = (enqueued: Enqueued, isWaiting: Bool)

    /// Reads what has been written, in the order of the list.
    private static func outcomes(
        _ results: [Rows],
        _ jobs: [NewJob],
        _ places: [Int]
    ) throws -> [Outcome] {
        var outcomes: [Outcome?] = jobs.map { _ in nil }
        for (place, rows) in zip(places, results.dropFirst()) {
            let job = jobs[place]
            guard let row = try rows.atMostOne() else {
                throw RPCError(
                    .failedPrecondition,
                    "\(job.queue)/\(job.kind): a prerequisite does not exist, or has failed"
                )
            }
            let (id, isNew, isWaiting) = try row.read(PostgresUUID.self, Bool.self, Bool.self)
            outcomes[place] = (Enqueued(id: JobID(id), isNew: isNew), isWaiting)
        }
        return outcomes.compactMap(\.self)
    }

    /// Jobs that have been written, of which workers are told once that is committed.
    private struct Written: Sendable {
        let outcomes: [Enqueued]
        let new: [NewJob]
        /// Those also that were there with their ids: whoever made them may not have told anyone.
        let due: [NewJob]

        init(_ jobs: [NewJob], _ found: [Outcome]) {
            outcomes = found.map(\.enqueued)
            new = zip(jobs, found).filter(\.1.enqueued.isNew).map(\.0)
            due = zip(jobs, found).filter { $1.isWaiting && $1.enqueued.id == $0.id }.map(\.0)
        }
    }

    private func note(_ written: Written, in entry: TenantEntry) {
        for job in written.new { enqueued.series(job.queue.text, job.kind).increment() }
        for job in written.due { hint(job.queue.text, in: entry, after: job.start.delay) }
    }

    /// Has the workers of a queue visit a tenant.
    func hint(_ queue: String, in entry: TenantEntry, after delay: Duration = .zero) {
        let place = WakeupHints.Place(node: entry.node, tenant: entry.id, queue: queue)
        hints.give(place, after: delay)
    }
}

extension PostgresError {
    /// Whether others were in the way: of a lock, or because they enqueue the same jobs.
    fileprivate var isOfOthers: Bool {
        sqlState == .deadlockDetected || constraint == "jobs_pkey"
    }
}

extension NewJob.Start {
    /// How long it is until then, by this machine's clock.
    var delay: Duration {
        switch self {
        case .now: .zero
        case .after(let delay): delay.asPause
        case .at(let time):
            Duration.milliseconds(time.milliseconds - UTCTimestamp.now.milliseconds).asPause
        }
    }
}
