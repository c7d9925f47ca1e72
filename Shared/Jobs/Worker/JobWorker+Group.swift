internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

// What a worker does with jobs that are done together.
extension JobWorker {
    typealias GroupBody = @Sendable ([ClaimedJob], JobGroup) async throws -> [JobID: SharedBytes]

    /// An attempt at jobs of one kind and tenant.
    func attempt(
        _ jobs: [ClaimedJob],
        _ handler: JobHandler,
        _ body: @escaping GroupBody,
        on loop: EventLoop
    ) async {
        guard let first = jobs.first else { return }
        let begin = ContinuousClock.now
        let isSampled = jobs.contains { $0.parent?.isSampled ?? false }
        let trace = TraceContext.root(isSampled: isSampled)
        let logger = self.logger.with([
            "tenant": .string(first.tenant.id.text), "kind": .string(first.kind),
            "jobs": .integer(Int64(jobs.count)),
        ]).with(trace)
        let outcomes = await outcomesOf(jobs, body, within: handler.limit, on: loop, logger)
        let ended = jobs.map { (job: $0, outcome: outcomes[$0.id] ?? .lost) }
            .sorted { $0.job.id < $1.job.id }
        let names = await settle(ended, logger)
        let duration = begin.duration(to: .now)
        var counts: [String: Int] = [:]
        for (entry, name) in zip(ended, names) {
            counts[name, default: 0] += 1
            metrics.duration.series(first.kind).observe(duration)
            if let cause = entry.outcome.cause {
                logger.warning(
                    "job of a group failed",
                    ["job": .string("\(entry.job.id)"), "cause": .string(cause)]
                )
            }
        }
        for (name, count) in counts {
            metrics.finished.series(first.kind, name).increment(by: count)
        }
        let worst = counts.keys.filter { $0 != "done" }.min() ?? "done"
        record(jobs, worst, taking: duration, in: trace)
        let told = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        logger.info(
            "job group ended",
            [
                "outcomes": .string(told.joined(separator: ", ")),
                "duration_seconds": .double(duration.seconds),
            ]
        )
    }

    /// Runs the body until each job has ended, with one heart beating for all beside it.
    private func outcomesOf(
        _ jobs: [ClaimedJob],
        _ body: @escaping GroupBody,
        within limit: Duration,
        on loop: EventLoop,
        _ logger: Logger
    ) async -> [JobID: Outcome] {
        let work = Task(executorPreference: loop) { [self] () -> GroupProgress in
            var progress = GroupProgress(jobs.map(\.id))
            guard await loop.arrive() else { return progress }
            await go(&progress, jobs, body, within: limit, on: loop, logger)
            return progress
        }
        let heart = Task(executorPreference: loop) { [self] () -> Outcome? in
            guard await loop.arrive() else { return .interrupted }
            return await beat(within: limit, on: loop, logger, stop: { work.cancel() }) {
                await heartbeat(jobs)
            }
        }
        var progress = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        heart.cancel()
        let reason = await heart.value
        progress.end(reason ?? .interrupted)
        return progress.outcomes
    }

    /// Tells of all jobs that are left; false unless the leases are lost.
    private func heartbeat(_ jobs: [ClaimedJob]) async -> Result<Bool?, any Error> {
        guard let first = jobs.first else { return .success(nil) }
        var batch = Batch()
        batch.append(.limitLocks)
        let lease = configuration.lease.seconds
        batch.append(.heartbeats, jobs.map(\.id.uuid), first.lease, lease)
        do {
            let told = try await scopeAside(of: first.tenant.id).write(batch)[1].affected
            return .success(told > 0 ? false : nil)
        } catch {
            return .failure(error)
        }
    }

    /// Tries group after group, until none is left or the task is cancelled.
    private func go(
        _ progress: inout GroupProgress,
        _ jobs: [ClaimedJob],
        _ body: GroupBody,
        within limit: Duration,
        on loop: EventLoop,
        _ logger: Logger
    ) async {
        let known = Dictionary(jobs.map { ($0.id, $0) }) { first, _ in first }
        while let ids = progress.next, !Task.isCancelled {
            do {
                let group = ids.compactMap { known[$0] }
                progress.note(try await finish(group, body, within: limit, on: loop, logger))
            } catch let fault as JobFault {
                progress.note(failure: fault.cause, by: fault.id, isOfJobs: true)
            } catch {
                // A stop is no failure of those who are stopped.
                if Task.isCancelled { return }
                progress.note(failure: error, by: nil, isOfJobs: Self.mayBeOfOneJob(error))
            }
        }
    }

    /// Whether an error may be the fault of one job among others: not if it is that of the
    /// database's or another service's state.
    private static func mayBeOfOneJob(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError:
            error.kind == .server && !error.isRetriable || error.kind == .invalidValue
        case let error as RPCError:
            ![.unavailable, .deadlineExceeded, .resourceExhausted, .aborted].contains(error.code)
        case is CancellationError: false
        case JobInterruption.postpone: false
        default: true
        }
    }

    /// Does jobs and ends them, in one transaction.
    ///
    /// - Returns: how each ended of whom that is known now.
    private func finish(
        _ jobs: [ClaimedJob],
        _ body: GroupBody,
        within limit: Duration,
        on loop: EventLoop,
        _ logger: Logger
    ) async throws -> [JobID: Outcome] {
        guard let first = jobs.first else { return [:] }
        let scope = try scope(of: first.tenant.id, within: limit)
        let ids = jobs.map(\.id.uuid)
        do {
            return try await scope.transaction { transaction in
                var outcomes: [JobID: Outcome] = [:]
                for row in try await transaction.query(.holdLeases, ids, first.lease) {
                    let (id, isCancelled) = try row.read(PostgresUUID.self, Bool.self)
                    outcomes[JobID(id)] = isCancelled ? .cancelled : .completed
                }
                // Whose lease is lost is another's, and left out.
                let held = jobs.filter { job in
                    if case .completed? = outcomes[job.id] { true } else { false }
                }
                guard !held.isEmpty else { return outcomes }
                let group = JobGroup(transaction: transaction, loop: loop, logger: logger)
                try await complete(held, try await body(held, group), in: transaction)
                return outcomes
            }
        } catch let error as PostgresError where error.kind == .outcomeUnknown {
            // The rows say which it was: of one transaction all are done, or none.
            let found = try await self.scope(of: first.tenant.id)
                .read(.wereCompleted, ids, first.lease)
            guard found.count > 0 else { throw error }
            let done = Set(try found.map { JobID(try $0.read(PostgresUUID.self, at: 0)) })
            return Dictionary(uniqueKeysWithValues: done.map { ($0, .completed) })
        }
    }

    private func complete(
        _ jobs: [ClaimedJob],
        _ results: [JobID: SharedBytes],
        in transaction: PostgresTransaction
    ) async throws {
        guard let first = jobs.first else { return }
        if let large = results.first(where: { $0.value.count > NewJob.mostBytes }) {
            throw JobFault(large.key, .discard("a result has more than 1 MiB"))
        }
        let ids = jobs.map(\.id.uuid)
        let outcomes = jobs.map { results[$0.id] }
        var batch = Batch()
        batch.append(.keepPlans)
        batch.append(.completeAll, ids, first.lease, outcomes)
        append(releaseOf: jobs.map(\.id), first.lease, to: &batch)
        let results = try await transaction.run(batch)
        guard results[1].affected == jobs.count else { throw LeaseLost() }
        let released = try released(results[2])
        try transaction.afterCommit { [self] in tell(released, in: first.tenant) }
    }
}
