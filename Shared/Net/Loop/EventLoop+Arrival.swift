extension EventLoop {
    /// Has a task that prefers the loop go on there: the first statement of what is given to
    /// `withTaskExecutorPreference`.
    ///
    /// The compiler (6.3) leaves out the change of executor where it thinks that nothing depends
    /// on it, and does not know that an async function that runs where its caller does may. Costs
    /// nothing but a look where the task is on the loop already.
    ///
    /// - Returns: false if the loop has ended: what belongs to it must be left alone.
    public func arrive() async -> Bool {
        if isCurrent { return true }
        // Resumed once, on the loop's thread, or here if the loop has ended: a task that has waited
        // goes on where it prefers to.
        await withCheckedContinuation { continuation in
            if !execute({ continuation.resume() }) { continuation.resume() }
        }
        return isCurrent
    }

    /// Whether the task that asks is on the loop, and comes back to it whenever it has waited.
    public var isHome: Bool {
        guard isCurrent else { return false }
        let own = unsafe asUnownedTaskExecutor()
        // Both are compared only: neither is kept.
        return unsafe withUnsafeCurrentTask { task in
            guard let task = unsafe task, let preferred = unsafe task.unownedTaskExecutor else {
                return false
            }
            return unsafe preferred == own
        }
    }
}
