internal import CLinux
internal import Glibc

/// A thread of the system with a name, which can be waited for.
///
/// It goes on when it is let go, and what the system keeps of it is then given back when it ends.
package final class JoinableThread: Sendable {
    private let handle: pthread_t
    private let hasBeenJoined = Locked(false)

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: what tools show; the kernel keeps fifteen bytes of it.
    ///   - body: what the thread does; it ends when this returns.
    /// - Throws: ``SystemError`` if the system has no more threads.
    package init(
        name: String,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        // The thread takes over the retained object; if there is no thread, it is released below.
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                // The name is copied; a name that is refused changes nothing.
                _ = unsafe pthread_setname_np(pthread_self(), start.name)
                start.body()
                return nil
            },
            unsafe start.toOpaque()
        )
        guard code == 0 else {
            unsafe start.release()
            throw SystemError("pthread_create", code: code)
        }
        handle = thread
    }

    deinit {
        if !hasBeenJoined.withLock({ $0 }) { _ = pthread_detach(handle) }
    }

    /// Waits until the thread has ended; returns at once if it has, or on the thread itself.
    package func join() {
        // Asked before the lock is taken, which whoever waits for this thread may hold.
        if pthread_equal(handle, pthread_self()) != 0 { return }
        // The lock is held meanwhile, so that whoever asks second waits as well.
        hasBeenJoined.withLock { hasBeenJoined in
            if hasBeenJoined { return }
            hasBeenJoined = true
            _ = pthread_join(handle, nil)
        }
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = String(name.utf8.prefix(15)) ?? ""
            self.body = body
        }
    }
}
