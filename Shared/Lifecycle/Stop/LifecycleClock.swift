public import Net

/// What time limits are measured by.
///
/// It must not depend on the threads that tasks run on: a component that blocks them all is to be
/// found out by it.
public protocol LifecycleClock: Sendable {
    /// The time since some fixed moment.
    var now: Duration { get }

    /// Calls back once, later, unless it is cancelled before.
    ///
    /// - Parameters:
    ///   - delay: how much later; zero or less is as soon as may be.
    ///   - body: what to call; on any thread, and it does not block.
    /// - Returns: cancels the call, if it is not too late.
    func call(
        after delay: Duration,
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void
}

/// The time of the system, on a thread of its own.
public final class SystemLifecycleClock: LifecycleClock {
    private let loop: EventLoop
    private let start = ContinuousClock.now

    /// Starts the thread.
    ///
    /// - Throws: ``Net/SystemError`` if the process is out of threads or descriptors.
    public init() throws(SystemError) {
        loop = try EventLoop()
    }

    deinit { loop.stop() }

    /// The time since the clock was made.
    public var now: Duration { start.duration(to: ContinuousClock.now) }

    /// Calls back once, later; see ``LifecycleClock/call(after:_:)``.
    public func call(
        after delay: Duration,
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let alarm = Alarm(body)
        loop.execute { [loop] in
            loop.schedule(after: delay) { alarm.ring() }
        }
        return { alarm.cancel() }
    }

    /// Rings once at most, and lets go of what it calls when it has or never will.
    private final class Alarm: Sendable {
        private let body: Locked<(@Sendable () -> Void)?>

        init(_ body: @escaping @Sendable () -> Void) { self.body = Locked(body) }

        func cancel() { body.withLock { $0 = nil } }

        func ring() {
            let body = body.withLock { $0.take() }
            body?()
        }
    }
}
