internal import Net

/// The connections of one loop to the servers of a target, and the calls that wait for one.
///
/// Confined to its loop.
final class ConnectionPool: @unchecked Sendable {
    // `@unchecked`: passed to tasks on the loop, used there only.

    let loop: EventLoop
    let configuration: RPCClientConfiguration
    let authority: String
    private let target: RPCTarget

    private var slots: [ConnectionSlot] = []
    private var nextSlot = 0
    private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter = 0
    private var isResolving = false
    /// Until when the addresses are believed; nil if they are not.
    private var believedUntil: ContinuousClock.Instant?
    /// Why the last attempt to find addresses failed.
    private var resolveFailure: String?
    private var isClosed = false

    init(_ target: RPCTarget, on loop: EventLoop, _ configuration: RPCClientConfiguration) {
        self.loop = loop
        self.target = target
        self.configuration = configuration
        authority = target.authority
    }

    /// A connection on which a call can be made now, in turn; nil if there is none.
    var connectionNow: HTTP2Client? {
        refresh()
        return pick()
    }

    /// Waits for a connection.
    ///
    /// - Parameter deadline: when the call must be over.
    /// - Throws: ``RPCError`` with UNAVAILABLE if all servers fail, or DEADLINE_EXCEEDED.
    func wait(before deadline: ContinuousClock.Instant?) async throws(RPCError) {
        if isClosed { throw unavailable("the client was closed") }
        if let reason = failure { throw unavailable(reason) }
        if let deadline, loop.now >= deadline {
            throw RPCError(.deadlineExceeded, "the deadline has passed")
        }
        guard waiters.count < configuration.maximumWaitingCalls else {
            throw RPCError(
                .unavailable,
                "\(waiters.count) calls wait for a connection already",
                origin: .local,
                isUnprocessed: true
            )
        }
        try await sleep(until: deadline)
    }

    /// The next connection in turn that takes a call.
    private func pick() -> HTTP2Client? {
        // Slots connect by themselves: as soon as they exist, and again when they have failed.
        for _ in slots.indices {
            if nextSlot >= slots.count { nextSlot = 0 }
            let slot = slots[nextSlot]
            nextSlot += 1
            if let client = slot.ready { return client }
        }
        return nil
    }

    /// Why no call can be made soon; nil while there is hope.
    private var failure: String? {
        if slots.isEmpty { return resolveFailure }
        guard slots.allSatisfy(\.isFailing) else { return nil }
        return slots.compactMap { slot in slot.failure.map { "\(slot.address): \($0)" } }
            .joined(separator: "; ")
    }

    private func unavailable(_ reason: String) -> RPCError {
        RPCError(
            .unavailable,
            "the service cannot be reached",
            logMessage: reason,
            origin: .local,
            isUnprocessed: true
        )
    }

    // MARK: Waiting

    private func sleep(until deadline: ContinuousClock.Instant?) async throws(RPCError) {
        let number = nextWaiter
        nextWaiter += 1
        let timer = deadline.map { deadline in
            loop.schedule(after: loop.now.duration(to: deadline)) { [weak self] in
                self?.wake(number)
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiters[number] = $0 }
        } onCancel: {
            loop.execute { self.wake(number) }
        }
        timer?.cancel()
        if Task.isCancelled { throw RPCError(.cancelled, "the call was cancelled") }
    }

    private func wake(_ number: Int) {
        waiters.removeValue(forKey: number)?.resume()
    }

    /// Has all who wait look again.
    func serveWaiters() {
        guard !waiters.isEmpty else { return }
        let woken = waiters.sorted { $0.key < $1.key }
        waiters = [:]
        for (_, waiter) in woken { waiter.resume() }
    }

    // MARK: What the slots tell

    /// An attempt to connect has failed, or a server does not serve.
    func connectionFailed() {
        // Whoever was there may have started again elsewhere: the next call asks.
        let soon = loop.now + configuration.firstBackoff
        believedUntil = min(believedUntil ?? soon, soon)
        serveWaiters()
    }

    /// A connection has ended, or takes no more calls.
    func connectionLost() {
        believedUntil = nil
        refresh()
        for slot in slots { slot.connectAnyway() }
        serveWaiters()
    }

    // MARK: Addresses

    /// Asks for the addresses again if they are not believed any more.
    private func refresh() {
        guard !isResolving, !isClosed else { return }
        if let believedUntil, loop.now < believedUntil { return }
        isResolving = true
        let (target, loop) = (target, loop)
        Task(executorPreference: loop) { [self] in
            do {
                resolved(try await target.resolve())
            } catch {
                resolveFailure = "\(error)"
                isResolving = false
                // Asked again by the next call, but not at once for each of many.
                believedUntil = loop.now + configuration.firstBackoff
                serveWaiters()
            }
        }
    }

    private func resolved(_ addresses: [SocketAddress]) {
        isResolving = false
        believedUntil = loop.now + configuration.resolveInterval
        guard !isClosed else { return }
        guard !addresses.isEmpty else {
            resolveFailure = "the name has no address"
            return serveWaiters()
        }
        resolveFailure = nil
        let count = min(
            max(configuration.connectionsPerLoop, addresses.count),
            configuration.maximumConnectionsPerLoop
        )
        // A loop begins at an address of its own, so that few of many are not all the same.
        var wanted = (0..<count).map { addresses[($0 + loop.index) % addresses.count] }
        var kept: [ConnectionSlot] = []
        for slot in slots {
            if let place = wanted.firstIndex(of: slot.address) {
                wanted.remove(at: place)
                kept.append(slot)
            } else {
                slot.close()
            }
        }
        slots = kept + wanted.map { ConnectionSlot($0, in: self) }
        for slot in slots { slot.connect() }
        serveWaiters()
    }

    /// Closes all connections in good order, after their calls; later calls fail.
    func close() {
        isClosed = true
        for slot in slots { slot.close() }
        slots = []
        serveWaiters()
    }
}
