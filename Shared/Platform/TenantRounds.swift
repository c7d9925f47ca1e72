public import Lifecycle
public import Net
public import Telemetry
public import Tenancy

/// Looks at all tenants of a service again and again, one after the other: those that are there,
/// and those that come.
public struct TenantRounds: Sendable {
    private let name: String
    private let interval: Duration
    private let service: ServiceName
    private let database: TenantDatabase
    private let logger: Logger
    private let visit: @Sendable (TenantScope) async throws -> Void

    /// How long the look at one tenant may take.
    private static let patience = Duration.seconds(10)

    /// Rounds.
    ///
    /// - Parameters:
    ///   - name: what is looked after, as `nightly schedules`: for the log.
    ///   - interval: how long after a round comes the next.
    ///   - service: in whose name tenants are looked at.
    ///   - database: the tenants'.
    ///   - logger: is told of rounds in which tenants could not be looked at.
    ///   - visit: looks at a tenant, in a scope without any rights to call.
    public init(
        _ name: String,
        every interval: Duration,
        of service: ServiceName,
        on database: TenantDatabase,
        logger: Logger,
        _ visit: @escaping @Sendable (TenantScope) async throws -> Void
    ) {
        self.name = name
        self.interval = interval
        self.service = service
        self.database = database
        self.logger = logger
        self.visit = visit
    }

    /// The part of a program that makes them.
    ///
    /// - Parameter loop: whose time it is.
    /// - Returns: the part.
    public func component(on loop: EventLoop) -> ServiceComponent {
        let task = Locked<Task<Void, Never>?>(nil)
        return ServiceComponent(name) { [self] in
            let looking = Task(executorPreference: loop) { [self] in
                guard await loop.arrive() else { return }
                while !Task.isCancelled {
                    await look()
                    do {
                        try await loop.sleep(for: interval)
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

    /// One round.
    public func look() async {
        guard let actor = Actor(.service, service.text) else { return }
        var (failures, cause) = (0, "")
        for tenant in database.directory.activeTenants {
            if Task.isCancelled { return }
            do {
                let context = TenantContext(tenant: tenant, actor: actor, scopes: .none)
                let deadline = ContinuousClock.now.advanced(by: Self.patience)
                try await visit(try database.scope(for: context, before: deadline))
            } catch {
                failures += 1
                cause = "tenant \(tenant): \(error)"
            }
        }
        // The next round tries again: as of tenants whose schema is being brought up to date.
        if failures > 0 {
            logger.warning(
                "tenants could not be looked at",
                [
                    "rounds": .string(name), "tenants": .integer(Int64(failures)),
                    "cause": .string(cause),
                ]
            )
        }
    }
}
