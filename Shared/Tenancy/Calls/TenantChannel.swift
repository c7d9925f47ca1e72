internal import HTTP2
public import RPC
public import Wire

/// Makes calls for a tenant: each carries the context, signed for the service that is called.
///
/// Generated clients take it as they take the channel below it.
public struct TenantChannel: RPCChannel {
    private let base: any RPCChannel
    private let issuer: ContextIssuer
    private let audience: ServiceName
    private let context: TenantContext
    private let slug: TenantSlug?
    private let requestID: String?

    /// A channel for one tenant.
    ///
    /// - Parameters:
    ///   - base: leads to the service.
    ///   - audience: the service that is called.
    ///   - issuer: signs for this service.
    ///   - context: for whom, by whom, with what scopes calls are made.
    ///   - slug: the tenant's slug, for the logs of the service; nil to leave it out.
    ///   - requestID: what the request is called that the calls serve; nil if it has no name.
    public init(
        _ base: any RPCChannel,
        to audience: ServiceName,
        by issuer: ContextIssuer,
        for context: TenantContext,
        slug: TenantSlug? = nil,
        requestID: String? = nil
    ) {
        self.base = base
        self.audience = audience
        self.issuer = issuer
        self.context = context
        self.slug = slug
        self.requestID = requestID
    }

    /// Prepares a call; see ``RPC/RPCChannel``.
    ///
    /// One that cannot carry its context ends with INTERNAL.
    public func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall {
        var options = options
        do {
            try attach(to: &options.metadata, naming: options.requestID == nil)
        } catch {
            return PreparedCall(
                refusing: .fault("a call to \(audience) cannot carry its context: \(error)")
            )
        }
        return base.prepare(method, sending: message, options: options)
    }

    /// Adds the context to what goes with a call, and the request's name if nothing else names it.
    private func attach(to metadata: inout Metadata, naming: Bool) throws {
        let token = try issuer.token(for: context, to: audience)
        try metadata.add(TenantField.context, token, as: .token)
        try metadata.add(TenantField.id, context.tenant.text)
        if let slug { try metadata.add(TenantField.slug, slug.text) }
        if naming, let requestID, metadata[TenantField.requestID] == nil {
            try metadata.add(TenantField.requestID, requestID)
        }
    }
}

extension ServerCall {
    /// A channel for calls that serve this one: for its tenant and its actor, with its request id.
    ///
    /// - Parameters:
    ///   - base: leads to the service.
    ///   - audience: the service that is called.
    ///   - issuer: signs for this service.
    /// - Returns: the channel.
    /// - Throws: UNAUTHENTICATED if this call has no tenant.
    public func channel(
        _ base: any RPCChannel,
        to audience: ServiceName,
        by issuer: ContextIssuer
    ) throws(RPCError) -> TenantChannel {
        TenantChannel(
            base,
            to: audience,
            by: issuer,
            for: try tenant.context,
            requestID: requestID
        )
    }

    /// What the first service on the way calls the request; nil if that is not a short word.
    private var requestID: String? {
        guard let text = metadata[TenantField.requestID], (1...128).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return text
    }
}
