internal import Synchronization

/// Several loops, by convention one for each core.
public final class EventLoopGroup: Sendable {
    /// The loops, by index.
    public let loops: [EventLoop]

    private let taken = Atomic<Int>(0)

    /// Starts loops.
    ///
    /// - Parameter count: how many, at least 1.
    /// - Throws: ``SystemError`` if the process is out of descriptors or threads; then none runs.
    public init(count: Int) throws(SystemError) {
        precondition(count > 0, "a group has at least one loop")
        var started: [EventLoop] = []
        do {
            for index in 0..<count { started.append(try EventLoop(index: index)) }
        } catch {
            for loop in started { loop.stop() }
            throw error
        }
        loops = started
    }

    /// The loops in turn.
    ///
    /// Any thread may call.
    public func next() -> EventLoop {
        let ticket = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: ticket) % UInt(loops.count))]
    }

    /// The loop that the caller runs on; nil if it runs on none of them.
    ///
    /// Any thread may call.
    public var current: EventLoop? { loops.first(where: \.isCurrent) }

    /// The loop with the least load, the first of several.
    ///
    /// Any thread may call.
    public var idlest: EventLoop {
        loops.dropFirst().reduce(loops[0]) { $1.load < $0.load ? $1 : $0 }
    }

    /// Stops all loops and waits until their threads have ended; see ``EventLoop/stop()``.
    ///
    /// Any thread may call, any number of times.
    public func stop() {
        for loop in loops { loop.requestStop() }
        for loop in loops { loop.stop() }
    }
}
