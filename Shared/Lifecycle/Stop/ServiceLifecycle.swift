public import Glibc
public import Net
internal import Synchronization

/// Starts the components of a service in order, and stops them in the reverse order.
///
/// Components are given so that each may use those before it: telemetry first, then pools, jobs,
/// and servers last. A stop then is:
///
/// 1. readiness ends;
/// 2. servers still take requests for a while, as those who balance load learn of it;
/// 3. components stop, the last first: servers drain, jobs stop, telemetry is flushed.
///
/// A component that does not start stops those before it. One that does not stop in its time is
/// named in the report, and the others are stopped all the same. If the whole takes longer than it
/// may, as when a component blocks the threads that tasks run on, the process ends with status 1.
public final class ServiceLifecycle: Sendable {
    private let components: [ServiceComponent]
    private let readiness: [ServiceReadiness]
    private let hasStarted: [ReadinessCondition]
    private let configuration: LifecycleConfiguration
    private let clock: any LifecycleClock
    private let endAtOnce: @Sendable (Int32) -> Void
    private let onEvent: @Sendable (LifecycleEvent) -> Void

    private let request = StopRequest()
    private let hasRun = Atomic(false)

    /// Describes a service; nothing is started yet.
    ///
    /// - Parameters:
    ///   - components: what to start, in order.
    ///   - readiness: of the service, or of each that shares the process: gets the condition
    ///     `start`, and is drained by a stop.
    ///   - configuration: how long a stop may take.
    ///   - clock: what time is measured by; by default the system's.
    ///   - onEvent: is told what happens, for the log; it must not block.
    ///   - endAtOnce: ends a process that cannot stop in time, with a status; a parameter for
    ///     tests.
    /// - Throws: ``Net/SystemError`` if the process is out of threads or descriptors.
    public init(
        _ components: [ServiceComponent],
        readiness: [ServiceReadiness],
        configuration: LifecycleConfiguration = LifecycleConfiguration(),
        clock: (any LifecycleClock)? = nil,
        onEvent: @escaping @Sendable (LifecycleEvent) -> Void = { _ in },
        endAtOnce: @escaping @Sendable (_ status: Int32) -> Void = { _exit($0) }
    ) throws(SystemError) {
        self.components = components
        self.readiness = readiness
        self.configuration = configuration
        if let clock { self.clock = clock } else { self.clock = try SystemLifecycleClock() }
        self.endAtOnce = endAtOnce
        self.onEvent = onEvent
        hasStarted = readiness.map { $0.addCondition("start", reason: "starting") }
    }

    /// Asks for a stop; the first cause is the one that is reported.
    ///
    /// Any thread may call, any number of times, also before ``run()``.
    public func requestStop(_ cause: StopCause) {
        request.make(StopRequest.Details(cause: cause, time: clock.now))
    }

    /// Starts the service, waits until it is to stop, and stops it; once.
    ///
    /// - Returns: how it went.
    public func run() async -> LifecycleReport {
        let isFirst = !hasRun.exchange(true, ordering: .relaxed)
        precondition(isFirst, "a service runs once")
        let disarm = armOverrun()
        var (started, outcomes) = await startAll()
        // Who stops before that was never sent a request.
        let hasServed = request.details == nil
        if hasServed {
            for condition in hasStarted { condition.fulfil() }
            onEvent(.started)
        }
        let stop = await request.wait()
        for each in readiness { each.beginDraining() }
        onEvent(.stopping(stop.cause))
        let end = stop.time + configuration.stopLimit - configuration.reserve
        if hasServed { await waitForEndpoints(until: end) }
        while let component = started.popLast() {
            outcomes.append(await self.stop(component, before: started, until: end))
        }
        disarm()
        return LifecycleReport(
            cause: stop.cause,
            outcomes: outcomes,
            stopDuration: clock.now - stop.time
        )
    }

    // MARK: Starting

    /// Starts components until one does not start, or a stop is asked for.
    private func startAll() async -> (started: [ServiceComponent], outcomes: [ComponentOutcome]) {
        var started: [ServiceComponent] = []
        var outcomes: [ComponentOutcome] = []
        for component in components {
            if request.details != nil { break }
            let outcome = await start(component)
            outcomes.append(outcome)
            onEvent(.ended(outcome))
            if outcome.result == .done {
                started.append(component)
            } else {
                // Changes nothing if the start was interrupted by another request.
                requestStop(.startFailure(component: component.name))
            }
        }
        return (started, outcomes)
    }

    private func start(_ component: ServiceComponent) async -> ComponentOutcome {
        onEvent(.starting(component.name))
        let begin = clock.now
        let limit = component.startLimit
        let call = TimedCall(limit: limit, clock: clock, component.start)
        // Those that have started must have their part of the time.
        let patience = min(component.stopLimit, configuration.stopLimit / 2)
        let forget = request.whenMade { _ in call.cancel(limit: patience) }
        let outcome = await call.outcome()
        forget()
        let result: ComponentOutcome.Result =
            switch outcome {
            case .returned: .done
            case .threw where request.details != nil: .interrupted
            case .outOfTime where request.details != nil: .interrupted
            case .threw(let error): .failed(oneLine("\(error)"))
            case .outOfTime: .outOfTime(limit: limit)
            }
        return ComponentOutcome(
            component: component.name,
            phase: .start,
            result: result,
            duration: clock.now - begin
        )
    }

    // MARK: Stopping

    /// Makes sure that the process ends in time once a stop is asked for.
    ///
    /// - Returns: takes that back.
    private func armOverrun() -> @Sendable () -> Void {
        let isOver = Locked(false)
        // Set by whoever asks for the stop, as there may be no thread left for tasks; the stop may
        // even be over before it is set.
        let forget = request.whenMade { [clock, configuration, endAtOnce] _ in
            _ = clock.call(after: configuration.stopLimit) {
                if !isOver.withLock({ $0 }) { endAtOnce(1) }
            }
        }
        return {
            forget()
            isOver.withLock { $0 = true }
        }
    }

    private func waitForEndpoints(until end: Duration) async {
        let delay = min(configuration.endpointDelay, (end - clock.now) / 2)
        guard delay > .zero else { return }
        onEvent(.waitingForEndpoints(delay))
        await withCheckedContinuation { continuation in
            _ = clock.call(after: delay) { continuation.resume() }
        }
    }

    /// Stops a component.
    ///
    /// - Parameters:
    ///   - component: what to stop.
    ///   - others: what is stopped after it, and must have its part of the time.
    ///   - end: when all must have stopped.
    /// - Returns: how it went.
    private func stop(
        _ component: ServiceComponent,
        before others: [ServiceComponent],
        until end: Duration
    ) async -> ComponentOutcome {
        let begin = clock.now
        let remaining = max(end - begin, .zero)
        let wanted = others.reduce(component.stopLimit) { $0 + $1.stopLimit }
        let limit =
            wanted <= remaining
            ? component.stopLimit : remaining * (component.stopLimit / wanted)
        onEvent(.stoppingComponent(component.name, limit: limit))
        let call = TimedCall(limit: limit, clock: clock) { try await component.stop(limit) }
        let result: ComponentOutcome.Result =
            switch await call.outcome() {
            case .returned: .done
            case .threw(let error): .failed(oneLine("\(error)"))
            case .outOfTime: .outOfTime(limit: limit)
            }
        let outcome = ComponentOutcome(
            component: component.name,
            phase: .stop,
            result: result,
            duration: clock.now - begin
        )
        onEvent(.ended(outcome))
        return outcome
    }
}

extension ServiceLifecycle {
    /// Like ``run()``, stopped by signals; see ``SignalWatch``.
    ///
    /// - Parameters:
    ///   - signals: what each signal means.
    ///   - onReload: reads certificates and the like anew; it may block.
    /// - Returns: how it went.
    /// - Throws: ``Net/SystemError`` if signals cannot be watched; then nothing was started.
    public func run(
        watching signals: WatchedSignals,
        onReload: @escaping @Sendable () -> Void = {}
    ) async throws(SystemError) -> LifecycleReport {
        let watch = try SignalWatch(signals, onReload: onReload) { self.requestStop(.signal($0)) }
        let report = await run()
        watch.close()
        return report
    }
}
