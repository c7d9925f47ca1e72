internal import HTTP2
public import RPC
public import Wire

/// Makes calls of administration: each carries an operator's token.
///
/// Generated clients take it as they take the channel below it.
public struct OperatorChannel: RPCChannel {
    private let base: any RPCChannel
    private let token: String

    /// A channel of one operator.
    ///
    /// - Parameters:
    ///   - base: leads to an ``AdministrationListener``.
    ///   - token: the operator's.
    public init(_ base: any RPCChannel, token: String) {
        self.base = base
        self.token = token
    }

    /// Prepares a call; see ``RPC/RPCChannel``.
    ///
    /// One that cannot carry the token ends with INTERNAL.
    public func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall {
        var options = options
        do {
            try options.metadata.add("authorization", "Bearer \(token)", as: .secret)
        } catch {
            return PreparedCall(refusing: .fault("a token that no field can hold"))
        }
        return base.prepare(method, sending: message, options: options)
    }
}
