internal import Jobs
internal import Lifecycle
internal import Messages
internal import Net
internal import RPC
internal import Telemetry
internal import Tenancy

/// Sees to it that every tenant has the schedule of nightly snapshots, by the clocks of its own
/// time zone: tenants that are there, and those that come.
///
/// A tenant that is looked at is not looked at again before its time zone changes. Whoever wants no
/// snapshots pauses the schedule, which stays so.
final class NightlySnapshots: Sendable {
    /// What the schedule is called.
    static let scheduleName = "data-quality"
    /// The hour, by the tenant's clocks.
    private static let hour = 2
    /// How often is looked for tenants that are new.
    private static let interval = Duration.seconds(60)
    /// How long the look at one tenant may take.
    private static let patience = Duration.seconds(10)

    private let service: ServiceName
    private let database: TenantDatabase
    private let jobs: JobQueue
    private let logger: Logger
    private let zones = Locked<[TenantID: String]>([:])

    init(
        of service: ServiceName,
        _ database: TenantDatabase,
        _ jobs: JobQueue,
        logger: Logger
    ) {
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
        return ServiceComponent("nightly snapshots") { [self] in
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

    /// Looks at the tenants whose schedule is not known to be right.
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
                "tenants without a schedule of nightly snapshots",
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
        let timing = Schedule.Timing.cron(try Self.expression(for: tenant), timeZone: zone)
        let known = try await jobs.schedule(Self.scheduleName, in: scope)
        if known?.schedule.timing != timing {
            let step = Schedule.Step(
                SnapshotJob.type(of: service),
                IngestV1.TakeSnapshotRequest()
            )
            try await jobs.put(
                Schedule(Self.scheduleName, of: service, timing, [step]),
                in: scope
            )
        }
        zones.withLock { $0[tenant] = zone }
    }

    /// A minute of the hour, the same for a tenant each time: not all of a zone at once.
    private static func expression(for tenant: TenantID) throws -> CronExpression {
        let minute = tenant.text.utf8.reduce(0) { ($0 * 31 + Int($1)) % 60 }
        return try CronExpression("\(minute) \(hour) * * *")
    }
}
