internal import Jobs
internal import Lifecycle
internal import Net
internal import RPC
internal import Telemetry
internal import Tenancy

/// Sees to it that timelines follow the events: it looks for tenants of whom something has changed,
/// and has a job do the rest.
final class TimelineKeeper: Sendable {
    /// How long after a look at all tenants comes the next.
    private static let interval = Duration.seconds(20)
    /// How long the look at one tenant may take.
    private static let patience = Duration.seconds(10)

    private let service: ServiceName
    private let database: TenantDatabase
    private let jobs: TimelineJobs
    private let logger: Logger
    private let feed = TimelineFeed()

    init(
        of service: ServiceName,
        _ database: TenantDatabase,
        _ jobs: TimelineJobs,
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
        return ServiceComponent("timelines") { [self] in
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

    /// Looks at all tenants.
    func look() async {
        var (failures, cause) = (0, "")
        for tenant in database.directory.activeTenants {
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
                "tenants whose timelines cannot be looked at",
                ["tenants": .integer(Int64(failures)), "cause": .string(cause)]
            )
        }
    }

    private func look(at tenant: TenantID) async throws {
        guard let actor = Actor(.service, service.text) else { return }
        let scope = try database.scope(
            for: TenantContext(tenant: tenant, actor: actor, scopes: .none),
            before: .now.advanced(by: Self.patience)
        )
        if try await feed.hasNews(in: scope) {
            _ = try await jobs.queue.enqueue([jobs.job], in: scope)
        }
    }
}
