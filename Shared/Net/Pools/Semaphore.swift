internal import Glibc

/// A counting semaphore of the system.
@safe
final class Semaphore: @unchecked Sendable {
    // `@unchecked`: the system's functions may be called on it by any thread at once.
    private let memory: UnsafeMutablePointer<sem_t>

    init() {
        // Freed in `deinit`, when nobody can wait any more; initialised before it is used.
        unsafe memory = .allocate(capacity: 1)
        unsafe sem_init(memory, 0, 0)
    }

    deinit {
        unsafe sem_destroy(memory)
        unsafe memory.deallocate()
    }

    /// Lets one more waiter go on.
    func signal() {
        // It was initialised, and cannot overflow: there are fewer signals than bytes of memory.
        unsafe sem_post(memory)
    }

    /// Waits until there is a signal, and uses it up.
    func wait() {
        // It was initialised; the only error is the interruption by a signal handler.
        while unsafe sem_wait(memory) != 0 {}
    }
}
