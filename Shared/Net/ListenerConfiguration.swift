internal import Synchronization

/// How a ``Listener`` takes connections.
public struct ListenerConfiguration: Sendable {
    /// How many connections may be open; beyond it they are refused.
    public var maximumConnections = 10_000
    /// Counts the open connections; listeners whose configurations are copies share it, and the
    /// limit with it.
    public let openConnections = ConnectionCount()
    /// How many connections the kernel lets wait to be accepted; it may lower this.
    public var backlog: Int32 = 4096
    /// How many connections a loop takes per turn before it serves the others, at least 1.
    public var acceptsPerTurn = 64
    /// How long a loop takes no connections after the process has run out of descriptors or memory;
    /// doubled each time in a row.
    public var shortestPause = Duration.milliseconds(100)
    /// What doubling ends at.
    public var longestPause = Duration.seconds(1)
    /// Is given a refused connection, on its loop, to tell its peer why, and closes it.
    ///
    /// Such a connection is not counted. Nil: it is closed at once.
    public var onRefuse: (@Sendable (EventLoop, consuming Socket, SocketAddress) -> Void)?

    /// The defaults: 10,000 connections, a backlog of 4,096, 64 a turn, pauses of 0.1 to 1 s.
    public init() {}
}

/// How many connections are open; for any thread.
public final class ConnectionCount: Sendable {
    private let value = Atomic(0)

    init() {}

    /// How many there are now.
    public var count: Int { value.load(ordering: .relaxed) }

    /// Counts one more, of a loop whose load it adds to.
    ///
    /// - Parameter loop: where it is to live.
    /// - Returns: how many there are with it.
    func add(to loop: EventLoop) -> Int {
        loop.addLoad(1)
        return value.add(1, ordering: .relaxed).newValue
    }

    /// Counts one less.
    ///
    /// - Parameter loop: where it lived.
    func remove(from loop: EventLoop) {
        loop.addLoad(-1)
        value.subtract(1, ordering: .relaxed)
    }
}
