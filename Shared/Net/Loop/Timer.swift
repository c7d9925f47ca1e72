/// Work that a loop will do later; see ``EventLoop/schedule(after:_:)``.
///
/// It belongs to its loop's thread.
public final class Timer {
    private let loop: EventLoop?
    private var work: (() -> Void)?

    /// Where it stands in the loop's heap; negative if it is not there.
    var place = -1

    init(loop: EventLoop?, _ work: @escaping () -> Void) {
        self.loop = loop
        self.work = work
    }

    /// Whether it has neither fired nor been cancelled.
    public var isPending: Bool { place >= 0 }

    /// Makes sure that it does not fire, and lets go of its work at once.
    ///
    /// Does nothing to a timer that has fired or been cancelled. Only on the loop.
    public func cancel() {
        loop?.assertIsCurrent()
        work = nil
        loop?.timers.remove(self)
    }

    /// Does the work, once.
    func fire() {
        let work = work.take()
        work?()
    }
}
