public import Net
internal import Observe
public import Postgres
public import RPC
public import Telemetry
public import Tenancy
public import Wire

/// An attempt at a job, for as long as its worker has the lease.
public struct JobRun: Sendable {
    /// Which job; the same for each attempt.
    public let id: JobID
    /// The number of this attempt, from 1.
    public let attempt: Int
    /// In whose name the job is done.
    public let context: TenantContext
    /// What the request is called that the job serves.
    public let requestID: RequestID?
    /// The span of this attempt.
    public let traceContext: TraceContext
    /// What an earlier attempt has left by ``save(checkpoint:progress:_:)``; nil if nothing.
    public let checkpoint: SharedBytes?
    /// The loop on which the body runs.
    public let loop: EventLoop
    /// Logs with the tenant, the job and the trace.
    public let logger: Logger

    let job: ClaimedJob
    let worker: JobWorker
    let state: Locked<State>

    /// What changes while a job runs.
    struct State {
        /// Not yet told by a heartbeat.
        var progress: (done: Double, text: String?)?
        var isCompleted = false
        var isStopping = false
    }

    /// Whether the worker is about to stop: a body that saves its state can do so now, and throw
    /// `CancellationError`; another worker goes on at once.
    public var isStopping: Bool { state.withLock { $0.isStopping } }

    // MARK: The tenant's rows

    /// The tenant's rows, after a look whether it is still served.
    ///
    /// What is written by it is not fenced; see ``transaction(within:_:)``.
    ///
    /// - Parameter limit: for how long.
    /// - Returns: the scope.
    /// - Throws: `RPCError` if the tenant is suspended or gone.
    public func scope(within limit: Duration = .seconds(30)) throws(RPCError) -> TenantScope {
        try worker.database.scope(for: context, before: .now.advanced(by: limit))
    }

    /// Writes in the middle of a job, if the worker still has the lease, which nobody can take
    /// before the transaction ends.
    ///
    /// An attempt after this one does it again: what is not to happen twice belongs into
    /// ``complete(_:within:_:)``, or is recorded by a checkpoint in the same transaction.
    ///
    /// - Parameters:
    ///   - limit: for how long.
    ///   - body: the statements.
    /// - Returns: what the closure returns.
    /// - Throws: ``LeaseLost``, what the closure throws, or `PostgresError`.
    @discardableResult
    public func transaction<Value: Sendable>(
        within limit: Duration = .seconds(30),
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await scope(within: limit).transaction { transaction in
            let held = try await transaction.query(.holdLease, id.uuid, job.lease)
            guard held.count == 1 else { throw LeaseLost() }
            return try await body(transaction)
        }
    }

    /// Options for calls that serve the job: they belong to its request and its span.
    ///
    /// - Parameter limit: how long a call may take.
    /// - Returns: the options.
    public func onward(within limit: Duration = .seconds(30)) -> CallOptions {
        var options = CallOptions(timeout: limit)
        options.requestID = requestID
        options.traceContext = traceContext
        worker.telemetry?.watch(&options)
        return options
    }

    // MARK: Progress

    /// Says how far the job is; its owner sees it with the next heartbeat.
    ///
    /// It never goes back: of what is told, saved, and told again by a later attempt, which may
    /// come to the database in another order, the most counts.
    ///
    /// - Parameters:
    ///   - done: from 0 to 1.
    ///   - text: what is being done, at most 200 characters.
    public func report(_ done: Double, _ text: String? = nil) {
        state.withLock {
            $0.progress = (
                done.isNaN ? 0 : min(max(done, 0), 1), text.map { String($0.storable.prefix(200)) }
            )
        }
    }

    private static let mostCheckpointBytes = 64 << 20

    /// Keeps how far the job is, for the attempt after this one to go on from.
    ///
    /// - Parameters:
    ///   - checkpoint: anything that the body can go on from; at most 64 MiB.
    ///   - progress: from 0 to 1.
    ///   - effect: what is done in the same transaction, and so never again.
    /// - Throws: ``LeaseLost``, what the closure throws, or `PostgresError`.
    public func save(
        checkpoint: SharedBytes,
        progress: Double? = nil,
        _ effect: (PostgresTransaction) async throws -> Void = { _ in }
    ) async throws {
        guard checkpoint.count <= Self.mostCheckpointBytes else {
            throw JobInterruption.discard("a checkpoint has more than 64 MiB")
        }
        try await scope().transaction { transaction in
            try await effect(transaction)
            let saved = try await transaction.query(
                .saveCheckpoint,
                id.uuid,
                job.lease,
                checkpoint,
                worker.configuration.lease.seconds,
                progress.map { $0.isNaN ? 0 : min(max($0, 0), 1) },
                String?.none
            )
            guard saved.affected == 1 else { throw LeaseLost() }
        }
    }

    // MARK: The end

    /// Ends the job, in one round trip.
    ///
    /// - Parameters:
    ///   - result: what came of it, for its owner; the binary form of a message, at most 1 MiB.
    ///   - limit: for how long.
    /// - Throws: ``LeaseLost``, or `PostgresError`.
    public func complete(
        _ result: SharedBytes? = nil,
        within limit: Duration = .seconds(30)
    ) async throws {
        let scope = try scope(within: limit)
        try await completing(within: limit) {
            worker.tell(try ended(try await scope.write(ending(with: result))), in: job.tenant)
        }
    }

    /// Ends the job with its effect, in one transaction: either both happen, once, or neither.
    ///
    /// - Parameters:
    ///   - result: what came of it, for its owner; the binary form of a message, at most 1 MiB.
    ///   - limit: for how long.
    ///   - effect: what the job does to the tenant's rows.
    /// - Throws: ``LeaseLost``, what the closure throws, or `PostgresError`.
    public func complete(
        _ result: SharedBytes? = nil,
        within limit: Duration = .seconds(30),
        _ effect: (PostgresTransaction) async throws -> Void
    ) async throws {
        let scope = try scope(within: limit)
        try await completing(within: limit) {
            try await scope.transaction { transaction in
                try await effect(transaction)
                let released = try ended(try await transaction.run(ending(with: result)))
                try transaction.afterCommit { [worker, job] in
                    worker.tell(released, in: job.tenant)
                }
            }
        }
    }

    /// Ends the job and lets those go on that waited for it.
    private func ending(with result: SharedBytes?) -> Batch {
        var batch = Batch()
        batch.append(.keepPlans)
        batch.append(.complete, id.uuid, job.lease, result)
        worker.append(releaseOf: [id], job.lease, to: &batch)
        return batch
    }

    private func ended(_ results: [Rows]) throws -> [(queue: String, delay: Duration)] {
        guard results[1].affected == 1 else { throw LeaseLost() }
        return try worker.released(results[2])
    }

    private func completing(within limit: Duration, _ end: () async throws -> Void) async throws {
        do {
            try await end()
        } catch let error as PostgresError where error.kind == .outcomeUnknown {
            // The row says which it was.
            let found = try await scope(within: limit).read(.wereCompleted, [id.uuid], job.lease)
            guard found.count == 1 else { throw error }
        }
        state.withLock { $0.isCompleted = true }
    }
}

/// The worker has lost its lease on a job: another may be doing it, and nothing more that this one
/// does counts.
public struct LeaseLost: Error {}
