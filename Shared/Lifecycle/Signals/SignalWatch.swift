public import Glibc
public import Net

/// Takes the signals of a process on a thread of its own, outside of any signal handler.
///
/// The first signal that stops asks for an orderly stop. The second ends the process at once, with
/// 128 and its number as status, as shells have it: 143 for SIGTERM, 130 for SIGINT; no destructor
/// runs and no buffer is flushed, for whoever sends two does not want to wait.
///
/// Signals that come while one of their number is pending are one, as ever on Unix. A process has
/// one watch at a time; programs that it starts do not inherit what the watch does.
public final class SignalWatch: Sendable {
    private let thread: JoinableThread
    private let pipe: SignalPipe
    private let signals: WatchedSignals
    private let isClosed = Locked(false)

    /// Begins to take signals; until then each does to the process what it does by default.
    ///
    /// - Parameters:
    ///   - signals: what each means.
    ///   - onReload: reads certificates and the like anew, on a thread of its own, and may block;
    ///     signals that come meanwhile make one more call.
    ///   - endAtOnce: ends the process with a status; a parameter for tests.
    ///   - onStop: begins an orderly stop; on the watch's thread, so it must not block.
    /// - Throws: ``Net/SystemError`` if the process is out of threads or descriptors, or if one of
    ///   the signals cannot be caught.
    public init(
        _ signals: WatchedSignals = WatchedSignals(),
        onReload: @escaping @Sendable () -> Void = {},
        endAtOnce: @escaping @Sendable (_ status: Int32) -> Void = { _exit($0) },
        onStop: @escaping @Sendable (_ signal: Int32) -> Void
    ) throws(SystemError) {
        self.signals = signals
        let pipe = try SignalPipe.take()
        self.pipe = pipe
        let reloader = Reloader(onReload)
        do throws(SystemError) {
            for number in signals.ignored { _ = signal(number, SIG_IGN) }
            for number in signals.watched { try pipe.catch(number) }
            thread = try JoinableThread(name: "signals") {
                var policy = StopPolicy()
                while case let number = pipe.next(), number != 0 {
                    if signals.reloading.contains(number) {
                        reloader.reload()
                    } else if signals.stopping.contains(number) {
                        switch policy.take(number) {
                        case .stop: onStop(number)
                        case .end(let status): endAtOnce(status)
                        }
                    }
                }
            }
        } catch {
            signals.reset()
            SignalPipe.giveBack()
            throw error
        }
    }

    deinit { close() }

    /// Ends the watch; from then on signals do to the process what they do by default.
    ///
    /// Signals that were caught before are told first. Any thread but the watch's own may call, any
    /// number of times.
    public func close() {
        // The lock is held meanwhile, so that whoever asks second waits as well.
        isClosed.withLock { isClosed in
            if isClosed { return }
            isClosed = true
            signals.reset()
            pipe.wakeUp()
            thread.join()
            SignalPipe.giveBack()
        }
    }
}

extension WatchedSignals {
    /// Those that are caught, in order.
    fileprivate var watched: [Int32] { stopping.union(reloading).sorted() }

    /// Makes those that are caught do what they do by default.
    fileprivate func reset() {
        for number in watched { _ = signal(number, SIG_DFL) }
    }
}

/// What signals that stop do, by their order.
struct StopPolicy {
    enum Action: Equatable {
        case stop
        case end(status: Int32)
    }

    private var isStopping = false

    /// Takes a signal: the first asks, every other one ends.
    mutating func take(_ signal: Int32) -> Action {
        defer { isStopping = true }
        return isStopping ? .end(status: 128 + signal) : .stop
    }
}
