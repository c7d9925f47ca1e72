public import Net

/// Where the servers of a service are.
public struct RPCTarget: Sendable {
    /// Finds their addresses; called again when one is lost.
    let resolve: @Sendable () async throws -> [SocketAddress]
    /// What calls name as their authority.
    let authority: String

    /// Servers at fixed addresses.
    ///
    /// - Parameters:
    ///   - addresses: at least one.
    ///   - authority: what calls name as their authority.
    public init(addresses: [SocketAddress], authority: String) {
        resolve = { addresses }
        self.authority = authority
    }

    /// Servers behind a name, all of whose addresses are used.
    ///
    /// - Parameters:
    ///   - host: the name.
    ///   - port: the port of all of them.
    ///   - resolver: asks the system.
    public init(host: String, port: UInt16, resolver: NameResolver) {
        resolve = { try await resolver.resolve(host, port: port) }
        authority = "\(host):\(port)"
    }

    /// Servers that a function finds.
    ///
    /// - Parameters:
    ///   - authority: what calls name as their authority.
    ///   - resolve: gives at least one address, or throws.
    public init(
        authority: String,
        resolve: @escaping @Sendable () async throws -> [SocketAddress]
    ) {
        self.authority = authority
        self.resolve = resolve
    }
}

/// What an ``RPCClient`` is to do besides making calls.
public struct RPCClientConfiguration: Sendable {
    /// Connections on each loop at least; addresses beyond that have one each.
    public var connectionsPerLoop = 2
    /// Connections on each loop at most, however many addresses there are.
    public var maximumConnectionsPerLoop = 16
    /// How long one attempt to connect may take.
    public var connectTimeout = Duration.seconds(20)
    /// The first wait after a failed attempt; see ``longestBackoff``.
    public var firstBackoff = Duration.seconds(1)
    /// What waits grow to.
    public var longestBackoff = Duration.seconds(120)
    /// How long the addresses of a name are believed.
    public var resolveInterval = Duration.seconds(30)
    /// How many calls may wait for a connection on each loop.
    public var maximumWaitingCalls = 1_000
    /// Whom to trust, and the name that servers must prove; nil for plain text.
    public var tls: (context: TLSContext, serverName: String?)?
    /// The service whose health is watched: connections to servers that do not serve it are left
    /// alone.
    ///
    /// Empty asks for the whole server; nil does not ask.
    public var healthService: String?
    /// Whether, and how often, failed calls are made again; nil, the default, leaves it to the
    /// first hop of the platform.
    public var retries: RetryPolicy?

    /// Where answers are decoded that have more than 64 KiB or are compressed; nil decodes them on
    /// the loop, which does nothing else meanwhile.
    public var offload: WorkerPool?

    /// The defaults: two connections to a loop, plain text, no health checks, retries or pool.
    public init() {}
}
