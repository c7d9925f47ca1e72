/// Where a stream socket listens or connects.
public enum SocketAddress: Sendable, Hashable {
    /// An IPv4 address, its first byte on top, and a port.
    case ipv4(address: UInt32, port: UInt16)
    /// An IPv6 address, its first byte on top of `high`; the interface of a link-local one, else 0;
    /// and a port.
    case ipv6(high: UInt64, low: UInt64, scope: UInt32, port: UInt16)
    /// A file, at most ``longestPath`` bytes of UTF-8. Empty for a peer that is bound to no file.
    case unix(path: String)

    /// The most bytes the path of a Unix socket can have.
    public static let longestPath = 107

    /// `127.0.0.1` and a port.
    public static func loopback(port: UInt16) -> SocketAddress {
        .ipv4(address: 0x7f00_0001, port: port)
    }

    /// The port, nil for a Unix socket.
    public var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, _, _, let port): port
        case .unix: nil
        }
    }

    /// The same address with another port; a Unix socket is returned as it is.
    public func with(port: UInt16) -> SocketAddress {
        switch self {
        case .ipv4(let address, _): .ipv4(address: address, port: port)
        case .ipv6(let high, let low, let scope, _):
            .ipv6(high: high, low: low, scope: scope, port: port)
        case .unix: self
        }
    }
}

/// Why a text is not an address.
public struct SocketAddressError: Error, Equatable, CustomStringConvertible {
    /// The text.
    public let text: String
    /// What is wrong with it, as `the port must be 0 to 65535`.
    public let reason: String

    /// The text and what is wrong with it.
    public var description: String { "address '\(text)': \(reason)" }
}
