internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

// How schedules make their jobs: in the transaction in which their next time is written, so that
// of two workers that come at once only one does.
extension JobQueue {
    /// Makes the jobs of a tenant's schedules whose time has come, each in a transaction of its
    /// own.
    ///
    /// - Parameters:
    ///   - queue: the service that sees to the schedules.
    ///   - scope: the tenant's.
    ///   - logger: where it is told what was left out.
    /// - Throws: `PostgresError`, if trying again may help.
    func fireSchedules(of queue: String, in scope: TenantScope, _ logger: Logger) async throws {
        for row in try await scope.read(.dueNames, queue) {
            let name = try row.read(String.self, at: 0)
            let logger = logger.with([
                "tenant": .string(scope.tenant.text), "schedule": .string(name),
            ])
            do {
                try await scope.transaction { transaction in
                    let found = try await transaction.query(.dueSchedule, name).atMostOne()
                    guard let row = found else { return }
                    let schedule = try DueSchedule(row, of: scope.tenant)
                    try await fire(schedule, in: transaction, of: scope, logger)
                }
            } catch let error as PostgresError where error.kind != .server || error.isRetriable {
                throw error
            } catch {
                // The others go on, and this one is tried again when someone may have seen to it.
                logger.error("schedule not fired", ["cause": .string("\(error)")])
                try await scope.write(.putOff, name)
            }
        }
    }

    /// How many times of a schedule one transaction makes up.
    private static let mostAtOnce = 20

    private func fire(
        _ schedule: DueSchedule,
        in transaction: PostgresTransaction,
        of scope: TenantScope,
        _ logger: Logger
    ) async throws {
        let (all, next) = try await schedule.moments(in: transaction)
        var due = all.prefix(Self.mostAtOnce)
        // What is left over comes with the next visit, which is at once.
        let following = due.count < all.count ? all[due.count] : next
        if !due.isEmpty, !schedule.missedRuns.isBackfill {
            let isOverlapped = try await transaction.query(.hasOpenJobs, schedule.name).one()
            if try isOverlapped.read(Bool.self, at: 0) {
                logger.warning("schedule left out: its last jobs are not over")
                due = []
            }
        }
        try await transaction.query(.advanceSchedule, schedule.name, following, due.last)
        if due.isEmpty { return }
        let steps = try await transaction.steps(of: schedule.name)
        for moment in due {
            try await make(
                steps,
                of: schedule.name,
                for: moment,
                by: schedule.context,
                in: transaction,
                of: scope
            )
        }
    }

    /// Makes the jobs of a schedule for a time.
    ///
    /// - Returns: the jobs, in the order of the steps.
    @discardableResult
    func make(
        _ steps: [Schedule.Step],
        of schedule: String,
        for time: UTCTimestamp,
        by context: TenantContext,
        in transaction: PostgresTransaction,
        of scope: TenantScope
    ) async throws -> [JobID] {
        var made: [JobID] = []
        for (index, step) in steps.enumerated() {
            var job = NewJob(
                queue: step.queue,
                kind: step.kind,
                payload: SharedBytes(step.payload)
            )
            job.priority = step.priority
            job.schedule = (schedule, time)
            job.prerequisites = step.waitsFor.map { made[$0 - 1] }
            job.uniqueness = .untilDone("schedule:\(schedule):\(time.milliseconds):\(index + 1)")
            made.append(
                try await enqueue([job], in: transaction, of: scope, by: context)[0].id
            )
        }
        return made
    }
}

extension Statement {
    fileprivate static let dueNames = Statement(
        "jobs.due_schedules",
        """
        select name from schedules
        where queue = $1 and not is_paused and next_at <= clock_timestamp() order by next_at
        """
    )

    fileprivate static let putOff = Statement(
        "jobs.put_off_schedule",
        "update schedules set next_at = clock_timestamp() + interval '10 minutes' where name = $1"
    )

    fileprivate static let hasOpenJobs = Statement(
        "jobs.has_open_jobs",
        """
        select exists (
            select from jobs
            where schedule = $1 and state in ('blocked', 'waiting', 'running')
        )
        """
    )
}
