internal import RPC
internal import Tenancy
internal import Wire

/// The key that came with a request.
enum Credential {
    /// Finds the text of the key in `authorization: Bearer …` or `x-api-key`, or as the user,
    /// without password, of `authorization: Basic …` (RFC 7617), where libraries of others have
    /// their write key.
    ///
    /// - Parameter metadata: what came with the request.
    /// - Returns: what may be a key; nil if the request carries none.
    /// - Throws: ``RPC/RPCError`` with UNAUTHENTICATED for more than one, or another scheme.
    static func text(in metadata: Metadata) throws(RPCError) -> String? {
        let authorizations = metadata.values("authorization")
        let plain = metadata.values("x-api-key")
        guard authorizations.count + plain.count <= 1 else {
            throw refusal(
                "CREDENTIAL_AMBIGUOUS",
                "the request carries more than one credential"
            )
        }
        guard let value = authorizations.first else { return plain.first }
        guard let found = bearer(value) ?? user(value) else {
            throw refusal("KEY_INVALID", "authorization is not 'Bearer' and an API key")
        }
        return found
    }

    /// Reads a key.
    ///
    /// - Parameter text: what may be one.
    /// - Returns: the key.
    /// - Throws: ``RPC/RPCError`` with UNAUTHENTICATED for what is none.
    static func key(_ text: String) throws(RPCError) -> APIKey {
        do throws(APIKey.Fault) {
            return try APIKey(text)
        } catch .mistyped {
            throw refusal("KEY_INVALID", "a character of the API key is wrong")
        } catch {
            throw refusal("KEY_INVALID", "the credential is no API key")
        }
    }

    private static func bearer(_ value: String) -> String? { rest(of: value, after: "bearer ") }

    private static func user(_ value: String) -> String? {
        guard let text = rest(of: value, after: "basic ") else { return nil }
        var buffer = OutputBuffer()
        guard Base64.decode(text.utf8Span.span.asRawSpan, to: &buffer) else { return nil }
        let bytes = Array(copying: buffer.bytes)
        guard bytes.last == UInt8(ascii: ":") else { return nil }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    /// What follows the name of a scheme, which has no case.
    private static func rest(of value: String, after scheme: String) -> String? {
        guard value.utf8.count > scheme.utf8.count,
            value.prefix(scheme.utf8.count).lowercased() == scheme
        else { return nil }
        return String(value.dropFirst(scheme.utf8.count))
    }

    /// No credential came.
    static let missing = refusal(
        "CREDENTIAL_MISSING",
        "the request carries no API key"
    )

    /// What a caller is told whose key does not count.
    static func refused(_ refusal: APIKeyRecord.Refusal) -> RPCError {
        switch refusal {
        case .wrongKey, .unknownPepper:
            Self.refusal("KEY_INVALID", "the API key is not known", log: "\(refusal)")
        case .expired: Self.refusal("KEY_EXPIRED", "the API key has expired")
        case .revoked: Self.refusal("KEY_REVOKED", "the API key has been revoked")
        case .wrongOrigin:
            RPCError(
                .permissionDenied,
                "the API key is not for this origin",
                ErrorDetails(reason: "ORIGIN_NOT_ALLOWED")
            )
        }
    }

    private static func refusal(
        _ reason: String,
        _ message: String,
        log: String? = nil
    ) -> RPCError {
        RPCError(
            .unauthenticated,
            message,
            ErrorDetails(reason: reason),
            logMessage: log ?? reason
        )
    }
}
