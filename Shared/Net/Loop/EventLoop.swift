internal import Glibc
internal import Synchronization
internal import Wire

/// One thread that waits for descriptors, timers and work, until it is stopped.
///
/// A turn: wait → events → work for at most a millisecond → due timers → those who asked to be
/// called when the turn ends. As a `TaskExecutor` it runs tasks started with
/// `Task.immediate(executorPreference:)`; plain tasks do not come here.
public final class EventLoop: TaskExecutor, @unchecked Sendable {
    // `@unchecked`: `mailbox` and the atomics serve all threads; everything else belongs to the
    // loop's thread, which `assertIsCurrent` checks in debug builds.

    /// Its number in its group, from 0.
    public let index: Int

    let mailbox: Mailbox
    let poller: Poller
    private let readClock: @Sendable () -> ContinuousClock.Instant
    private let thread = Locked<JoinableThread?>(nil)
    private let threadIdentity = Atomic<UInt>(0)
    private let isStopping = Atomic<Bool>(false)
    private let loadCount = Atomic<Int>(0)

    var queue = Fifo<Work>()
    private var delivered: [Work] = []
    var timers = TimerHeap()
    /// The tasks that wait for a time; see ``sleep(for:)``.
    var sleepers: [ObjectIdentifier: Sleeper] = [:]
    private var instant: ContinuousClock.Instant
    private var turnEnders: [any TurnEndHandler] = []
    private var spareTurnEnders: [any TurnEndHandler] = []
    private var endHandlers = EndHandlers()

    /// Memory that the transports of this loop share, as only one of them runs at a time.
    let readBuffer = ReadBuffer()
    let outputs = Shelf<OutputChain>()
    let plaintexts = Shelf<OutputBuffer>()

    /// How long work may keep descriptors waiting.
    private static let workLimit = Duration.milliseconds(1)
    /// Work is this fine-grained at least, so that the clock is not read for each piece.
    private static let workPerClockRead = 8
    /// How many milliseconds of work a loop that stops still does: tasks that never end must not
    /// hold it.
    private static let roundsAfterStop = 1_000

    /// Starts a loop on a thread of its own, named `loop-` and the index.
    ///
    /// - Parameter index: its number in its group.
    /// - Throws: ``SystemError`` if the process is out of descriptors or threads.
    public convenience init(index: Int = 0) throws(SystemError) {
        try self.init(index: index) { ContinuousClock.now }
    }

    /// Starts a loop that reads the time elsewhere, for tests.
    package init(
        index: Int,
        clock: @escaping @Sendable () -> ContinuousClock.Instant
    ) throws(SystemError) {
        self.index = index
        readClock = clock
        instant = clock()
        mailbox = try Mailbox()
        poller = try Poller(wakeDescriptor: mailbox.descriptor)
        let started = try JoinableThread(name: "loop-\(index)") { self.run() }
        thread.withLock { $0 = started }
    }

    /// Whether the caller runs on this loop's thread.
    ///
    /// Any thread may ask.
    public var isCurrent: Bool {
        threadIdentity.load(ordering: .relaxed) == UInt(pthread_self())
    }

    func assertIsCurrent() {
        assert(isCurrent, "this belongs to the thread of loop \(index)")
    }

    /// The time at the start of this turn.
    ///
    /// Only on the loop.
    public var now: ContinuousClock.Instant {
        assertIsCurrent()
        return instant
    }

    /// The number of connections and open streams, as told by ``addLoad(_:)``.
    ///
    /// Any thread may ask.
    public var load: Int { loadCount.load(ordering: .relaxed) }

    /// Changes the load, by which connections are spread.
    ///
    /// Any thread may call.
    ///
    /// - Parameter change: how many connections or streams were opened, or if negative closed.
    public func addLoad(_ change: Int) {
        loadCount.add(change, ordering: .relaxed)
    }

    /// How often another thread had to wake the loop by a system call.
    package var wakeUps: Int { mailbox.wakeUps }

    // MARK: Stopping

    /// Stops the loop: tells those who watch descriptors, runs what work is left, ends the thread,
    /// and waits for that unless called on the loop itself.
    ///
    /// Any thread may call, any number of times. Closures given afterwards are dropped; tasks go on
    /// on the default executor.
    public func stop() {
        requestStop()
        let started = thread.withLock { $0 }
        started?.join()
    }

    /// Like ``stop()`` without the wait.
    func requestStop() {
        isStopping.store(true, ordering: .releasing)
        // Work that does nothing: whoever takes it out of the mailbox sees the flag as well.
        _ = mailbox.deliver(.closure {})
    }

    // MARK: Turns

    private func run() {
        threadIdentity.store(UInt(pthread_self()), ordering: .relaxed)
        while !isStopping.load(ordering: .acquiring) {
            takeTurn()
        }
        end()
        threadIdentity.store(0, ordering: .relaxed)
    }

    private func takeTurn() {
        var timeout = millisecondsToWait()
        if timeout != 0 && !mailbox.fallAsleep() { timeout = 0 }
        let count = poller.wait(timeoutMilliseconds: timeout)
        let hasMail = mailbox.wakeUp()
        instant = readClock()
        poller.deliver(count)
        if hasMail { takeDelivered() }
        if !queue.isEmpty { runWork() }
        if timers.count > 0 { fireTimers() }
        if !turnEnders.isEmpty { endTurn() }
    }

    /// 0 if something is left to do, -1 if there is nothing to wait for but descriptors.
    private func millisecondsToWait() -> Int32 {
        if !queue.isEmpty || !turnEnders.isEmpty { return 0 }
        guard let deadline = timers.nextDeadline else { return -1 }
        let remaining = instant.duration(to: deadline)
        if remaining <= .zero { return 0 }
        if remaining > .seconds(3600) { return 3_600_000 }
        let (seconds, attoseconds) = remaining.components
        // Rounded up: a timer must not fire early, nor the loop spin until it is due.
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private func takeDelivered() {
        mailbox.empty(into: &delivered)
        for work in delivered { queue.append(work) }
        delivered.removeAll(keepingCapacity: true)
    }

    private func runWork() {
        var untilClockRead = Self.workPerClockRead
        while let work = queue.popFirst() {
            perform(work)
            untilClockRead -= 1
            if untilClockRead == 0 {
                if instant.duration(to: readClock()) > Self.workLimit { return }
                untilClockRead = Self.workPerClockRead
            }
        }
    }

    private func perform(_ work: Work) {
        switch work {
        case .closure(let closure): closure()
        // The job came through `enqueue`, which took it over, and is run once.
        case .job(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    private func fireTimers() {
        // A timer that sets another for now must not keep the turn from ending.
        let setCount = timers.setCount
        while let timer = timers.popDue(at: instant, setBefore: setCount) {
            timer.fire()
        }
    }

    private func endTurn() {
        // Whoever asks during the calls is called when the next turn ends.
        swap(&turnEnders, &spareTurnEnders)
        for handler in spareTurnEnders { handler.turnEnded() }
        spareTurnEnders.removeAll(keepingCapacity: true)
    }

    /// Calls back when this turn ends, once for each time asked.
    ///
    /// Only on the loop.
    ///
    /// - Parameter handler: whom to call; it is kept until then.
    public func whenTurnEnds(_ handler: any TurnEndHandler) {
        assertIsCurrent()
        turnEnders.append(handler)
    }

    /// Calls back when the loop ends, or now if it does already.
    ///
    /// For those who have others wait for timers: none fires any more.
    ///
    /// Only on the loop.
    ///
    /// - Parameter handler: whom to call; it is not kept.
    public func whenEnding(_ handler: any LoopEndHandler) {
        assertIsCurrent()
        endHandlers.add(handler)
    }

    private func end() {
        endHandlers.tell()
        for round in 1...Self.roundsAfterStop {
            // What is left to do may watch more.
            for handler in poller.takeHandlers() { handler.loopStopped() }
            endSleep()
            takeDelivered()
            if queue.isEmpty && turnEnders.isEmpty || round == Self.roundsAfterStop {
                // What was delivered and taken must be done: somebody may wait for it.
                for work in mailbox.close() { queue.append(work) }
                if queue.isEmpty && turnEnders.isEmpty { break }
            }
            instant = readClock()
            runWork()
            endTurn()
        }
        // Those who watch, wait and flush without end are told once more.
        for handler in poller.takeHandlers() { handler.loopStopped() }
        endSleep()
        endTurn()
        // Of work that makes more work without end, what there is now is done still.
        for _ in 0..<queue.count {
            guard let work = queue.popFirst() else { break }
            if case .closure(let closure) = work { closure() } else { forward(work) }
        }
        while let work = queue.popFirst() { forward(work) }
        turnEnders = []
        timers = TimerHeap()
    }

    private func endSleep() {
        let woken = sleepers.values
        sleepers = [:]
        for sleeper in woken { sleeper.end() }
    }

    /// What becomes of work that comes after the end: tasks must go on, or those who wait for them
    /// would wait for ever.
    func forward(_ work: Work) {
        if case .job(let job) = work {
            // The job is handed on once, and not run here.
            globalConcurrentExecutor.enqueue(job)
        }
    }
}

/// Is told that a loop ends; see ``EventLoop/whenEnding(_:)``.
public protocol LoopEndHandler: AnyObject {
    /// The loop ends: what has been begun on it is still done, but no timer fires. On the loop.
    func loopEnding()
}

/// Is called when a turn of a loop ends; see ``EventLoop/whenTurnEnds(_:)``.
public protocol TurnEndHandler: AnyObject {
    /// The turn ends. On the loop.
    func turnEnded()
}
