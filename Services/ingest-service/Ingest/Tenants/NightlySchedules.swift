internal import Jobs
internal import Lifecycle
internal import Net
internal import Platform
internal import Telemetry
internal import Tenancy

/// What is done each night for a tenant.
struct NightlyWork: Sendable {
    /// What its schedule is called.
    let scheduleName: String
    /// The hour in which it begins, by the tenant's clocks.
    let hour: Int
    /// What is done.
    let step: Schedule.Step
}

/// Sees to it that every tenant has the schedules of what is done each night, by the clocks of its
/// own time zone.
///
/// A tenant that is looked at is not looked at again before its time zone changes. Whoever wants
/// something not to be done pauses its schedule, which stays so.
struct NightlySchedules: Sendable {
    /// The looks at all tenants.
    let rounds: TenantRounds

    /// How often is looked for tenants that are new.
    private static let interval = Duration.seconds(60)

    init(
        _ works: [NightlyWork],
        of service: ServiceName,
        _ database: TenantDatabase,
        _ jobs: JobQueue,
        logger: Logger
    ) {
        let zones = Locked<[TenantID: String]>([:])
        rounds = TenantRounds(
            "nightly schedules",
            every: Self.interval,
            of: service,
            on: database,
            logger: logger
        ) { scope in
            let zone = scope.entry.settings.timeZone
            if zones.withLock({ $0[scope.tenant] }) == zone { return }
            for work in works {
                try await Self.put(work, of: service, in: zone, jobs, scope)
            }
            zones.withLock { $0[scope.tenant] = zone }
        }
    }

    private static func put(
        _ work: NightlyWork,
        of service: ServiceName,
        in zone: String,
        _ jobs: JobQueue,
        _ scope: TenantScope
    ) async throws {
        let timing = Schedule.Timing.cron(
            try expression(for: scope.tenant, at: work.hour),
            timeZone: zone
        )
        let known = try await jobs.schedule(work.scheduleName, in: scope)
        if known?.schedule.timing == timing { return }
        let schedule = Schedule(work.scheduleName, of: service, timing, [work.step])
        try await jobs.put(schedule, in: scope)
    }

    /// A minute of the hour, the same for a tenant each time: not all of a zone at once.
    private static func expression(
        for tenant: TenantID,
        at hour: Int
    ) throws -> CronExpression {
        let minute = tenant.text.utf8.reduce(0) { ($0 * 31 + Int($1)) % 60 }
        return try CronExpression("\(minute) \(hour) * * *")
    }
}
