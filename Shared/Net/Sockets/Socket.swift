internal import CLinux
internal import Glibc

/// A stream socket that never blocks; it is closed when its owner lets go of it.
public struct Socket: ~Copyable, Sendable {
    /// The kernel's number of the socket, valid for as long as this value lives.
    public let descriptor: Int32

    /// Who is at the other end, as far as is known.
    public let peerAddress: SocketAddress?

    /// Takes over an open descriptor, which must not block.
    ///
    /// - Parameters:
    ///   - descriptor: the descriptor; nobody else may close it.
    ///   - peerAddress: who is at the other end, if that is known.
    public init(adopting descriptor: Int32, peerAddress: SocketAddress?) {
        self.descriptor = descriptor
        self.peerAddress = peerAddress
    }

    deinit {
        SystemCalls.close(descriptor)
    }

    /// Two Unix sockets that are connected to each other.
    ///
    /// - Throws: ``SystemError``, as when descriptors have run out.
    public static func pair() throws(SystemError) -> SocketPair {
        let (left, right) = try SystemCalls.socketPair()
        let nowhere = SocketAddress.unix(path: "")
        return SocketPair(
            left: Socket(adopting: left, peerAddress: nowhere),
            right: Socket(adopting: right, peerAddress: nowhere)
        )
    }

    /// A socket that waits for connections.
    ///
    /// - Parameters:
    ///   - address: where; port 0 lets the kernel choose.
    ///   - backlog: how many connections may wait to be accepted.
    ///   - sharesPort: whether other sockets of this process may listen on the same port, the
    ///     kernel spreading connections over them. TCP only.
    /// - Returns: the socket.
    /// - Throws: ``SystemError``, as when the address is taken.
    static func listening(
        on address: SocketAddress,
        backlog: Int32,
        sharesPort: Bool
    ) throws(SystemError) -> Socket {
        let socket = Socket(
            adopting: try SystemCalls.socket(family: address.family),
            peerAddress: nil
        )
        if address.family != AF_UNIX {
            try socket.set(SO_REUSEADDR, to: 1)
            if sharesPort { try socket.set(SO_REUSEPORT, to: 1) }
        }
        if address.family == AF_INET6 {
            // `[::]` is IPv6 only: otherwise whether IPv4 comes too depends on the machine.
            try socket.set(IPV6_V6ONLY, level: Int32(IPPROTO_IPV6), to: 1)
        }
        try SystemCalls.bind(socket.descriptor, to: address)
        try SystemCalls.listen(socket.descriptor, backlog: backlog)
        return socket
    }

    /// Takes the next connection of a listening socket.
    ///
    /// - Returns: its socket, nil if nobody waits.
    static func accept(from descriptor: Int32) throws(SystemError) -> Socket? {
        guard let (descriptor, peer) = try SystemCalls.accept(descriptor) else { return nil }
        return Socket(adopting: descriptor, peerAddress: peer)
    }

    /// Makes small writes leave at once; a socket that is not TCP is left alone.
    func disableDelay() {
        if case .unix? = peerAddress { return }
        // A stream that has no such option has no such delay either.
        try? set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1)
    }

    func set(
        _ option: Int32,
        level: Int32 = SOL_SOCKET,
        to value: Int32
    ) throws(SystemError) {
        try SystemCalls.setOption(descriptor, level: level, name: option, to: value)
    }
}

/// Two sockets that are connected to each other.
@frozen
public struct SocketPair: ~Copyable {
    /// One end.
    public let left: Socket
    /// The other end.
    public let right: Socket
}

/// Carries a socket into a closure, which cannot own one itself.
///
/// A closure that is dropped without being run closes the socket all the same.
final class SocketParcel: @unchecked Sendable {
    // `@unchecked`: it is filled by one thread and emptied by the one thread the closure runs on.
    private var socket: Socket?

    init(_ socket: consuming Socket) {
        self.socket = consume socket
    }

    /// Takes the socket out; nil the second time.
    func open() -> Socket? {
        socket.take()
    }
}
