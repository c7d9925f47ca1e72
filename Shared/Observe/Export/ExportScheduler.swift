public import Net

/// What calls an exporter back later.
public protocol ExportScheduler: Sendable {
    /// Calls back once, later, unless it is cancelled before.
    ///
    /// - Parameters:
    ///   - delay: how much later.
    ///   - body: what to call; on any thread, and it does not block.
    /// - Returns: cancels the call, if it is not too late.
    func call(
        after delay: Duration,
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void
}

/// Calls back on a loop.
public struct LoopScheduler: ExportScheduler {
    private let loop: EventLoop

    /// Calls back on a loop, which is to stop after all that uses this.
    public init(_ loop: EventLoop) { self.loop = loop }

    /// Calls back once, later; see ``ExportScheduler/call(after:_:)``.
    public func call(
        after delay: Duration,
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        // What is to be called is let go of when it has been, or never will be.
        let kept = Locked<(@Sendable () -> Void)?>(body)
        loop.execute { [loop] in
            loop.schedule(after: delay) {
                let body = kept.withLock { $0.take() }
                body?()
            }
        }
        return { kept.withLock { $0 = nil } }
    }
}
