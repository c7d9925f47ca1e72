internal import Net
internal import Observe
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

// What a worker does with jobs that it has: an attempt, with its heart beating beside it.
extension JobWorker {
    /// Starts attempts at jobs that have been claimed: those that are done together, together.
    func start(_ jobs: [ClaimedJob], of tenant: TenantID) {
        for (kind, jobs) in Dictionary(grouping: jobs, by: \.kind) {
            let most = handlers[kind]?.mostTogether ?? 1
            for job in jobs where !job.isUnblemished { start(together: [job], of: tenant) }
            let others = jobs.filter(\.isUnblemished)
            for begin in stride(from: 0, to: others.count, by: most) {
                let end = min(begin + most, others.count)
                start(together: Array(others[begin..<end]), of: tenant)
            }
        }
    }

    private func start(together jobs: [ClaimedJob], of tenant: TenantID) {
        let loop = group.next()
        let run = Locked(JobRun.State())
        for job in jobs { metrics.wait.series(job.kind).observe(job.wait) }
        metrics.running.add(Double(jobs.count))
        state.withLock { state in
            run.withLock { $0.isStopping = state.isStopping }
            state.perTenant[tenant, default: 0] += 1
            state.attempts += 1
            let number = state.attempts
            let task = Task(executorPreference: loop) { [self] in
                if await loop.arrive() { await attempt(jobs, run, on: loop) }
                ended(number, jobs.count, of: tenant)
            }
            state.running[number] = Running(ids: jobs.map(\.id), task: task, run: run)
        }
    }

    private func ended(_ number: Int, _ count: Int, of tenant: TenantID) {
        metrics.running.add(-Double(count))
        let waiters = state.withLock { state in
            state.running[number] = nil
            let left = state.perTenant[tenant, default: 1] - 1
            state.perTenant[tenant] = left > 0 ? left : nil
            if state.heldBack.remove(tenant) != nil { state.resumed.insert(tenant) }
            guard state.running.isEmpty, state.isStopping else {
                return [CheckedContinuation<Void, Never>]()
            }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
        wake()
    }

    // MARK: An attempt

    /// How an attempt ended.
    enum Outcome: Sendable {
        case completed
        case failed(any Error)
        /// Its owner wants it no more.
        case cancelled
        /// The worker stops.
        case interrupted
        /// Another worker may have it.
        case lost

        /// Why it failed, for the log; nil if it did not, or asked to be put off.
        var cause: String? {
            guard case .failed(let error) = self else { return nil }
            if case .postpone? = error as? JobInterruption { return nil }
            guard let more = (error as? RPCError)?.logMessage else { return "\(error)" }
            return "\(error) (\(more))"
        }
    }

    private func attempt(
        _ jobs: [ClaimedJob],
        _ state: Locked<JobRun.State>,
        on loop: EventLoop
    ) async {
        guard let first = jobs.first, let handler = handlers[first.kind] else { return }
        switch handler.work {
        case .alone(let body): await attempt(first, handler, body, state, on: loop)
        case .together(_, let body): await attempt(jobs, handler, body, on: loop)
        }
    }

    private func attempt(
        _ job: ClaimedJob,
        _ handler: JobHandler,
        _ body: @escaping @Sendable (SharedBytes, JobRun) async throws -> Void,
        _ state: Locked<JobRun.State>,
        on loop: EventLoop
    ) async {
        let begin = ContinuousClock.now
        let trace = TraceContext.root(isSampled: job.parent?.isSampled ?? false)
        var logger = self.logger.with([
            "tenant": .string(job.tenant.id.text), "job": .string("\(job.id)"),
            "kind": .string(job.kind), "attempt": .integer(Int64(job.attempts)),
        ]).with(trace)
        if let requestID = job.requestID {
            logger = logger.with(["request_id": .string(requestID.text)])
        }
        var outcome = Outcome.failed(JobInterruption.foreignJob)
        if let context = job.context {
            let run = JobRun(
                id: job.id,
                attempt: job.attempts,
                context: context,
                requestID: job.requestID,
                traceContext: trace,
                checkpoint: job.checkpoint,
                loop: loop,
                logger: logger,
                job: job,
                worker: self,
                state: state
            )
            outcome = await outcomeOf(body, run, within: handler.limit, on: loop)
        }
        if let cause = outcome.cause {
            logger.warning("job attempt failed", ["cause": .string(cause)])
        }
        let name = await settle([(job, outcome)], logger)[0]
        let duration = begin.duration(to: .now)
        metrics.finished.series(job.kind, name).increment()
        metrics.duration.series(job.kind).observe(duration, in: trace)
        record([job], name, taking: duration, in: trace)
        logger.info(
            "job attempt ended",
            ["outcome": .string(name), "duration_seconds": .double(duration.seconds)]
        )
    }

    /// Hands on the span of an attempt, which is linked to that of whoever asked for the job.
    func record(
        _ jobs: [ClaimedJob],
        _ outcome: String,
        taking duration: Duration,
        in context: TraceContext
    ) {
        guard let spans, context.isSampled, let job = jobs.first else { return }
        let end = CallTelemetry.systemNanoseconds()
        let length = UInt64(max(duration.seconds, 0) * 1e9)
        var span = FinishedSpan(
            "job \(queue)/\(job.kind)",
            context: context,
            parent: nil,
            from: end - min(length, end),
            to: end
        )
        span.kind = .consumer
        span.attributes = [
            .init("sextant.job.id", .string("\(job.id)")),
            .init("sextant.job.attempt", .integer(Int64(job.attempts))),
            .init("sextant.job.count", .integer(Int64(jobs.count))),
            .init("sextant.job.outcome", .string(outcome)),
        ]
        span.links = jobs.compactMap(\.parent).map { .init($0) }
        if outcome == "failed" || outcome == "dead" { span.status = .error(outcome) }
        spans.take(span)
    }

    /// Runs the handler to its end, with the heart beating beside it; it is cancelled if its time
    /// is up, if its owner wants it no more, or if another has it.
    private func outcomeOf(
        _ body: @escaping @Sendable (SharedBytes, JobRun) async throws -> Void,
        _ run: JobRun,
        within limit: Duration,
        on loop: EventLoop
    ) async -> Outcome {
        let work = Task(executorPreference: loop) { () -> Outcome in
            guard await loop.arrive() else { return .interrupted }
            do {
                try await body(run.job.payload, run)
                if !run.state.withLock({ $0.isCompleted }) { try await run.complete() }
                return .completed
            } catch is LeaseLost {
                return .lost
            } catch {
                return .failed(error)
            }
        }
        let heart = Task(executorPreference: loop) { [self] () -> Outcome? in
            guard await loop.arrive() else { return .interrupted }
            return await beat(within: limit, on: loop, run.logger, stop: { work.cancel() }) {
                await self.heartbeat(run)
            }
        }
        let outcome = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        heart.cancel()
        let reason = await heart.value
        // What is committed is committed.
        if run.state.withLock({ $0.isCompleted }) { return .completed }
        // A heart that stopped the handler knows why; what that says then is because of it.
        if let reason { return reason }
        if case .failed(let error) = outcome {
            let isStopped = error is CancellationError && run.isStopping
            if Task.isCancelled || isStopped { return .interrupted }
        }
        return outcome
    }

    /// Tells again and again that the worker is there, as long as the handler runs.
    ///
    /// A database that is away takes no lease from anybody: it is told when it is back. Whether
    /// another has the job by then, it says itself.
    ///
    /// - Parameters:
    ///   - limit: how long the handler may run.
    ///   - loop: that of the task.
    ///   - logger: where heartbeats that failed are logged.
    ///   - stop: stops the handler.
    ///   - tell: one heartbeat: whether the work is to be cancelled, nil if the lease is lost.
    /// - Returns: why the handler was stopped; nil if it was not.
    func beat(
        within limit: Duration,
        on loop: EventLoop,
        _ logger: Logger,
        stop: () -> Void,
        _ tell: () async -> Result<Bool?, any Error>
    ) async -> Outcome? {
        let end = loop.now.advanced(by: limit.asPause)
        var pause = configuration.heartbeat
        var reason: Outcome?
        while true {
            let remaining = reason == nil ? loop.now.duration(to: end) : pause
            guard (try? await loop.sleep(for: min(pause, remaining))) != nil, loop.isCurrent else {
                return reason
            }
            if reason == nil, loop.now >= end {
                let words = "the attempt took longer than \(limit)"
                reason = .failed(RPCError(.deadlineExceeded, words))
                stop()
            }
            pause = configuration.heartbeat
            switch await tell() {
            case .success(let isCancelled?):
                guard isCancelled, reason == nil else { break }
                reason = .cancelled
                stop()
            case .success(nil):
                stop()
                return .lost
            case .failure(let error):
                if Task.isCancelled { return reason }
                logger.warning("job heartbeat failed", ["cause": .string("\(error)")])
                pause = min(.seconds(1), configuration.heartbeat)
            }
            guard await loop.arrive() else { return reason }
        }
    }

    /// One heartbeat: whether the job is to be cancelled, nil if the lease is lost.
    private func heartbeat(_ run: JobRun) async -> Result<Bool?, any Error> {
        let progress = run.state.withLock { $0.progress.take() }
        do {
            var batch = Batch()
            batch.append(.limitLocks)
            batch.append(
                .heartbeat,
                run.id.uuid,
                run.job.lease,
                configuration.lease.seconds,
                progress?.done,
                progress?.text
            )
            let row = try await scopeAside(of: run.job.tenant.id).write(batch)[1].atMostOne()
            return .success(try row?.read(Bool.self, at: 0))
        } catch {
            // It is told by the next, unless there is something newer.
            run.state.withLock { $0.progress = $0.progress ?? progress }
            return .failure(error)
        }
    }
}
