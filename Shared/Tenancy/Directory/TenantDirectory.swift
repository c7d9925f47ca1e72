public import Net
@_spi(PostgresSessions) public import Postgres
public import Telemetry

/// Who the tenants are, as the platform's database has it, and as it was at most five seconds ago.
///
/// One refresh each second fetches what has changed, however many callers ask; they are answered
/// from memory. Streams of a tenant that is suspended or gone are ended. If the database cannot be
/// reached for longer than the five seconds nobody is admitted: whoever was suspended meanwhile
/// would be served.
public final class TenantDirectory: Sendable {
    private let pool: PostgresPool
    private let openCalls: OpenCalls?
    private let logger: Logger
    private let limits: Limits
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Locked(State())

    /// How fresh the directory is.
    public struct Limits: Sendable {
        /// How long after a refresh the next one begins.
        public var interval: Duration = .seconds(1)
        /// How long after a refresh the next one begins if an unknown tenant was asked for.
        public var intervalAfterMiss: Duration = .milliseconds(100)
        /// How long a refresh may take.
        public var timeout: Duration = .seconds(2)
        /// How old what is known may be.
        public var maximumAge: Duration = .seconds(5)

        /// The defaults.
        public init() {}
    }

    private struct State {
        var entries: [TenantID: TenantEntry] = [:]
        /// Those that were deleted while the directory was looking; they never come back.
        var deleted: Set<TenantID> = []
        var ids: [TenantSlug: TenantID] = [:]
        /// The number of the newest change that is known; below all of them at first.
        var version: Int64 = -1
        var refreshedAt: ContinuousClock.Instant?
        /// Whether a tenant was asked for, since the last refresh began, that is not known.
        var hasMissed = false

        mutating func apply(_ version: Int64, _ entry: TenantEntry) {
            self.version = max(self.version, version)
            let old = entries[entry.id]
            if let slug = old?.slug, ids[slug] == entry.id { ids[slug] = nil }
            entries[entry.id] = entry.state == .deleted ? nil : entry
            if entry.state == .deleted { deleted.insert(entry.id) }
            if let slug = entry.slug { ids[slug] = entry.id }
        }
    }

    /// A directory that knows nothing yet.
    ///
    /// - Parameters:
    ///   - pool: the platform's database.
    ///   - openCalls: the streams that are ended with their tenant; nil if there are none.
    ///   - limits: how fresh it is.
    ///   - logger: where failed refreshes are logged.
    ///   - now: the monotonic clock.
    @_spi(PostgresSessions)
    public init(
        _ pool: PostgresPool,
        openCalls: OpenCalls? = nil,
        limits: Limits = Limits(),
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.pool = pool
        self.openCalls = openCalls
        self.limits = limits
        self.logger = logger
        self.now = now
    }

    // MARK: What is known

    /// What is known of a tenant that is active or suspended.
    ///
    /// - Parameter tenant: which.
    /// - Returns: nil if there is none.
    /// - Throws: ``AccessRefusal/staleDirectory`` if what is known is too old to say.
    public func entry(of tenant: TenantID) throws(AccessRefusal) -> TenantEntry? {
        let (entry, isFresh) = state.withLock { state in
            (state.entries[tenant], self.isFresh(state))
        }
        guard isFresh else { throw .staleDirectory }
        return entry
    }

    /// The tenant of a slug; nil if nobody has it.
    ///
    /// - Parameter slug: what people call it.
    /// - Returns: nil if there is none.
    /// - Throws: ``AccessRefusal/staleDirectory`` if what is known is too old to say.
    public func entry(named slug: TenantSlug) throws(AccessRefusal) -> TenantEntry? {
        let (entry, isFresh) = state.withLock { state in
            (state.ids[slug].flatMap { state.entries[$0] }, self.isFresh(state))
        }
        guard isFresh else { throw .staleDirectory }
        return entry
    }

    /// Whether what is known is new enough to say who is served.
    public var isFresh: Bool { state.withLock { isFresh($0) } }

    /// The tenants that are active, in order of their ids: for sweeps.
    public var activeTenants: [TenantID] {
        state.withLock { state in
            state.entries.values.filter { $0.state == .active }.map(\.id)
        }.sorted()
    }

    /// The nodes on which active tenants lie, as the directory calls them.
    public var activeNodes: Set<String> {
        state.withLock { state in
            Set(state.entries.values.lazy.filter { $0.state == .active }.map(\.node))
        }
    }

    private func isFresh(_ state: State) -> Bool {
        state.refreshedAt.map { $0.duration(to: now()) <= limits.maximumAge } ?? false
    }

    // MARK: Refreshing

    /// Keeps the directory fresh until the task is cancelled.
    ///
    /// - Parameters:
    ///   - loop: whose time it is.
    ///   - onRefresh: is told after each refresh, on the loop, why it failed; nil if it did not.
    public func run(
        on loop: EventLoop,
        onRefresh: @escaping @Sendable (PostgresError?) -> Void = { _ in }
    ) async {
        await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { return }
            while !Task.isCancelled {
                do throws(PostgresError) {
                    try await refresh()
                    onRefresh(nil)
                } catch {
                    if Task.isCancelled { return }
                    logger.warning("tenant directory not refreshed", ["cause": .string("\(error)")])
                    onRefresh(error)
                }
                do {
                    try await pause(on: loop)
                } catch {
                    return
                }
            }
        }
    }

    /// Waits until the next refresh is due, or somebody asks for a tenant that may be new.
    private func pause(on loop: EventLoop) async throws(CancellationError) {
        let start = loop.now
        repeat {
            try await loop.sleep(for: min(limits.intervalAfterMiss, limits.interval))
        } while start.duration(to: loop.now) < limits.interval && !state.withLock(\.hasMissed)
    }

    /// Fetches what has changed if one of these tenants is not known: it may be new.
    ///
    /// - Parameter tenants: those that are asked for.
    /// - Throws: `PostgresError`; what was known stays.
    public func lookUp(_ tenants: [TenantID]) async throws(PostgresError) {
        let isMissing = state.withLock { state in
            tenants.contains { state.entries[$0] == nil }
        }
        if isMissing { try await refresh() }
    }

    /// Fetches what has changed, and ends the streams of those who are not served any more.
    ///
    /// - Throws: `PostgresError`; what was known stays.
    public func refresh() async throws(PostgresError) {
        // What is read is at least as new as this.
        let start = now()
        let known = state.withLock { state in
            state.hasMissed = false
            return state.version
        }
        var batch = Batch()
        batch.append(Self.changes, known)
        let deadline = ContinuousClock.now.advanced(by: limits.timeout)
        let rows = try await pool.run(batch, as: nil, .reads, before: deadline)[0]
        var changes: [(version: Int64, entry: TenantEntry)] = []
        for row in rows { changes.append(try Self.change(row)) }
        let found = changes
        let ended: [TenantEntry] = state.withLock { state in
            // If another refresh was faster, some of what this one found may be older.
            let last = state.version
            // The first one of all leaves out whoever is deleted already.
            guard known >= 0 || last < 0 else { return [] }
            let newer = found.filter { $0.version > last }
            for (version, entry) in newer { state.apply(version, entry) }
            state.refreshedAt = max(state.refreshedAt ?? start, start)
            return newer.map(\.entry).filter { $0.state != .active }
        }
        for entry in ended {
            openCalls?.end(entry.id, entry.state == .suspended ? .suspended : .unknownTenant)
        }
    }

    private static let changes = Statement(
        "tenancy.directory_changes",
        """
        select t.id, t.slug, t.state, t.node, t.version, t.settings_version, t.time_zone,
            t.currency, t.week_start, t.attribution_days, t.retention_days,
            coalesce(v.areas, '{}'), coalesce(v.versions, '{}'), coalesce(q.names, '{}'),
            coalesce(q.amounts, '{}'), coalesce(q.windows, '{}'), coalesce(q.bursts, '{}')
        from platform.tenants t
        left join lateral (
            select array_agg(area order by area) as areas,
                array_agg(version::bigint order by area) as versions
            from platform.tenant_versions where tenant_id = t.id
        ) v on true
        left join lateral (
            select array_agg(name order by name) as names,
                array_agg(amount order by name) as amounts,
                array_agg(window_milliseconds order by name) as windows,
                array_agg(burst order by name) as bursts
            from platform.quotas where tenant_id = t.id
        ) q on true
        where t.version > $1 and (t.state <> 'deleted' or $1 >= 0)
        order by t.version
        """
    )

    private static func change(
        _ row: Row
    ) throws(PostgresError) -> (version: Int64, entry: TenantEntry) {
        let (
            id, slug, state, node, version, settingsVersion, timeZone, currency, weekStart,
            attributionDays, retentionDays, areas, versions, quotas, amounts, windows, bursts
        ) = try row.read(
            TenantID.self,
            String?.self,
            TenantEntry.State.self,
            String.self,
            Int64.self,
            Int64.self,
            String.self,
            String.self,
            Int.self,
            Int.self,
            Int.self,
            [String].self,
            [Int].self,
            [String].self,
            [Int].self,
            [Int64].self,
            [Int].self
        )
        var limits: [String: QuotaLimit] = [:]
        for (place, name) in quotas.enumerated() {
            // The table's conditions are those of the limit.
            limits[name] = QuotaLimit(
                amounts[place],
                per: .milliseconds(windows[place]),
                burst: bursts[place]
            )
        }
        let settings = TenantSettings(
            timeZone: timeZone,
            currency: currency,
            weekStart: TenantSettings.Weekday(rawValue: weekStart) ?? .monday,
            attributionDays: attributionDays,
            retentionDays: retentionDays
        )
        let entry = TenantEntry(
            id: id,
            slug: slug.map(TenantSlug.init(kept:)),
            state: state,
            node: node,
            // The table's conditions are those of the settings.
            settings: settings ?? TenantSettings(),
            settingsVersion: settingsVersion,
            versions: Dictionary(zip(areas, versions)) { _, last in last },
            quotas: limits
        )
        return (version, entry)
    }
}

extension TenantDirectory: TenantAdmission {
    /// Refuses tenants that are suspended, gone, or not known yet; see ``TenantAdmission``.
    ///
    /// One that is not known has the next refresh begin soon: its context is signed, so that the
    /// gateway knew it a moment ago, and the caller may ask again.
    public func admit(_ context: VerifiedContext) throws(AccessRefusal) {
        _ = try activeEntry(of: context.tenant)
    }

    /// What is known of a tenant that is served.
    func activeEntry(of tenant: TenantID) throws(AccessRefusal) -> TenantEntry {
        guard let entry = try entry(of: tenant) else {
            let isDeleted = state.withLock { state in
                let isDeleted = state.deleted.contains(tenant)
                if !isDeleted { state.hasMissed = true }
                return isDeleted
            }
            throw isDeleted ? .unknownTenant : .unlistedTenant
        }
        guard entry.state == .active else { throw .suspended }
        return entry
    }
}
