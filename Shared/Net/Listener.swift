internal import Glibc
internal import Synchronization

/// Takes connections at an address and spreads them over the loops of a group.
///
/// TCP: each loop has a socket of its own on the same port, and the kernel chooses among them.
/// Unix: all loops watch one socket. Each connection counts as one of its loop's load, beside the
/// streams that its owner adds; a loop that has two more than the idlest hands it what it takes.
/// All methods may be called by any thread.
public final class Listener: Sendable {
    /// Is given a connection, on its loop.
    public typealias AcceptHandler =
        @Sendable (EventLoop, consuming Socket, SocketAddress) -> Void

    /// Where it listens: the port is the one the kernel chose if it was asked to.
    public let boundAddress: SocketAddress

    let configuration: ListenerConfiguration
    let group: EventLoopGroup
    private let onAccept: AcceptHandler
    private let socketFile: SocketFile?
    private let acceptors = Locked<[Acceptor]>([])

    private let refusalCount = Atomic<Int>(0)
    private let pauseCount = Atomic<Int>(0)

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - address: where; port 0 lets the kernel choose a port. A Unix socket's file is replaced
    ///     if nobody listens there, and removed in the end.
    ///   - group: the loops that take connections.
    ///   - configuration: limits.
    ///   - onAccept: is given each connection on its loop; whoever closes it must call
    ///     ``connectionClosed(on:)``.
    /// - Throws: ``SystemError``, as `EADDRINUSE` if someone listens there.
    public init(
        address: SocketAddress,
        group: EventLoopGroup,
        configuration: ListenerConfiguration = ListenerConfiguration(),
        onAccept: @escaping AcceptHandler
    ) throws(SystemError) {
        self.group = group
        self.configuration = configuration
        self.onAccept = onAccept
        let backlog = configuration.backlog
        var sockets: [SharedSocket] = []
        if case .unix(let path) = address {
            try SocketFile.removeStale(at: path)
            let socket = try Socket.listening(on: address, backlog: backlog, sharesPort: false)
            socketFile = try SocketFile(path: path)
            boundAddress = address
            let shared = SharedSocket(socket)
            sockets = group.loops.map { _ in shared }
        } else {
            socketFile = nil
            let first = try Socket.listening(on: address, backlog: backlog, sharesPort: true)
            boundAddress = try SystemCalls.localAddress(first.descriptor)
            sockets.append(SharedSocket(first))
            for _ in group.loops.dropFirst() {
                let next = try Socket.listening(
                    on: boundAddress,
                    backlog: backlog,
                    sharesPort: true
                )
                sockets.append(SharedSocket(next))
            }
        }
        let all = zip(group.loops, sockets).map { Acceptor(of: self, on: $0, socket: $1) }
        acceptors.withLock { $0 = all }
        for acceptor in all { acceptor.loop.execute { acceptor.start() } }
    }

    /// Takes no more connections; those that the kernel has already made and nobody has taken are
    /// reset.
    ///
    /// May be called any number of times; the sockets are closed when each loop has come to it.
    public func stopAccepting() {
        let stopped = acceptors.withLock { acceptors in
            let all = acceptors
            acceptors = []
            return all
        }
        if !stopped.isEmpty { socketFile?.remove() }
        for acceptor in stopped { acceptor.loop.execute { acceptor.stop() } }
    }

    /// Tells that a connection that was given to the accept handler has been closed.
    ///
    /// - Parameter loop: the loop it was on.
    public func connectionClosed(on loop: EventLoop) {
        configuration.openConnections.remove(from: loop)
    }

    /// How many connections were given to the accept handler and not closed.
    public var connections: Int { configuration.openConnections.count }

    /// How many connections were refused because there were too many.
    public var refusals: Int { refusalCount.load(ordering: .relaxed) }

    /// How often a loop stopped taking connections because descriptors or memory had run out.
    public var pauses: Int { pauseCount.load(ordering: .relaxed) }

    // MARK: The acceptors

    func notePause() {
        pauseCount.add(1, ordering: .relaxed)
    }

    /// Finds a connection its loop, or refuses it.
    func place(_ socket: consuming Socket, from loop: EventLoop) {
        let peer = socket.peerAddress ?? .unix(path: "")
        let idlest = group.idlest
        let chosen = loop.load >= idlest.load + Self.tolerance ? idlest : loop
        let count = configuration.openConnections.add(to: chosen)
        if count > configuration.maximumConnections {
            configuration.openConnections.remove(from: chosen)
            refusalCount.add(1, ordering: .relaxed)
            configuration.onRefuse?(loop, socket, peer)
            return
        }
        guard chosen !== loop else { return onAccept(loop, socket, peer) }
        let parcel = SocketParcel(socket)
        chosen.execute { [self] in
            if let socket = parcel.open() { onAccept(chosen, socket, peer) }
        }
    }

    /// From how much more load than the idlest on a loop gives connections away.
    private static let tolerance = 2
}
