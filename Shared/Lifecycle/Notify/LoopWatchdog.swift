internal import Glibc
public import Net

/// Says again and again that a service lives, for as long as all its loops turn.
///
/// A loop that a handler holds answers no calls; systemd then hears nothing and starts the service
/// anew. Source: sd_watchdog_enabled(3).
public final class LoopWatchdog: Sendable {
    private let loops: [EventLoop]
    private let interval: Duration
    private let clock: any LifecycleClock
    private let tell: @Sendable () -> Void
    /// Cancels the next round; nil when the watchdog has stopped.
    private let next = Locked<(@Sendable () -> Void)?>({})

    /// Begins at once.
    ///
    /// - Parameters:
    ///   - loops: what must turn.
    ///   - limit: after how long without a word the service counts as dead; it is told of twice as
    ///     often.
    ///   - clock: what the time is measured by.
    ///   - tell: says that the service lives; on a loop, so it must not block.
    public init(
        watching loops: [EventLoop],
        within limit: Duration,
        clock: any LifecycleClock,
        _ tell: @escaping @Sendable () -> Void
    ) {
        self.loops = loops
        interval = limit / 2
        self.clock = clock
        self.tell = tell
        turn()
    }

    /// Stops; may be called any number of times.
    public func stop() {
        let cancel = next.withLock { next in
            defer { next = nil }
            return next
        }
        cancel?()
    }

    /// Asks all loops, and tells when the last of them has answered.
    private func turn() {
        let silent = Locked(loops.count)
        for loop in loops {
            loop.execute { [tell] in
                let isLast = silent.withLock { silent in
                    silent -= 1
                    return silent == 0
                }
                if isLast { tell() }
            }
        }
        let cancel = clock.call(after: interval) { [weak self] in self?.turn() }
        let isOver = next.withLock { next in
            if next != nil { next = cancel }
            return next == nil
        }
        if isOver { cancel() }
    }

    /// How long the manager of this process waits for a word; nil if it does not.
    ///
    /// It says so by `WATCHDOG_USEC`, and by `WATCHDOG_PID` to which process.
    public static var limitOfProcess: Duration? {
        limit(
            microseconds: ProcessEnvironment.value("WATCHDOG_USEC"),
            process: ProcessEnvironment.value("WATCHDOG_PID"),
            own: getpid()
        )
    }

    static func limit(microseconds: String?, process: String?, own: Int32) -> Duration? {
        if let process, !process.isEmpty, Int32(process) != own { return nil }
        guard let microseconds, let count = Int64(microseconds), count > 0 else { return nil }
        return .microseconds(count)
    }
}
