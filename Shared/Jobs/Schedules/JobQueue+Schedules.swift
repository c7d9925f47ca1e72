internal import Postgres
internal import RPC
public import Telemetry
public import Tenancy
internal import Wire

// The schedules of a tenant.
extension JobQueue {
    /// Makes a schedule, or changes the one of its name.
    ///
    /// Its jobs are done in the name of the scope's actor, with its scopes; its next time is the
    /// first after now, or as it was if the timing is.
    ///
    /// - Parameters:
    ///   - schedule: all of it.
    ///   - scope: the tenant's.
    /// - Returns: when it makes jobs next; nil if it is paused, or never will.
    /// - Throws: INVALID_ARGUMENT, also for a time zone that the database does not know;
    ///   `PostgresError`.
    @discardableResult
    public func put(_ schedule: Schedule, in scope: TenantScope) async throws -> UTCTimestamp? {
        try schedule.check()
        let context = scope.context
        return try await scope.transaction { transaction in
            let next = try await next(of: schedule.timing, in: transaction)
            var cron: String?
            var zone: String?
            var seconds: Int64?
            switch schedule.timing {
            case .cron(let expression, let timeZone): (cron, zone) = (expression.text, timeZone)
            case .every(let period): seconds = period
            }
            var batch = Batch()
            batch.append(
                .putSchedule,
                schedule.name,
                schedule.queue.text,
                cron,
                zone,
                seconds,
                schedule.missedRuns.name,
                schedule.missedRuns.limit,
                next,
                context.actor.description,
                context.scopes.text
            )
            batch.append(.clearSteps, schedule.name)
            for (index, step) in schedule.steps.enumerated() {
                batch.append(
                    .putStep,
                    schedule.name,
                    Int16(index + 1),
                    step.queue.text,
                    step.kind,
                    SharedBytes(step.payload),
                    Int16(step.priority),
                    step.waitsFor.map(Int16.init)
                )
            }
            let (kept, isPaused) = try await transaction.run(batch)[0].one()
                .read(UTCTimestamp?.self, Bool.self)
            guard !isPaused else { return nil }
            try tellWorkers(schedule.queue.text, of: kept, in: transaction, of: scope)
            return kept
        }
    }

    /// When a schedule that begins now makes jobs first.
    private func next(
        of timing: Schedule.Timing,
        in transaction: PostgresTransaction
    ) async throws -> UTCTimestamp? {
        switch timing {
        case .every(let seconds):
            return try await transaction.query(.inSeconds, seconds).one()
                .read(UTCTimestamp.self, at: 0)
        case .cron(let expression, let zone):
            let row = try await transaction.query(.civilClock, zone).atMostOne()
            guard let clock = try row?.read(Int64.self, at: 0) else {
                throw RPCError(
                    .invalidArgument,
                    "time_zone: there is no time zone '\(zone)': expected a name as Europe/Berlin"
                )
            }
            guard let next = expression.next(after: CivilMinute(seconds: clock)) else { return nil }
            return try await transaction.moments([next.minutes * 60], by: timing).first
        }
    }

    /// Has the workers of a queue come when a schedule's time has, once that is committed.
    private func tellWorkers(
        _ queue: String,
        of time: UTCTimestamp?,
        in transaction: PostgresTransaction,
        of scope: TenantScope
    ) throws {
        guard let time else { return }
        let delay = NewJob.Start.at(time).delay
        try transaction.afterCommit { [self] in hint(queue, in: scope.entry, after: delay) }
    }

    // MARK: Those there are

    /// The schedules of a tenant, in order of their names.
    ///
    /// - Parameters:
    ///   - queue: the service whose workers see to them; nil for all.
    ///   - scope: the tenant's.
    ///   - name: after which; empty for the first.
    ///   - limit: how many, 1 to 1,001: a page, and one that tells of another.
    /// - Returns: the schedules.
    /// - Throws: `PostgresError`.
    public func schedules(
        of queue: ServiceName? = nil,
        in scope: TenantScope,
        after name: String = "",
        limit: Int = 100
    ) async throws -> [StoredSchedule] {
        let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
        return try await scope.transaction(options) { transaction in
            let rows = try await transaction.query(
                .listSchedules,
                name,
                Int64(min(max(limit, 1), 1_001)),
                queue?.text
            )
            var schedules: [StoredSchedule] = []
            for row in rows { schedules.append(try await stored(row, in: transaction)) }
            return schedules
        }
    }

    /// The schedule of a name.
    ///
    /// - Parameters:
    ///   - name: which.
    ///   - scope: the tenant's.
    /// - Returns: nil if the tenant has none of the name.
    /// - Throws: `PostgresError`.
    public func schedule(
        _ name: String,
        in scope: TenantScope
    ) async throws -> StoredSchedule? {
        try await scope.transaction { transaction in
            guard let row = try await transaction.query(.findSchedule, name).atMostOne() else {
                return nil
            }
            return try await stored(row, in: transaction)
        }
    }

    private func stored(
        _ row: Row,
        in transaction: PostgresTransaction
    ) async throws -> StoredSchedule {
        let (name, queue, cron, zone, seconds, missed, limit, isPaused, next, last) = try row.read(
            String.self,
            String.self,
            String?.self,
            String?.self,
            Int64?.self,
            String.self,
            Int.self,
            Bool.self,
            UTCTimestamp?.self,
            UTCTimestamp?.self
        )
        guard let queue = ServiceName(queue) else {
            throw RPCError.damagedData
        }
        var schedule = Schedule(
            name,
            of: queue,
            try Schedule.Timing(cron: cron, timeZone: zone, seconds: seconds),
            try await transaction.steps(of: name)
        )
        schedule.missedRuns = try Schedule.MissedRuns(name: missed, limit: limit)
        return StoredSchedule(
            schedule: schedule,
            isPaused: isPaused,
            nextAt: next,
            lastAt: last
        )
    }

    /// Does something with the schedule of a name.
    private func change<Value: Sendable>(
        _ name: String,
        in scope: TenantScope,
        _ body: (PostgresTransaction, StoredSchedule) async throws -> Value
    ) async throws -> Value {
        try await scope.transaction { transaction in
            guard let row = try await transaction.query(.findSchedule, name).atMostOne() else {
                throw RPCError(.notFound, "there is no schedule \(name)")
            }
            return try await body(transaction, try await stored(row, in: transaction))
        }
    }

    /// Makes no more jobs until ``resume(_:in:)``.
    ///
    /// - Parameters:
    ///   - name: which schedule.
    ///   - scope: the tenant's.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    public func pause(_ name: String, in scope: TenantScope) async throws {
        try await change(name, in: scope) { transaction, _ in
            _ = try await transaction.query(.pauseSchedule, name)
        }
    }

    /// Makes jobs again from now on; times during the pause are not missed ones.
    ///
    /// - Parameters:
    ///   - name: which schedule.
    ///   - scope: the tenant's.
    /// - Returns: the next time.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    @discardableResult
    public func resume(_ name: String, in scope: TenantScope) async throws -> UTCTimestamp? {
        try await change(name, in: scope) { transaction, stored in
            let next = try await next(of: stored.schedule.timing, in: transaction)
            try await transaction.query(.resumeSchedule, name, next)
            let queue = stored.schedule.queue.text
            try tellWorkers(queue, of: next, in: transaction, of: scope)
            return next
        }
    }

    /// Makes a schedule's jobs at once, whatever it waits for; its next time stays.
    ///
    /// - Parameters:
    ///   - name: which schedule.
    ///   - scope: the tenant's; the jobs are done in its actor's name, with its scopes.
    /// - Returns: the jobs, in the order of the steps.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    public func runNow(_ name: String, in scope: TenantScope) async throws -> [JobID] {
        try await change(name, in: scope) { transaction, stored in
            try await make(
                stored.schedule.steps,
                of: name,
                for: .now,
                by: scope.context,
                in: transaction,
                of: scope
            )
        }
    }

    /// Removes a schedule; jobs that it has made stay.
    ///
    /// - Parameters:
    ///   - name: which schedule.
    ///   - scope: the tenant's.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    public func delete(_ name: String, in scope: TenantScope) async throws {
        try await change(name, in: scope) { transaction, _ in
            _ = try await transaction.query(.deleteSchedule, name)
        }
    }
}

extension Statement {
    fileprivate static let inSeconds = Statement(
        "jobs.in_seconds",
        "select clock_timestamp() + $1 * interval '1 second'"
    )
}
