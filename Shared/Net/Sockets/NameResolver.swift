internal import Glibc

/// Why a host name has no address.
public struct NameResolutionError: Error, Equatable, CustomStringConvertible {
    /// The name.
    public let host: String
    /// The resolver's reason, as `Name or service not known`.
    public let reason: String
    /// Whether asking again later may help.
    public let isTemporary: Bool

    /// The name and the reason.
    public var description: String { "resolving '\(host)': \(reason)" }
}

/// Finds the addresses of host names as the system is configured to, on a pool of threads.
public struct NameResolver: Sendable {
    private let pool: WorkerPool

    /// Makes a resolver.
    ///
    /// - Parameter pool: where the blocking calls are made.
    public init(pool: WorkerPool) {
        self.pool = pool
    }

    /// Finds all addresses of a host.
    ///
    /// - Parameters:
    ///   - host: a name, or an IPv4 or IPv6 address as text.
    ///   - port: the port of the addresses returned.
    /// - Returns: at least one address, in the order in which the system would have them tried.
    /// - Throws: ``NameResolutionError``, or ``WorkerPoolError`` if the pool takes no work.
    public func resolve(_ host: String, port: UInt16) async throws -> [SocketAddress] {
        try await pool.run { try Self.lookUp(host, port: port) }
    }

    private static func lookUp(
        _ host: String,
        port: UInt16
    ) throws(NameResolutionError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        // `list` is ours if the call succeeds, and is freed below.
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            if code == EAI_SYSTEM {
                let error = SystemError("getaddrinfo", code: errno)
                throw NameResolutionError(host: host, reason: "\(error)", isTemporary: false)
            }
            // The text is constant and ends in NUL.
            let reason = unsafe String(cString: gai_strerror(code))
            throw NameResolutionError(host: host, reason: reason, isTemporary: code == EAI_AGAIN)
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe address(of: entry.pointee)?.with(port: port),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            unsafe next = entry.pointee.ai_next
        }
        if addresses.isEmpty {
            throw NameResolutionError(host: host, reason: "no usable address", isTemporary: false)
        }
        return addresses
    }

    @unsafe
    private static func address(of entry: addrinfo) -> SocketAddress? {
        guard unsafe entry.ai_family == AF_INET || entry.ai_family == AF_INET6 else { return nil }
        // The resolver wrote `ai_addrlen` bytes, as long as the family needs.
        let bytes = unsafe UnsafeRawBufferPointer(
            start: entry.ai_addr,
            count: Int(entry.ai_addrlen)
        )
        return unsafe SocketAddress(kernelForm: bytes, count: bytes.count)
    }
}
