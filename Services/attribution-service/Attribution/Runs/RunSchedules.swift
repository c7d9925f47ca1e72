internal import Jobs
internal import Messages
internal import RPC
internal import Tenancy
internal import Wire

/// Schedules that have models run each day: they lie among all schedules of the tenant.
struct RunSchedules: Sendable {
    private let jobs: RunJobs

    /// How many a tenant may have, and how many are read at once.
    private static let most = 20
    private static let pageCount = 100
    private static let usualKeepDays: Int32 = 400

    init(_ jobs: RunJobs) { self.jobs = jobs }

    /// The schedules, in the order of their names.
    func all(in scope: TenantScope) async throws -> [AttributionV1.RunSchedule] {
        var schedules: [AttributionV1.RunSchedule] = []
        var last: String? = ""
        while let name = last {
            let page = try await jobs.queue.schedules(
                of: jobs.service,
                in: scope,
                after: name,
                limit: Self.pageCount
            )
            schedules += try page.compactMap { try message($0) }
            last = page.count < Self.pageCount ? nil : page.last?.schedule.name
        }
        return schedules
    }

    /// What a schedule says; nil if it has something else done.
    private func message(_ stored: StoredSchedule) throws -> AttributionV1.RunSchedule? {
        let steps = stored.schedule.steps
        guard let step = steps.first, steps.count == 1, step.kind == jobs.type.kind,
            step.queue == jobs.service
        else { return nil }
        let order = try AttributionV1.StoredRunOrder(decoding: step.payload.rawBytes)
        guard var schedule = order.schedule else { return nil }
        schedule.name = stored.schedule.name
        schedule.paused = stored.isPaused
        schedule.nextTime = stored.isPaused ? nil : stored.nextAt.map { .init($0) }
        return schedule
    }

    /// Puts a schedule.
    ///
    /// - Parameters:
    ///   - schedule: as it was sent.
    ///   - scope: the tenant's: its actor is the one in whose name runs are done.
    /// - Returns: the schedule as it is from now on.
    /// - Throws: INVALID_ARGUMENT; ALREADY_EXISTS; RESOURCE_EXHAUSTED; what the queue throws.
    func put(
        _ schedule: AttributionV1.RunSchedule,
        in scope: TenantScope
    ) async throws -> AttributionV1.RunSchedule {
        try check(schedule, in: scope)
        var schedule = schedule
        if schedule.keepDays == 0 { schedule.keepDays = Self.usualKeepDays }
        (schedule.nextTime, schedule.paused) = (nil, false)
        let known = try await jobs.queue.schedule(schedule.name, in: scope)
        if let known {
            guard try message(known) != nil else {
                throw RPCError(
                    .alreadyExists,
                    "name: the schedule '\(schedule.name)' does something else: use another name"
                )
            }
        } else if try await all(in: scope).count >= Self.most {
            throw RPCError(
                .resourceExhausted,
                "there are \(Self.most) schedules of runs, which is as many as may be: delete one"
            )
        }
        var order = AttributionV1.StoredRunOrder()
        order.schedule = schedule
        let timing = Schedule.Timing.cron(
            try CronExpression("0 \(schedule.hour) * * *"),
            timeZone: scope.entry.settings.timeZone
        )
        try await jobs.queue.put(
            Schedule(schedule.name, of: jobs.service, timing, [.init(jobs.type, order)]),
            in: scope
        )
        let stored = try await jobs.queue.schedule(schedule.name, in: scope)
        guard let told = try stored.flatMap({ try message($0) }) else {
            throw RPCError(.aborted, "the schedule '\(schedule.name)' was deleted meanwhile")
        }
        return told
    }

    private func check(
        _ schedule: AttributionV1.RunSchedule,
        in scope: TenantScope
    ) throws {
        let request = schedule.request ?? .init()
        let journeys = request.journeys ?? .init()
        var violations = FieldViolations()
        violations.check(!schedule.name.utf8.contains(0), "name", "expected no U+0000")
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

    /// Ends a schedule.
    ///
    /// - Parameters:
    ///   - name: which.
    ///   - scope: the tenant's.
    /// - Throws: NOT_FOUND if none of the name has models run; what the queue throws.
    func delete(_ name: String, in scope: TenantScope) async throws {
        guard !name.utf8.contains(0),
            let stored = try await jobs.queue.schedule(name, in: scope),
            try message(stored) != nil
        else { throw RPCError(.notFound, "name: there is no schedule of runs '\(name)'") }
        try await jobs.queue.delete(name, in: scope)
    }
}
