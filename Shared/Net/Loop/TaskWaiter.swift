/// Where a task waits for something on its loop, one at a time.
@safe
package struct TaskWaiter {
    // Not a checked continuation: its layout is not known at build time, and asking at run time
    // costs every event. Each is resumed once all the same: it is taken out for it.
    private var continuation: UnsafeContinuation<Void, Never>?

    /// Makes one where nobody waits.
    package init() {}

    /// Whether a task waits.
    package var isWaiting: Bool { unsafe continuation != nil }

    /// Has a task wait until ``resume()``; nobody may be waiting.
    @unsafe
    package mutating func wait(_ task: UnsafeContinuation<Void, Never>) {
        precondition(!isWaiting, "one task may wait at a time")
        unsafe continuation = task
    }

    /// Has the task go on, if there is one.
    package mutating func resume() {
        guard let task = unsafe continuation else { return }
        // Taken out first: what it resumes may wait again.
        unsafe continuation = nil
        unsafe task.resume()
    }
}
