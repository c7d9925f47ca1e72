internal import Net

/// A session of a pool, and what the pool knows of it; it belongs to the loop.
final class PoolSlot: @unchecked Sendable {
    // `@unchecked`: passed to tasks on the loop, used there only.

    /// Who may use the session.
    enum State {
        /// Anyone.
        case shared
        /// Nobody more: whoever asked for it gets it once nothing is on its way.
        case reserved(LeaseRequest)
        /// One transaction.
        case leased
        /// Nobody: it is being looked at after a transaction.
        case cleaning
        /// Nobody more: it is closed once nothing is on its way.
        case retiring
    }

    let session: Session
    var state = State.shared
    let openedAt: ContinuousClock.Instant
    var lastUse: ContinuousClock.Instant
    private(set) var tenants: Set<String> = []
    private var tenantsAtMemoryCheck = 0

    init(_ session: Session, now: ContinuousClock.Instant) {
        self.session = session
        openedAt = now
        lastUse = now
    }

    var load: Int { session.flightCount }

    /// Whether it may take another flight.
    func takesFlights(_ limit: Int) -> Bool {
        guard case .shared = state else { return false }
        return load < limit && !session.isClosed && !session.cancelling.isDangerous
    }

    /// Whether it is nobody's at the moment.
    var isIdle: Bool {
        guard case .shared = state else { return false }
        return load == 0 && !session.isClosed && !session.cancelling.isDangerous
    }

    var isShared: Bool {
        if case .shared = state { return true }
        return false
    }

    var isLeased: Bool {
        if case .leased = state { return true }
        return false
    }

    func hasServed(_ schema: String) -> Bool { tenants.contains(schema) }

    /// Notes whom it serves.
    func serve(_ schema: String, now: ContinuousClock.Instant) {
        lastUse = now
        if !schema.isEmpty { tenants.insert(schema) }
    }

    /// Whether another takes its place now.
    func isWornOut(_ configuration: PostgresPoolConfiguration, now: ContinuousClock.Instant) -> Bool
    {
        tenants.count >= configuration.maximumTenants
            || openedAt.duration(to: now) >= configuration.maximumAge
    }

    /// Whether its memory is to be looked at; asked once for each answer yes.
    func isDueForMemoryCheck(_ configuration: PostgresPoolConfiguration) -> Bool {
        guard tenants.count - tenantsAtMemoryCheck >= configuration.tenantsPerMemoryCheck else {
            return false
        }
        tenantsAtMemoryCheck = tenants.count
        return true
    }
}
