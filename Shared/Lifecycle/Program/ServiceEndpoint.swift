public import Net
public import RPC

/// Where another service is.
public enum ServiceEndpoint: Sendable, Equatable {
    /// At an address.
    case address(SocketAddress)
    /// At several, each an instance of it.
    case addresses([SocketAddress])
    /// At all addresses of a name, on a port.
    case name(host: String, port: UInt16)

    /// How many addresses there may be.
    public static let mostAddresses = 64

    /// Reads `collector:4317`, or what ``SocketAddress`` reads, or several of those with commas
    /// between them.
    ///
    /// Nil if it is none of these.
    ///
    /// - Parameter text: the endpoint.
    public init?(_ text: String) {
        if let address = try? SocketAddress(text) {
            self = .address(address)
            return
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        if parts.count > 1 {
            let addresses = parts.compactMap { try? SocketAddress(String($0)) }
            guard addresses.count == parts.count, parts.count <= Self.mostAddresses else {
                return nil
            }
            self = .addresses(addresses)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let (host, digits) = (text[..<colon], text[text.index(after: colon)...])
        guard Self.isHostName(host), digits.isDecimal, let port = UInt16(digits), port > 0 else {
            return nil
        }
        self = .name(host: String(host), port: port)
    }

    /// What an ``RPCClient`` is made for.
    ///
    /// - Parameter resolver: finds the addresses of names.
    /// - Returns: the target.
    public func target(_ resolver: NameResolver) -> RPCTarget {
        switch self {
        // A path is no authority, and servers refuse it.
        case .address(.unix(let path)):
            RPCTarget(addresses: [.unix(path: path)], authority: "localhost")
        case .address(let address): RPCTarget(addresses: [address], authority: "\(address)")
        case .addresses(let addresses): RPCTarget(addresses: addresses, authority: "localhost")
        case .name(let host, let port): RPCTarget(host: host, port: port, resolver: resolver)
        }
    }

    /// Names of DNS (RFC 1123) that do not look like an IPv4 address that went wrong.
    private static func isHostName(_ text: Substring) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let areGood = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy(isNameByte)
        }
        return areGood && !(labels.last?.isDecimal ?? true)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension ServiceEndpoint: CustomStringConvertible {
    /// As ``init(_:)`` reads it.
    public var description: String {
        switch self {
        case .address(let address): "\(address)"
        case .addresses(let addresses): addresses.map(\.description).joined(separator: ",")
        case .name(let host, let port): "\(host):\(port)"
        }
    }
}

extension ConfigurationForm<ServiceEndpoint> {
    /// Where another service is, by its name or address.
    public static var endpoint: Self {
        Self(
            expecting: "host:port, IPv4:port, [IPv6]:port or unix:path, or addresses a,b",
            placeholder: .address(.loopback(port: 0)),
            reading: { ServiceEndpoint($0) },
            printing: { $0.description }
        )
    }
}
