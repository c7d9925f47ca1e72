public import Net

/// Where a metrics port listens, and what its callers may cost.
public struct AdminServerConfiguration: Sendable {
    /// Where it listens: by default on the loopback interface at a port the kernel chooses.
    public var address = SocketAddress.loopback(port: 0)
    /// How many connections may be open, at least 1.
    ///
    /// Others wait in the kernel's queue.
    public var maximumConnections = 64
    /// How many bytes of memory a connection has, at least 4,096.
    ///
    /// A request whose fields need more is answered with 431 or 414.
    public var connectionBytes = 32 * 1_024
    /// After how many seconds a connection is closed on which nothing moves; at least 1.
    public var idleSeconds = 15

    /// The defaults: loopback, 64 connections of 32 KiB, 15 seconds.
    public init() {}

    /// The defaults at an address.
    ///
    /// - Parameter address: where it listens; port 0 lets the kernel choose.
    public init(address: SocketAddress) { self.address = address }
}
