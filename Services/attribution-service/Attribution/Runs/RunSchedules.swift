internal import Jobs
internal import Messages
internal import RPC
internal import Tenancy
internal import Wire

/// Schedules that have models run each day: they lie among all schedules of the tenant.
struct RunSchedules: Sendable {
    private let orders: ScheduledOrders<AttributionV1.StoredRunOrder>

    private static let usualKeepDays: Int32 = 400

    init(_ jobs: RunJobs) {
        orders = ScheduledOrders(
            jobs.queue,
            of: jobs.type,
            called: "schedule of runs",
            "schedules of runs"
        ) { $0.schedule != nil }
    }

    /// The schedules, in the order of their names.
    func all(in scope: TenantScope) async throws -> [AttributionV1.RunSchedule] {
        try await orders.all(in: scope).map { message($0) }
    }

    private func message(
        _ standing: ScheduledOrders<AttributionV1.StoredRunOrder>.Standing
    ) -> AttributionV1.RunSchedule {
        var schedule = standing.order.schedule ?? .init()
        schedule.name = standing.name
        schedule.paused = standing.isPaused
        schedule.nextTime = standing.nextAt.map { .init($0) }
        return schedule
    }

    /// Puts a schedule.
    ///
    /// - Parameters:
    ///   - schedule: as it was sent.
    ///   - scope: the tenant's: its actor is the one in whose name runs are done.
    /// - Returns: the schedule as it is from now on.
    /// - Throws: INVALID_ARGUMENT; what `ScheduledOrders.put` throws.
    func put(
        _ schedule: AttributionV1.RunSchedule,
        in scope: TenantScope
    ) async throws -> AttributionV1.RunSchedule {
        try check(schedule, in: scope)
        var schedule = schedule
        if schedule.keepDays == 0 { schedule.keepDays = Self.usualKeepDays }
        (schedule.nextTime, schedule.paused) = (nil, false)
        var order = AttributionV1.StoredRunOrder()
        order.schedule = schedule
        let standing = try await orders.put(
            order,
            named: schedule.name,
            at: try CronExpression("0 \(schedule.hour) * * *"),
            in: scope
        )
        return message(standing)
    }

    private func check(
        _ schedule: AttributionV1.RunSchedule,
        in scope: TenantScope
    ) throws {
        let request = schedule.request ?? .init()
        let journeys = request.journeys ?? .init()
        var violations = FieldViolations()
        violations.check(request, label: schedule.label, "schedule.")
        violations.check(
            request.importID.isEmpty,
            "schedule.request.import_id",
            "expected nothing: runs of schedules are over journeys"
        )
        violations.check(
            journeys.fromTime == nil && journeys.toTime == nil && journeys.asOf == nil
                && journeys.firstDay.isEmpty && journeys.lastDay.isEmpty,
            "schedule.request.journeys",
            "expected no times: each run has those of the days before it"
        )
        violations.check(
            (1...730).contains(schedule.days),
            "schedule.days",
            "expected 1 to 730"
        )
        violations.check((0...23).contains(schedule.hour), "schedule.hour", "expected 0 to 23")
        violations.check(
            (0...1_000).contains(schedule.keepDays),
            "schedule.keep_days",
            "expected 1 to 1,000, or 0 for \(Self.usualKeepDays)"
        )
        try violations.finish("the schedule cannot be put")
        _ = try ModelPlan(request)
        _ = try JourneyPlan(journeys, in: scope)
    }

    /// Ends a schedule; see `ScheduledOrders.delete`.
    func delete(_ name: String, in scope: TenantScope) async throws {
        try await orders.delete(name, in: scope)
    }
}
