internal import Jobs
internal import Lifecycle
internal import Net
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
/// own time zone: tenants that are there, and those that come.
///
/// A tenant that is looked at is not looked at again before its time zone changes. Whoever wants
/// something not to be done pauses its schedule, which stays so.
final class NightlySchedules: Sendable {
    /// How often is looked for tenants that are new.
    private static let interval = Duration.seconds(60)
    /// How long the look at one tenant may take.
    private static let patience = Duration.seconds(10)

    private let works: [NightlyWork]
    private let service: ServiceName
    private let database: TenantDatabase
    private let jobs: JobQueue
    private let logger: Logger
    private let zones = Locked<[TenantID: String]>([:])

    init(
        _ works: [NightlyWork],
        of service: ServiceName,
        _ database: TenantDatabase,
        _ jobs: JobQueue,
        logger: Logger
    ) {
        self.works = works
        self.service = service
        self.database = database
        self.jobs = jobs
        self.logger = logger
    }

    /// The part of a program that does it.
    ///
    /// - Parameter loop: whose time it is.
    /// - Returns: the part.
    func component(on loop: EventLoop) -> ServiceComponent {
        let task = Locked<Task<Void, Never>?>(nil)
        return ServiceComponent("nightly schedules") { [self] in
            let looking = Task(executorPreference: loop) { [self] in
                guard await loop.arrive() else { return }
                while !Task.isCancelled {
                    await look()
                    do {
                        try await loop.sleep(for: Self.interval)
                    } catch {
                        return
                    }
                }
            }
            task.withLock { $0 = looking }
        } stop: { _ in
            let looking = task.withLock { $0.take() }
            looking?.cancel()
            await looking?.value
        }
    }

    /// Looks at the tenants whose schedules are not known to be right.
    func look() async {
        let tenants = database.directory.activeTenants
        let known = Set(tenants)
        zones.withLock { zones in zones = zones.filter { known.contains($0.key) } }
        var failures = 0
        var cause = ""
        for tenant in tenants {
            if Task.isCancelled { return }
            do {
                try await look(at: tenant)
            } catch {
                failures += 1
                cause = "tenant \(tenant): \(error)"
            }
        }
        // The next look tries again: as of tenants whose schema is being brought up to date.
        if failures > 0 {
            logger.warning(
                "tenants without a schedule of what is done each night",
                ["tenants": .integer(Int64(failures)), "cause": .string(cause)]
            )
        }
    }

    private func look(at tenant: TenantID) async throws {
        guard let entry = try database.directory.entry(of: tenant),
            zones.withLock({ $0[tenant] }) != entry.settings.timeZone,
            let actor = Actor(.service, service.text)
        else { return }
        let zone = entry.settings.timeZone
        let scope = try database.scope(
            for: TenantContext(tenant: tenant, actor: actor, scopes: .none),
            before: .now.advanced(by: Self.patience)
        )
        for work in works {
            let timing = Schedule.Timing.cron(
                try Self.expression(for: tenant, at: work.hour),
                timeZone: zone
            )
            let known = try await jobs.schedule(work.scheduleName, in: scope)
            if known?.schedule.timing == timing { continue }
            let schedule = Schedule(work.scheduleName, of: service, timing, [work.step])
            try await jobs.put(schedule, in: scope)
        }
        zones.withLock { $0[tenant] = zone }
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
