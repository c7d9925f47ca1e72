internal import Glibc

/// A thread of the system that nobody waits for, and that takes no signals but those of faults.
enum DetachedThread {
    /// Starts a thread.
    ///
    /// Signals are left to other threads, and a broken pipe is an error to it, not the end.
    ///
    /// - Parameter body: what the thread does; it ends when this returns.
    /// - Returns: 0, or the system's code: then there is no thread.
    static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        // The thread takes over the retained object; if there is no thread, it is released below.
        let start = unsafe Unmanaged.passRetained(Start(body: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.run()
                return nil
            },
            unsafe start.toOpaque()
        )
        if code == 0 {
            pthread_detach(thread)
        } else {
            unsafe start.release()
        }
        return code
    }

    private final class Start: Sendable {
        private let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) {
            self.body = body
        }

        func run() {
            var signals = sigset_t()
            // They write and read the one set they are given.
            unsafe sigfillset(&signals)
            for fault in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] {
                unsafe sigdelset(&signals, fault)
            }
            unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
            body()
        }
    }
}
