internal import Net
@_spi(PostgresSessions) internal import Postgres
internal import Telemetry
@_spi(PostgresSessions) internal import Tenancy

/// Tells workers which tenants have work for them: rows of `node.wakeups`, and a notification.
///
/// Hints are given after the commit of what they tell of, at most once for a tenant in 100 ms, and
/// only make a tenant's next visit earlier. A hint that is lost costs a job the time until the next
/// sweep.
final class WakeupHints: Sendable {
    /// Where there is work.
    struct Place: Hashable, Comparable {
        let node: String
        let tenant: TenantID
        let queue: String

        /// One order for all who write: two that write the same rows do not wait for each other.
        static func < (left: Place, right: Place) -> Bool {
            (left.node, left.tenant, left.queue) < (right.node, right.tenant, right.queue)
        }
    }

    private struct State {
        /// When each place is to be visited.
        var pending: [Place: ContinuousClock.Instant] = [:]
        var isWriting = false
        /// How many hints were given, and how many of them have been written or lost.
        var given = 0
        var settled = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let database: TenantDatabase
    private let loop: EventLoop
    private let pause: Duration
    private let lost: Counter
    private let logger: Logger
    private let state = Locked(State())

    private static let timeout = Duration.seconds(5)

    init(
        _ database: TenantDatabase,
        on loop: EventLoop,
        pause: Duration = .milliseconds(100),
        registry: MetricRegistry,
        logger: Logger
    ) {
        self.database = database
        self.loop = loop
        self.pause = pause
        self.logger = logger
        lost = registry.counter(
            "job_hints_lost_total",
            help: "Hints that could not be written: what they told of is found by the sweep."
        )
    }

    /// Has a place visited after a time; returns at once.
    func give(_ place: Place, after delay: Duration) {
        let time = ContinuousClock.now.advanced(by: delay)
        let isFirst = state.withLock { state in
            state.pending[place] = min(state.pending[place] ?? time, time)
            state.given += 1
            defer { state.isWriting = true }
            return !state.isWriting
        }
        guard isFirst else { return }
        Task(executorPreference: loop) { [self] in await write() }
    }

    /// Waits until all that was given before is written or lost.
    func settle() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                let isSettled = state.settled >= state.given
                if !isSettled { state.waiters.append((state.given, continuation)) }
                return isSettled
            }
            if isSettled { continuation.resume() }
        }
    }

    private func write() async {
        guard await loop.arrive() else { return end() }
        while let (pending, count) = takePending() {
            for (node, places) in Dictionary(grouping: pending.keys, by: \.node) {
                guard await loop.arrive() else { return end() }
                await write(places.sorted(), at: pending, to: node)
            }
            settled(count)
            guard await loop.arrive(), (try? await loop.sleep(for: pause)) != nil else {
                return end()
            }
        }
    }

    /// What is to be written, and how many hints were given by then; nil if nothing is, and then
    /// the next that is given begins to write again.
    private func takePending() -> ([Place: ContinuousClock.Instant], count: Int)? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer { state.pending = [:] }
            return (state.pending, state.given)
        }
    }

    private func settled(_ count: Int) {
        let waiters = state.withLock { state in
            state.settled = max(state.settled, count)
            let done = state.settled
            defer { state.waiters.removeAll { $0.count <= done } }
            return state.waiters.filter { $0.count <= done }
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// The loop has stopped: nothing is written any more.
    private func end() {
        let count = state.withLock { state in
            state.pending = [:]
            state.isWriting = false
            return state.given
        }
        settled(count)
    }

    private func write(
        _ places: [Place],
        at times: [Place: ContinuousClock.Instant],
        to node: String
    ) async {
        let now = loop.now
        // The loop's time is that of its turn: what is due then or a moment later is due at once.
        let delays = places.map { place in
            let delay = now.duration(to: times[place] ?? now).seconds
            return delay < 0.1 ? 0 : delay
        }
        var batch = Batch()
        batch.append(.hint, places.map(\.tenant.text), places.map(\.queue), delays)
        let due = zip(places, delays).filter { $0.1 == 0 }.map(\.0.queue)
        if !due.isEmpty { batch.append(.notifyWorkers, Array(Set(due))) }
        do {
            let deadline = now.advanced(by: Self.timeout)
            _ = try await database.nodePool(node).run(batch, as: nil, .writes, before: deadline)
        } catch {
            lost.increment(by: places.count)
            logger.warning("job hints not written", ["cause": .string("\(error)")])
        }
    }
}

extension Duration {
    /// The longest that anything is put off: ten years.
    private static let longestPause = Duration.seconds(3_652 * 86_400)

    /// The length within what can be added to a time: from zero to ten years.
    var asPause: Duration { min(max(self, .zero), Self.longestPause) }

    /// The length in seconds, rounded to what a `Double` holds.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

extension Statement {
    /// Has tenants visited, unless they are to be visited earlier.
    fileprivate static let hint = Statement(
        "jobs.hint",
        """
        insert into node.wakeups (tenant_id, queue, next_at)
        select tenant_id, queue, clock_timestamp() + make_interval(secs => delay)
        from unnest($1, $2, $3) as hint (tenant_id, queue, delay)
        on conflict (tenant_id, queue) do update
            set next_at = least(wakeups.next_at, excluded.next_at), hints = wakeups.hints + 1
        """
    )

    fileprivate static let notifyWorkers = Statement(
        "jobs.notify_workers",
        "select pg_notify('sextant_jobs', queue) from unnest($1) as due (queue)"
    )
}
