internal import Net

/// The connections of a pool on one loop, and those who wait for one, in the order they came.
///
/// A connection is shared by short reads and writes, whole in one flight each, or leased to one
/// transaction. Confined to its loop.
final class LoopPool: @unchecked Sendable {
    // `@unchecked`: passed to tasks on the loop, used there only.

    let loop: EventLoop
    let dsn: PostgresDSN
    let configuration: PostgresPoolConfiguration
    let blocking: WorkerPool

    private(set) var slots: [PoolSlot] = []
    private var queue = PoolQueue()
    private var openings = 0
    private var retryDelay: Duration
    private var retryTimer: Timer?
    private var sweepTimer: Timer?
    /// Why the last attempt to connect failed; nil after one that did not.
    private var connectFailure: PostgresError?
    private var isMemoryHidden = false
    /// Why nobody is served any more; nil while the pool is open.
    private var endReason: PostgresError?
    private var counts = PostgresPoolStatistics()

    private static let sweepInterval = Duration.seconds(5)

    init(
        _ dsn: PostgresDSN,
        on loop: EventLoop,
        blocking: WorkerPool,
        _ configuration: PostgresPoolConfiguration
    ) {
        self.dsn = dsn
        self.loop = loop
        self.blocking = blocking
        self.configuration = configuration
        retryDelay = configuration.retryDelay
        // Before anyone's first request, as what is asked of a loop is done in order.
        loop.execute { [weak self] in
            if let self { self.loop.whenEnding(self) }
        }
    }

    private var isClosed: Bool { endReason != nil }

    var statistics: PostgresPoolStatistics {
        var all = counts
        all.connections = slots.count
        all.leased = slots.count { $0.isLeased }
        all.connecting = openings
        all.inFlight = slots.reduce(0) { $0 + $1.load }
        all.waiting = queue.count
        return all
    }

    // MARK: Asking

    /// Sends a flight on some connection, now or as soon as there is room.
    func submit(_ flight: Flight) {
        assert(loop.isCurrent, "a pool belongs to its loop")
        if queue.isEmpty, let slot = slotForFlight(of: flight.schema) {
            return send(flight, on: slot)
        }
        flight.whyUnsent = { [weak self] in self?.whyNoConnection() }
        enqueue(.flight(flight))
    }

    /// A connection for one transaction alone.
    func lease(
        for schema: String,
        before deadline: ContinuousClock.Instant
    ) async throws(PostgresError) -> PoolSlot {
        let cancelled = PostgresError(.cancelled, "the caller was cancelled")
        if Task.isCancelled { throw cancelled }
        let promise = Promise<Result<PoolSlot, PostgresError>>()
        let request = LeaseRequest(schema: schema) { promise.fulfil($0) }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                promise.continuation = continuation
                request.expire(at: deadline, on: loop) { [self] in whyNoConnection() }
                enqueue(.lease(request))
            }
        } onCancel: {
            loop.execute { request.finish(.failure(cancelled)) }
        }
        return try result.get()
    }

    private func whyNoConnection() -> PostgresError {
        if let connectFailure, slots.isEmpty { return connectFailure }
        return PostgresError(.poolExhausted, "no connection became free in time")
    }

    private func enqueue(_ waiter: PoolWaiter) {
        if let endReason { return waiter.fail(endReason) }
        if queue.count >= configuration.maximumWaiting { queue.dropAbandoned() }
        guard queue.count < configuration.maximumWaiting else {
            let text = "\(queue.count) wait for a connection already"
            return waiter.fail(PostgresError(.poolExhausted, text))
        }
        queue.append(waiter)
        serve()
    }

    // MARK: Serving

    /// Serves those who wait, as far as there are connections.
    private func serve() {
        while let waiter = queue.first() {
            switch waiter {
            case .flight(let flight):
                guard let slot = slotForFlight(of: flight.schema) else { return open() }
                queue.removeFirst()
                send(flight, on: slot)
            case .lease(let request):
                guard serve(request) else { return }
                queue.removeFirst()
            }
        }
    }

    private func send(_ flight: Flight, on slot: PoolSlot) {
        if slot.load > 0 { open() }
        slot.serve(flight.schema, now: loop.now)
        slot.session.send(flight)
    }

    /// The connection that knows the tenant, or else the one with least to do.
    private func slotForFlight(of schema: String) -> PoolSlot? {
        var best: PoolSlot?
        var bestCost = Int.max
        for slot in slots where slot.takesFlights(configuration.maximumPipelined) {
            // One flight ahead on a connection that knows the tenant costs less than an idle one
            // that does not; of those the one with the fewest tenants takes one more.
            let cost =
                slot.load * 1_000 + (slot.hasServed(schema) ? 0 : 1_100 + slot.tenants.count)
            if cost < bestCost { (best, bestCost) = (slot, cost) }
        }
        return best
    }

    /// Leases a connection, or has one become free for the request.
    ///
    /// - Returns: false if the request must go on waiting.
    private func serve(_ request: LeaseRequest) -> Bool {
        let idle = slots.filter(\.isIdle)
        let known = idle.first { $0.hasServed(request.schema) }
        if let slot = known ?? idle.min(by: { $0.tenants.count < $1.tenants.count }) {
            lease(slot, to: request)
            return true
        }
        open()
        // While connections can be had, those that are shared stay so.
        if canOpen || openings > 0, connectFailure == nil { return false }
        guard let busy = slots.filter(\.isShared).min(by: { $0.load < $1.load }) else {
            return false
        }
        busy.state = .reserved(request)
        return true
    }

    private func lease(_ slot: PoolSlot, to request: LeaseRequest) {
        slot.state = .leased
        slot.serve(request.schema, now: loop.now)
        request.finish(.success(slot))
    }

    /// Takes back a connection that was leased.
    func giveBack(_ slot: PoolSlot) {
        guard !slot.session.isClosed, slot.isLeased else { return }
        slot.state = .cleaning
        clean(slot)
    }

    private func clean(_ slot: PoolSlot) {
        // What was abandoned is ended first: a cancellation could hit what follows.
        guard slot.load == 0, !slot.session.cancelling.isDangerous else { return }
        let deadline = loop.now.advanced(by: configuration.recoveryTimeout)
        slot.session.clean(before: deadline) { [self] isClean in
            guard !slot.session.isClosed else { return }
            if isClean {
                slot.state = .shared
                settle(slot)
            } else {
                counts.dirty += 1
                close(slot, PostgresError(.closed, "the session is not as it was"))
            }
        }
    }

    /// Finds out what becomes of a connection with which something has ended.
    private func settle(_ slot: PoolSlot) {
        switch slot.state {
        case .reserved(let request):
            guard slot.load == 0, !slot.session.cancelling.isDangerous else { return }
            if request.isOver {
                slot.state = .shared
            } else {
                return lease(slot, to: request)
            }
        case .cleaning: return clean(slot)
        case .leased: return
        case .retiring, .shared: break
        }
        if isClosed || slot.isWornOut(configuration, now: loop.now) { slot.state = .retiring }
        if case .retiring = slot.state {
            if slot.load == 0 { retire(slot) }
        } else if slot.isDueForMemoryCheck(configuration), !isMemoryHidden {
            checkMemory(of: slot)
        }
        serve()
    }

    private func retire(_ slot: PoolSlot) {
        counts.recycled += isClosed ? 0 : 1
        close(slot, PostgresError(.closed, "the connection is retired"))
    }

    private func close(_ slot: PoolSlot, _ error: PostgresError) {
        slots.removeAll { $0 === slot }
        slot.session.close(error)
        if !isClosed { serve() }
    }

    // MARK: Memory

    private static let memoryStatement = Statement(
        reserved: "pool.backend_memory",
        "select coalesce(sum(total_bytes), 0)::bigint from pg_backend_memory_contexts"
    )

    private func checkMemory(of slot: PoolSlot) {
        var batch = Batch()
        batch.append(Self.memoryStatement)
        let flight = Flight(batch, schema: "", effect: .none) { [self] outcome in
            switch outcome {
            case .success(let results):
                let row = Row(result: results[0], index: 0, queryName: "pool.backend_memory")
                let bytes = try? row.read(Int.self, at: 0)
                if let bytes, bytes > configuration.maximumBackendBytes, slot.isShared {
                    slot.state = .retiring
                }
            case .failure(let error):
                isMemoryHidden = error.sqlState == .insufficientPrivilege
            }
        }
        slot.session.send(flight)
    }

    // MARK: Connecting

    private var canOpen: Bool {
        slots.count + openings < configuration.maximumConnections && !isClosed
    }

    /// Makes another connection if there may be one, unless the last attempt has just failed.
    private func open() {
        guard canOpen, retryTimer == nil else { return }
        openings += 1
        scheduleSweep()
        var limits = SessionLimits()
        limits.keptStatements = configuration.keptStatements
        limits.recovery = configuration.recoveryTimeout
        Task.immediate(executorPreference: loop) { [self, limits] in
            do throws(PostgresError) {
                let session = try await SessionOpening.open(
                    dsn,
                    on: loop,
                    blocking: blocking,
                    limits: limits,
                    within: configuration.connectTimeout
                )
                if loop.isCurrent { opened(session) }
            } catch {
                if loop.isCurrent { openingFailed(error) }
            }
        }
    }

    private func opened(_ session: Session) {
        openings -= 1
        counts.opened += 1
        connectFailure = nil
        retryDelay = configuration.retryDelay
        if let endReason { return session.close(endReason) }
        session.owner = self
        slots.append(PoolSlot(session, now: loop.now))
        serve()
    }

    private func openingFailed(_ error: PostgresError) {
        openings -= 1
        connectFailure = error
        // Trying again does not help those who wait.
        if error.kind == .loginRefused, slots.isEmpty {
            for waiter in queue.removeAll() { waiter.fail(error) }
        }
        guard retryTimer == nil, !isClosed else { return }
        retryTimer = loop.schedule(after: retryDelay) { [self] in
            retryTimer = nil
            serve()
        }
        retryDelay = min(retryDelay * 2, configuration.longestRetryDelay)
    }

    // MARK: Age

    private func scheduleSweep() {
        guard sweepTimer == nil, !isClosed else { return }
        sweepTimer = loop.schedule(after: Self.sweepInterval) { [weak self] in self?.sweep() }
    }

    /// Closes connections that are old, or that nobody has used.
    private func sweep() {
        sweepTimer = nil
        let now = loop.now
        queue.dropAbandoned()
        for slot in slots where slot.isIdle {
            let isUnused = slot.lastUse.duration(to: now) >= configuration.maximumIdle
            if isUnused || slot.isWornOut(configuration, now: now) {
                slot.state = .retiring
                retire(slot)
            }
        }
        if !slots.isEmpty || openings > 0 { scheduleSweep() }
    }

    // MARK: The end

    /// Refuses those who wait, and closes each connection once nothing is on its way.
    func close() { close(PostgresError(.closed, "the pool is closed")) }

    private func close(_ reason: PostgresError) {
        guard endReason == nil else { return }
        endReason = reason
        retryTimer?.cancel()
        sweepTimer?.cancel()
        for waiter in queue.removeAll() { waiter.fail(reason) }
        for slot in slots { settle(slot) }
    }
}

extension LoopPool: LoopEndHandler {
    /// Neither the next attempt to connect nor anyone's deadline would come.
    func loopEnding() { close(.loopStopped) }
}

extension LoopPool: SessionOwner {
    func sessionAdvanced(_ session: Session) {
        guard let slot = slots.first(where: { $0.session === session }) else { return }
        settle(slot)
    }

    func session(_ session: Session, returns flight: Flight) {
        if let slot = slotForFlight(of: flight.schema) { return send(flight, on: slot) }
        enqueue(.flight(flight))
    }

    func sessionClosed(_ session: Session, _ error: PostgresError) {
        guard let index = slots.firstIndex(where: { $0.session === session }) else { return }
        let slot = slots.remove(at: index)
        counts.lost += 1
        if case .reserved(let request) = slot.state, !request.isOver { enqueue(.lease(request)) }
        serve()
    }
}
