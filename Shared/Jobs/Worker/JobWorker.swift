internal import Crypto
public import Net
public import Observe
@_spi(PostgresSessions) internal import Postgres
public import RPC
public import Telemetry
public import Tenancy

/// Does a service's jobs, for all tenants: it finds them, takes leases on them, and sees them to
/// their ends.
///
/// Of the workers on all machines each job has one at a time. What a job does to the database by
/// ``JobRun/complete(_:within:_:)``, or together with a checkpoint, happens exactly once, however
/// many attempts it takes; anything else at least once. A worker that is lost is replaced as soon
/// as its lease has ended and someone has looked: 31 s after its last word, the first time.
public final class JobWorker: Sendable {
    /// The service.
    public let queue: ServiceName
    let database: TenantDatabase
    let configuration: JobWorkerConfiguration
    let handlers: [String: JobHandler]
    /// The kinds of jobs that it does, and how often each may cost a worker.
    let kinds: [String]
    let mostCrashes: [Int64]
    /// Those of them of which many are done together.
    let groupedKinds: [String]
    let jobs: JobQueue
    let metrics: JobMetrics
    let logger: Logger
    let errorMapping: @Sendable (any Error) -> RPCError?
    let telemetry: CallTelemetry?
    let spans: (any SpanSink)?
    let loop: EventLoop
    let group: EventLoopGroup
    let blocking: WorkerPool
    /// What this worker is called in rows and logs.
    let name: String
    let state = Locked(State())

    struct State {
        /// By a number of their own: a job may come again while an attempt at it still unwinds.
        var running: [Int: Running] = [:]
        var attempts = 0
        var perTenant: [TenantID: Int] = [:]
        /// Tenants that may have more work than they may have done at once.
        var heldBack: Set<TenantID> = []
        /// Those of them of whose jobs one has ended.
        var resumed: Set<TenantID> = []
        var isStopping = false
        /// Whether a stop has waited long enough for jobs that do not end.
        var isAbandoned = false
        var hasNews = false
        var contacts: [String: NodeContact] = [:]
        var server: Task<Void, Never>?
        var sleeper: CheckedContinuation<Void, Never>?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// A job that this worker has, or several that are done together.
    struct Running {
        let ids: [JobID]
        let task: Task<Void, Never>
        let run: Locked<JobRun.State>
    }

    /// A worker, which does nothing before ``start()``.
    ///
    /// - Parameters:
    ///   - queue: the service whose jobs it does.
    ///   - handlers: how, each kind once; jobs of other kinds wait for a worker that knows them.
    ///   - database: the databases of the service.
    ///   - jobs: takes jobs that follow others.
    ///   - group: the loops on which jobs run.
    ///   - blocking: where names are looked up.
    ///   - configuration: how much at once.
    ///   - name: what the worker is called, as its machine.
    ///   - errorMapping: what the service's own errors mean to owners of jobs, as to callers; nil
    ///     for what it does not know.
    ///   - telemetry: watches the calls that jobs make; nil if nobody does.
    ///   - spans: where the spans of jobs go; nil if nowhere.
    ///   - registry: where jobs are counted; once for each registry.
    ///   - logger: where they are logged.
    public init(
        _ queue: ServiceName,
        _ handlers: [JobHandler],
        on database: TenantDatabase,
        _ jobs: JobQueue,
        group: EventLoopGroup,
        blocking: WorkerPool,
        configuration: JobWorkerConfiguration = JobWorkerConfiguration(),
        name: String,
        errorMapping: @escaping @Sendable (any Error) -> RPCError? = { _ in nil },
        telemetry: CallTelemetry? = nil,
        spans: (any SpanSink)? = nil,
        registry: MetricRegistry,
        logger: Logger
    ) {
        precondition(
            handlers.allSatisfy { $0.queue == queue.text }
                && Set(handlers.map(\.kind)).count == handlers.count,
            "handlers are of the worker's queue, one for each kind"
        )
        precondition(
            configuration.mostRunning > 0 && configuration.mostPerTenant > 0
                && configuration.lease > configuration.heartbeat
                && configuration.heartbeat > .zero && configuration.poll > .zero,
            "a worker runs jobs, and tells of itself before its leases end"
        )
        self.queue = queue
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { first, _ in first }
        kinds = handlers.map(\.kind)
        mostCrashes = handlers.map { Int64($0.retries.mostCrashes) }
        groupedKinds = handlers.filter { $0.mostTogether > 1 }.map(\.kind)
        self.database = database
        self.jobs = jobs
        self.group = group
        self.blocking = blocking
        self.configuration = configuration
        self.name = String(name.prefix(100))
        self.errorMapping = errorMapping
        self.telemetry = telemetry
        self.spans = spans
        self.logger = logger
        metrics = JobMetrics(registry)
        loop = group.next()
    }

    // MARK: Starting and stopping

    /// Begins to look for work.
    public func start() {
        state.withLock { state in
            guard state.server == nil, !state.isStopping else { return }
            state.server = Task(executorPreference: loop) { [self] in
                guard await loop.arrive() else { return }
                await serve()
            }
        }
    }

    /// Takes no more jobs, and lets those that run end.
    ///
    /// - Parameter limit: how long they have; then they are cancelled, and given back for other
    ///   workers to go on with at once. One that does not end even then is left behind: its lease
    ///   ends, and nothing that it does counts any more.
    public func stop(within limit: Duration) async {
        let server = state.withLock { state in
            state.isStopping = true
            for running in state.running.values { running.run.withLock { $0.isStopping = true } }
            return state.server
        }
        wake()
        let timers = [
            later(after: limit) { $0.cancelRunning() },
            later(after: limit + configuration.unwinding) { $0.abandonRunning() },
        ]
        await server?.value
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let isOver = state.running.isEmpty || state.isAbandoned
                if !isOver { state.waiters.append(continuation) }
                return isOver
            }
            if isOver { continuation.resume() }
        }
        for timer in timers {
            timer.cancel()
            await timer.value
        }
        await jobs.settle()
    }

    private func later(
        after delay: Duration,
        _ action: @escaping @Sendable (JobWorker) -> Void
    ) -> Task<Void, Never> {
        Task(executorPreference: loop) { [self] in
            guard await loop.arrive() else { return action(self) }
            do {
                try await loop.sleep(for: delay)
            } catch {
                return
            }
            action(self)
        }
    }

    private func cancelRunning() {
        for running in state.withLock({ Array($0.running.values) }) { running.task.cancel() }
    }

    private func abandonRunning() {
        let (left, waiters) = state.withLock { state in
            state.isAbandoned = true
            defer { state.waiters = [] }
            return (state.running.values.flatMap(\.ids), state.waiters)
        }
        for id in left { logger.error("job does not end", ["job": .string("\(id)")]) }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: The turns

    /// Has the next turn begin now.
    func wake() {
        let sleeper = state.withLock { state in
            state.hasNews = true
            return state.sleeper.take()
        }
        sleeper?.resume()
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    private func serve() async {
        var sweep = TenantSweep(configuration.sweep)
        let listeners = WakeupListeners(self)
        var nextSweep = ContinuousClock.now
        while !isStopping, await loop.arrive() {
            state.withLock { $0.hasNews = false }
            let nodes = database.directory.activeNodes
            listeners.listen(on: nodes)
            // Who is not sure who the tenants are leaves them to others.
            if database.directory.isFresh {
                await visitDueTenants(on: nodes)
                guard await loop.arrive() else { break }
                // A turn for each job that ends is not one for all tenants.
                if loop.now >= nextSweep {
                    nextSweep = loop.now.advanced(by: configuration.poll)
                    await visit(sweep.next(database.directory.activeTenants, at: loop.now))
                    for node in nodes { await measureBacklog(on: node) }
                }
            }
            guard await loop.arrive() else { break }
            await pause()
        }
        await listeners.end()
    }

    /// Visits tenants of whom nobody has said that they have work.
    private func visit(_ tenants: [TenantID]) async {
        for tenant in tenants where !isStopping { await tryToVisit(tenant, isSweep: true) }
    }

    /// Waits for news, or until it is time to look anyway.
    private func pause() async {
        let timer = loop.schedule(after: configuration.poll) { [self] in wake() }
        await withCheckedContinuation { continuation in
            let isWaiting = state.withLock { state in
                if !state.hasNews { state.sleeper = continuation }
                return !state.hasNews
            }
            if !isWaiting { continuation.resume() }
        }
        if loop.isCurrent { timer.cancel() }
    }

    /// How many more jobs it may start.
    var room: Int {
        state.withLock { $0.isStopping ? 0 : configuration.mostRunning - $0.running.count }
    }

    /// How many more jobs of a tenant it may start, and whether it is the tenant's own share that
    /// allows no more.
    func room(for tenant: TenantID) -> (count: Int, isShare: Bool) {
        state.withLock { state in
            guard !state.isStopping else { return (0, false) }
            let all = configuration.mostRunning - state.running.count
            let share = configuration.mostPerTenant - state.perTenant[tenant, default: 0]
            return (min(all, share), share <= all)
        }
    }

    /// Has a tenant visited again when one of its jobs has ended.
    func holdBack(_ tenant: TenantID) {
        state.withLock { state in
            // If the last has ended meanwhile nobody else will see to it.
            if state.perTenant[tenant, default: 0] < configuration.mostPerTenant {
                state.resumed.insert(tenant)
                state.hasNews = true
            } else {
                state.heldBack.insert(tenant)
            }
        }
    }
}
