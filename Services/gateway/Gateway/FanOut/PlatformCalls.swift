internal import Net
internal import RPC
public import Tenancy

/// Asks several services for parts of one answer, in the name of who asks the gateway.
public struct PlatformCalls: Sendable {
    /// The services, in the order in which they are told of.
    public let backends: [Backend]
    private let issuer: ContextIssuer
    private let breakers: CircuitBreakers
    private let timeout: Duration

    /// Asks services.
    ///
    /// - Parameters:
    ///   - backends: the services, in the order in which they are told of.
    ///   - issuer: signs contexts for them.
    ///   - breakers: their circuits.
    ///   - timeout: how long they are waited for, if the caller does not wait for less.
    public init(
        _ backends: [Backend],
        issuer: ContextIssuer,
        breakers: CircuitBreakers,
        timeout: Duration = .seconds(2)
    ) {
        self.backends = backends
        self.issuer = issuer
        self.breakers = breakers
        self.timeout = timeout
    }

    /// A channel to a service for the tenant that a call is for.
    func channel(to backend: Backend, for call: ServerCall) throws -> TenantChannel {
        try call.channel(backend.channel, to: backend.service, by: issuer)
    }

    /// How services are asked on behalf of a call.
    func options(of call: ServerCall) -> CallOptions {
        var options = call.onward
        // Who is asked is told when its answer is of no use any more, a little after it is not.
        options.deadline = call.loop.now.advanced(by: patience(for: call) + .milliseconds(100))
        options.mayRetry = false
        return options
    }

    /// Asks for all parts at once; what is late is missing.
    func run<Value: Sendable>(
        _ parts: [FanOut.Part<Value>],
        for call: ServerCall
    ) async throws -> [FanOut.Outcome<Value>] {
        let (loop, patience) = (call.loop, patience(for: call))
        return try await FanOut.run(
            parts,
            breakers: breakers,
            countsLateness: patience == timeout
        ) {
            try await loop.sleep(for: patience)
        }
    }

    /// How long services are waited for: a caller with less time still gets what has arrived.
    private func patience(for call: ServerCall) -> Duration {
        min(timeout, call.remainingTime.map { $0 * 0.9 } ?? timeout)
    }
}
