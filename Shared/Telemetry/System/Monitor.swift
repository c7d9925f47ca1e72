internal import Glibc

/// A value that threads use one at a time, and whose changes they can wait for.
///
/// Unlike the standard library's `Mutex` the thread sanitizer understands it.
@safe
final class Monitor<State>: @unchecked Sendable {
    // `@unchecked`: `state` is touched only with `mutex` held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    init(_ state: sending State) {
        self.state = state
        // Both are freed in `deinit`, when nobody can hold them; initialised before they are used.
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        // Deadlines are on the monotonic clock, which nobody sets.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs a closure while no other thread has the value.
    ///
    /// It must not lock the same value again.
    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        // It is initialised, and a plain mutex has no other error.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Runs a closure if no other thread has the value at this moment; else does nothing.
    func withLockIfFree(_ body: (inout State) -> Void) {
        // It is initialised; the only error is that someone holds it.
        guard unsafe pthread_mutex_trylock(mutex) == 0 else { return }
        defer { unsafe pthread_mutex_unlock(mutex) }
        body(&state)
    }

    /// Runs a closure as ``withLock(_:)`` does, once a condition holds.
    func wait<Result>(
        until isReady: (State) -> Bool,
        _ body: (inout State) -> Result
    ) -> Result {
        // Initialised both; the mutex is held when the condition is waited for.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isReady(state) {
            unsafe pthread_cond_wait(condition, mutex)
        }
        return body(&state)
    }

    /// Waits until a condition holds, but not for ever.
    ///
    /// - Parameters:
    ///   - limit: how long at most.
    ///   - isReady: the condition.
    /// - Returns: whether it holds.
    func wait(atMost limit: Duration, until isReady: (State) -> Bool) -> Bool {
        var deadline = timespec()
        // It writes the one structure it is given.
        unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
        let (seconds, attoseconds) = max(limit, .zero).components
        let nanoseconds = deadline.tv_nsec + Int(attoseconds / 1_000_000_000)
        // More than a century is for ever.
        deadline.tv_sec += Int(min(seconds, 3_200_000_000)) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        // Initialised both; the mutex is held when the condition is waited for.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isReady(state) {
            if unsafe pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                return isReady(state)
            }
        }
        return true
    }

    /// Has those who wait look at the value again.
    func wakeAll() {
        // It is initialised, and has no other error.
        unsafe pthread_cond_broadcast(condition)
    }
}
