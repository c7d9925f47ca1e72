internal import HTTP2
public import Net
public import Wire

/// Calls a service by way of connections that it makes, keeps and renews.
///
/// Each loop of the group has connections of its own, so that a call from a handler stays on its
/// loop; they go to all addresses of the target, in turn, and to those only that can be reached and
/// say that they serve. A call that finds no connection waits for one, unless all attempts have
/// failed: then it fails at once.
public final class RPCClient: RPCChannel {
    private let pools: [ConnectionPool]
    private let group: EventLoopGroup
    private let target: CallTarget
    private let configuration: RPCClientConfiguration
    private let budget = RetryBudget()

    /// Makes a client; it connects when it is first needed.
    ///
    /// - Parameters:
    ///   - target: where the servers are.
    ///   - group: the loops.
    ///   - configuration: connections, health, retries.
    public init(
        _ target: RPCTarget,
        group: EventLoopGroup,
        configuration: RPCClientConfiguration = RPCClientConfiguration()
    ) {
        self.group = group
        self.configuration = configuration
        self.target = CallTarget(configuration, target.authority)
        pools = group.loops.map { ConnectionPool(target, on: $0, configuration) }
    }

    /// Prepares a call, which lets others be made again from then on; see ``RPCChannel``.
    public func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall {
        let pool = pools[(group.current ?? group.next()).index]
        budget.noteCall()
        var retry: RetryPlan?
        if options.mayRetry {
            let isIdempotent = method.idempotency != .unknown
            retry = RetryPlan(configuration.retries, budget, isIdempotent: isIdempotent)
        }
        return PreparedCall(
            CallRequest(
                method,
                of: target,
                on: pool,
                sending: message,
                options,
                retry,
                offload: configuration.offload
            )
        )
    }

    /// Closes all connections in good order, after their calls; later calls fail.
    public func close() async {
        for pool in pools {
            await withTaskExecutorPreference(pool.loop) {
                if await pool.loop.arrive() { pool.close() }
            }
        }
    }
}

extension ConnectionPool: ExchangeSource {
    /// Begins a request on the next connection in turn that takes one.
    func exchangeNow(for fields: HeaderBlock) throws(RPCError) -> (any ClientExchange)? {
        try connectionNow?.exchangeNow(for: fields)
    }
}

extension CallTarget {
    init(_ configuration: RPCClientConfiguration, _ authority: String) {
        self.init(scheme: configuration.tls == nil ? "http" : "https", authority: authority)
    }
}
