extension EventLoop {
    /// Runs a closure on the loop, after what the caller gave it before.
    ///
    /// Any thread may call.
    ///
    /// From another thread this costs a lock, and a system call only if the loop sleeps.
    ///
    /// - Parameter work: what to run; dropped without being run if the loop has ended.
    /// - Returns: false if the loop has ended.
    @discardableResult
    public func execute(_ work: @escaping @Sendable () -> Void) -> Bool {
        submit(.closure(work))
    }

    /// Runs a task's job on the loop; called by the language's runtime.
    public func enqueue(_ job: consuming ExecutorJob) {
        // The queue owns the job from here on and runs it once.
        submit(.job(UnownedJob(job)))
    }

    @discardableResult
    private func submit(_ work: Work) -> Bool {
        if isCurrent {
            queue.append(work)
        } else if !mailbox.deliver(work) {
            forward(work)
            return false
        }
        return true
    }

    /// Runs a closure on the loop later.
    ///
    /// Only on the loop.
    ///
    /// - Parameters:
    ///   - delay: how long after the start of this turn; never sooner, and later by up to a turn
    ///     and a millisecond. Negative counts as zero: the next turn.
    ///   - work: what to run; it is kept until it has run or the timer is cancelled.
    /// - Returns: the timer, which need not be kept.
    @discardableResult
    public func schedule(after delay: Duration, _ work: @escaping () -> Void) -> Timer {
        let timer = Timer(loop: self, work)
        timers.insert(timer, at: now.advanced(by: max(delay, .zero)))
        return timer
    }

    /// Watches a descriptor.
    ///
    /// Only on the loop.
    ///
    /// - Parameters:
    ///   - descriptor: what to watch; it stays its owner's, who must unwatch it before closing it.
    ///   - interest: what to report; errors and hang-ups are always reported.
    ///   - handler: whom to tell; it is kept until ``unwatch(_:)``.
    /// - Returns: a token for changing or ending this.
    /// - Throws: ``SystemError`` if the kernel is out of memory or watches.
    public func watch(
        _ descriptor: Int32,
        for interest: Readiness,
        handler: any DescriptorHandler
    ) throws(SystemError) -> DescriptorWatch {
        assertIsCurrent()
        return try poller.add(descriptor, interest, handler)
    }

    /// Changes what is reported; a watch that has ended is ignored.
    ///
    /// Only on the loop.
    ///
    /// - Parameters:
    ///   - watch: the watch.
    ///   - interest: what to report from now on.
    /// - Throws: ``SystemError`` if the kernel is out of memory or watches, which only a suspended
    ///   watch can meet.
    public func change(_ watch: DescriptorWatch, to interest: Readiness) throws(SystemError) {
        assertIsCurrent()
        try poller.change(watch, to: interest)
    }

    /// Reports nothing, not even errors and hang-ups, until the next ``change(_:to:)``.
    ///
    /// Only on the loop.
    public func suspend(_ watch: DescriptorWatch) {
        assertIsCurrent()
        poller.suspend(watch)
    }

    /// Ends a watch: its handler is not told anything more, not even what has been fetched already.
    ///
    /// Only on the loop; a watch that has ended is ignored.
    public func unwatch(_ watch: DescriptorWatch) {
        assertIsCurrent()
        poller.remove(watch)
    }
}
