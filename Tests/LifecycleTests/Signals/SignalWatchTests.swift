import Glibc
import Net
import Testing

@testable import Lifecycle

/// Each test takes signals that nothing else in a test process uses; there is one watch at a time.
@Suite("A signal watch", .serialized)
struct SignalWatchTests {
    private let signals = WatchedSignals(
        stopping: [SIGUSR1, SIGUSR2],
        reloading: [SIGURG],
        ignored: []
    )

    private func send(_ signal: Int32) {
        #expect(kill(getpid(), signal) == 0)
    }

    @Test("asks for a stop once, and then ends the process with 128 and the signal")
    func secondSignal() throws {
        let told = Gate()
        let journal = Journal<String>()
        let watch = try SignalWatch(
            signals,
            endAtOnce: {
                journal.add("end \($0)")
                told.open()
            },
            onStop: {
                journal.add("stop \($0)")
                told.open()
            }
        )
        for signal in [SIGUSR1, SIGUSR2, SIGUSR1] {
            send(signal)
            told.pass()
        }
        watch.close()
        #expect(
            journal.entries == [
                "stop \(SIGUSR1)", "end \(128 + SIGUSR2)", "end \(128 + SIGUSR1)",
            ]
        )
    }

    @Test("reloads elsewhere, so that a reload that hangs does not keep signals waiting")
    func reloading() throws {
        let isReloading = Gate()
        let mayEnd = Gate()
        let stopped = Gate()
        let watch = try SignalWatch(
            signals,
            onReload: {
                isReloading.open()
                mayEnd.pass()
            },
            onStop: { _ in stopped.open() }
        )
        send(SIGURG)
        isReloading.pass()
        send(SIGUSR1)
        stopped.pass()
        mayEnd.open()
        watch.close()
    }

    @Test("tells the signals that came before it was closed, and none to the next watch")
    func closing() throws {
        for _ in 0..<50 {
            let journal = Journal<Int32>()
            let watch = try SignalWatch(signals) { journal.add($0) }
            let sender = try JoinableThread(name: "sender") { raiseUnblocked(SIGUSR2) }
            sender.join()
            let closers = try (0..<2).map { _ in
                try JoinableThread(name: "closer") { watch.close() }
            }
            watch.close()
            for closer in closers { closer.join() }
            #expect(journal.entries == [SIGUSR2])
        }
    }

    @Test("leaves signals as they are by default when it is closed")
    func reset() async {
        await #expect(processExitsWith: .signal(SIGUSR1)) {
            let watch = try SignalWatch(WatchedSignals(stopping: [SIGUSR1])) { _ in }
            watch.close()
            kill(getpid(), SIGUSR1)
            // The signal may be another thread's: this one waits for its effect.
            while true { pause() }
        }
    }

    @Test("of a signal that cannot be caught is refused")
    func uncatchable() throws {
        for number in [SIGKILL, 0, 1_000] {
            #expect(throws: SystemError("sigaction", code: EINVAL)) {
                _ = try SignalWatch(WatchedSignals(stopping: [number], ignored: [])) { _ in }
            }
        }
        try SignalWatch(signals) { _ in }.close()
    }

    @Test("is the only one")
    func second() async {
        await #expect(processExitsWith: .failure) {
            let first = try SignalWatch { _ in }
            let second = try SignalWatch { _ in }
            withExtendedLifetime((first, second)) {}
        }
    }

    @Test("stops a service, which then reports the signal")
    func service() async throws {
        let fixture = ServiceFixture()
        let service = try fixture.service([fixture.part("server")])
        async let running = service.run(watching: signals)
        try await fixture.isSettled()
        send(SIGUSR2)
        #expect(try await running.cause == .signal(SIGUSR2))
    }

    @Test("watches by default what orchestrators and shells send")
    func defaults() {
        let signals = WatchedSignals()
        #expect(signals.stopping == [SIGTERM, SIGINT])
        #expect(signals.reloading == [SIGHUP])
        #expect(signals.ignored == [SIGPIPE])
    }
}

/// Sends a signal to the calling thread, which lets it in: it is caught before this returns.
///
/// Threads that run tasks, and those started by them, keep signals waiting.
private func raiseUnblocked(_ signal: Int32) {
    var set = sigset_t()
    // The calls write to the set, which is read last.
    _ = unsafe sigemptyset(&set)
    _ = unsafe sigaddset(&set, signal)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(signal)
}
