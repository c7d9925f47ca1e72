internal import CLinux
internal import Glibc

extension SocketAddress {
    /// Reads `127.0.0.1:8080`, `[::1]:443`, `[fe80::1%2]:443` or `unix:/run/a.sock`.
    ///
    /// Host names are not resolved here: see ``NameResolver``.
    ///
    /// - Parameter text: the address.
    /// - Throws: ``SocketAddressError``, which says what is wrong.
    public init(_ text: String) throws(SocketAddressError) {
        if text.hasPrefix("unix:") {
            self = try Self.unix(text.dropFirst(5), in: text)
            return
        }
        guard let colon = text.lastIndex(of: ":") else {
            throw SocketAddressError(text: text, reason: "no port: write host:port")
        }
        let digits = text[text.index(after: colon)...]
        guard digits.allSatisfy({ ("0"..."9").contains($0) }), let port = UInt16(digits) else {
            throw SocketAddressError(text: text, reason: "the port must be 0 to 65535")
        }
        let host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            self = try Self.ipv6(host.dropFirst().dropLast(), port: port, in: text)
        } else {
            self = try Self.ipv4(host, port: port, in: text)
        }
    }

    private static func unix(
        _ path: Substring,
        in text: String
    ) throws(SocketAddressError) -> SocketAddress {
        if path.isEmpty {
            throw SocketAddressError(text: text, reason: "no path after unix:")
        }
        if path.utf8.count > longestPath {
            throw SocketAddressError(
                text: text,
                reason: "a path of \(path.utf8.count) bytes: at most \(longestPath) fit"
            )
        }
        if path.utf8.contains(0) {
            throw SocketAddressError(text: text, reason: "a zero byte in the path")
        }
        return .unix(path: String(path))
    }

    private static func ipv4(
        _ host: Substring,
        port: UInt16,
        in text: String
    ) throws(SocketAddressError) -> SocketAddress {
        if host.contains(":") {
            throw SocketAddressError(text: text, reason: "write IPv6 in brackets, as [::1]:443")
        }
        var address = in_addr()
        // `inet_pton` reads a text that ends in NUL and writes the four bytes.
        guard unsafe inet_pton(AF_INET, String(host), &address) == 1 else {
            throw SocketAddressError(text: text, reason: "'\(host)' is not an IPv4 address")
        }
        return .ipv4(address: UInt32(bigEndian: address.s_addr), port: port)
    }

    private static func ipv6(
        _ host: Substring,
        port: UInt16,
        in text: String
    ) throws(SocketAddressError) -> SocketAddress {
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var address = in6_addr()
        // `inet_pton` reads a text that ends in NUL and writes the sixteen bytes.
        guard unsafe inet_pton(AF_INET6, String(parts[0]), &address) == 1 else {
            throw SocketAddressError(text: text, reason: "'\(parts[0])' is not an IPv6 address")
        }
        var scope: UInt32 = 0
        if parts.count == 2 {
            scope = unsafe UInt32(parts[1]) ?? if_nametoindex(String(parts[1]))
            if scope == 0 {
                throw SocketAddressError(text: text, reason: "no interface '\(parts[1])'")
            }
        }
        let (high, low) = address.words
        return .ipv6(high: high, low: low, scope: scope, port: port)
    }
}

extension SocketAddress: CustomStringConvertible {
    /// The text that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .ipv4(let address, let port):
            let bytes = stride(from: 24, through: 0, by: -8).map { "\(address >> $0 & 0xff)" }
            return bytes.joined(separator: ".") + ":\(port)"
        case .ipv6(let high, let low, let scope, let port):
            var address = in6_addr(high: high, low: low)
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            // `inet_ntop` writes at most the array's length, a NUL included; it cannot fail then.
            _ = unsafe inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
            let host = String(
                decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
            return scope == 0 ? "[\(host)]:\(port)" : "[\(host)%\(scope)]:\(port)"
        case .unix(let path):
            return "unix:\(path)"
        }
    }
}
