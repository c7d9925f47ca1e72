internal import Net
internal import RPC
internal import Tenancy
internal import Wire

/// Sends calls on to the services behind the gateway, in the name of the tenant.
struct Forwarding: Sendable {
    private let issuer: ContextIssuer
    private let reads: ReadCache
    private let configuration: GatewayConfiguration

    /// - Parameters:
    ///   - issuer: signs contexts for the services.
    ///   - reads: gives answers again.
    ///   - configuration: how long calls may take whose callers set no limit, and how large
    ///     messages may be.
    init(_ issuer: ContextIssuer, _ reads: ReadCache, _ configuration: GatewayConfiguration) {
        self.issuer = issuer
        self.reads = reads
        self.configuration = configuration
    }

    /// A method that a service has.
    func method(_ schema: MethodSchema, of backend: Backend) -> RPCMethod {
        let limit = configuration.bodyLimit(of: schema.path)
        let answers = reads.keeps(schema) ? reads : nil
        return .forwarding(schema, upTo: limit) { call in
            try destination(of: call, backend, answers)
        }
    }

    private func destination(
        of call: ServerCall,
        _ backend: Backend,
        _ answers: ReadCache?
    ) throws -> ForwardedCall {
        let caller = try call.tenant
        let channel = TenantChannel(
            backend.channel,
            to: backend.service,
            by: issuer,
            for: caller.context,
            slug: caller.slug
        )
        let isStream = call.method.schema.streaming != .none
        var options = isStream ? call.onward : call.onward(within: configuration.timeout)
        options.metadata = call.metadata.filtered(by: PassedFields.pass)
        if answers != nil {
            // Others may wait for it: it does not end with the haste of one.
            options.deadline = call.loop.now.advanced(by: configuration.timeout)
        }
        var forwarded = ForwardedCall(channel, options, passes: PassedFields.pass)
        forwarded.answers = answers
        return forwarded
    }
}
