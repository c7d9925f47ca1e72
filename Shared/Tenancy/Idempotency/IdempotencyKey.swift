public import RPC

/// What a caller calls one attempt to create something, so that a second try creates nothing more.
public struct IdempotencyKey: Hashable, Sendable {
    /// The key: 1 to 128 visible characters of ASCII.
    public let text: String

    /// The field that it comes in.
    static let field = "idempotency-key"

    /// Reads a key; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard (1...128).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.text = String(text)
    }

    /// The key of a call; nil if it has none.
    ///
    /// - Parameter metadata: what came with the call.
    /// - Returns: the key.
    /// - Throws: INVALID_ARGUMENT for two, or for one of another form.
    public static func key(in metadata: Metadata) throws(RPCError) -> IdempotencyKey? {
        let values = metadata.values(field)
        guard let first = values.first else { return nil }
        guard values.count == 1, let key = IdempotencyKey(first) else {
            throw RPCError(
                .invalidArgument,
                "\(field) is one text of 1 to 128 visible characters of ASCII"
            )
        }
        return key
    }
}

extension IdempotencyKey: CustomStringConvertible {
    /// The key.
    public var description: String { text }
}
