internal import Glibc

/// A value that threads use one at a time.
///
/// Unlike the standard library's `Mutex` the thread sanitizer understands it.
@safe
package final class Locked<State: ~Copyable>: @unchecked Sendable {
    // `@unchecked`: `state` is touched only with `mutex` held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    /// Wraps a value.
    package init(_ state: consuming sending State) {
        self.state = state
        // Freed in `deinit`, when nobody can hold it; initialised before it is used.
        unsafe mutex = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs a closure while no other thread has the value.
    ///
    /// It must not lock the same value again.
    package func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        // It is initialised, and a plain mutex has no other error.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }
}
