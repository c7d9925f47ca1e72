internal import Net
public import RPC
public import Tenancy
public import Wire

/// Leads a service that tests serve back to itself, for it to ask those that are served beside it.
public final class OwnPeers: RPCChannel {
    /// Signs contexts for the service.
    public let issuer: ContextIssuer
    private let base = Locked<(any RPCChannel)?>(nil)

    /// Leads nowhere yet.
    public init() throws {
        issuer = ContextIssuer(try ServedTenants.gateway, keys: [:])
    }

    /// Leads to what is served.
    public func lead(to served: ServedTenants) {
        issuer.replaceKeys([served.api.service: served.keys])
        base.withLock { $0 = served.bare }
    }

    /// See ``RPC/RPCChannel``.
    public func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall {
        guard let base = base.withLock({ $0 }) else {
            return PreparedCall(refusing: .fault("nothing is served yet"))
        }
        return base.prepare(method, sending: message, options: options)
    }
}
