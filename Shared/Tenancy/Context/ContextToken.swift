internal import Crypto
internal import Telemetry
internal import Wire

/// The text of a context that travels: claims and their signature in base64url, of which there is
/// one spelling.
enum ContextToken {
    /// The field that it travels in.
    static let field = "x-tenant-context"
    /// The most characters that a token may have, and more than the largest set of scopes takes.
    static let maximumCount = 3_072
    /// How long a token counts.
    static let lifetimeMilliseconds: Int64 = 60_000
    /// How far the clocks of two services may be apart.
    static let skewMilliseconds: Int64 = 5_000
    /// How long an issuer uses a token again.
    static let reuseMilliseconds: Int64 = 30_000

    /// Signs claims.
    static func sign(_ claims: ContextClaims, with key: AuthenticationKey) -> String {
        let bytes = claims.bytes
        return StrictBase64.url.encode((bytes + key.code(for: bytes.rawBytes)).rawBytes)
    }

    /// Splits a token into claims and signature, none of which has been checked.
    static func parts(
        of token: String
    ) throws(AccessRefusal) -> (claims: [UInt8], signature: [UInt8]) {
        guard token.utf8.count <= maximumCount else { throw .malformed("too long") }
        guard let bytes = StrictBase64.url.decode(token) else { throw .malformed("no base64url") }
        let count = bytes.count - AuthenticationKey.codeCount
        guard count > 0 else { throw .malformed("too short") }
        return (Array(bytes[..<count]), Array(bytes[count...]))
    }

    /// Whether a token counts now.
    ///
    /// - Parameters:
    ///   - expiry: its end, in milliseconds since 1970.
    ///   - now: the time.
    /// - Throws: ``AccessRefusal/expired(_:)``, ``AccessRefusal/premature``.
    static func check(expiry: Int64, at now: UTCTimestamp) throws(AccessRefusal) {
        let (left, isOverflow) = expiry.subtractingReportingOverflow(now.milliseconds)
        if isOverflow || left > lifetimeMilliseconds + skewMilliseconds {
            // An end before all time is no less wrong than one after it.
            throw .premature
        }
        if left <= -skewMilliseconds { throw .expired(.milliseconds(left.magnitude)) }
    }
}
