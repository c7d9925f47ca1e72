internal import COpenSSL
internal import Wire

/// A key of HMAC-SHA-256 (RFC 2104, FIPS 198-1): who has it can tell what another has said that
/// has it, and nobody else can say it.
public struct AuthenticationKey: Sendable {
    /// How many bytes a code has.
    public static let codeCount = 32

    private let secret: SecretBytes

    /// A key of these bytes; RFC 2104 advises 32 random ones.
    public init(_ secret: SecretBytes) { self.secret = secret }

    /// What proves that someone with the key has seen a message.
    ///
    /// - Parameter message: any bytes.
    /// - Returns: 32 bytes.
    public func code(for message: RawSpan) -> [UInt8] {
        Array(copying: secretCode(for: message).bytes)
    }

    /// A code that is a key itself; see ``code(for:)``.
    func secretCode(for message: RawSpan) -> SecretBytes {
        unsafe SecretBytes(count: Self.codeCount) { code in
            let isMade = unsafe secret.bytes.withUnsafeBytes { key in
                unsafe message.withUnsafeBytes { message in
                    // It writes as many bytes as SHA-256 gives; EVP_sha256 is a constant.
                    unsafe HMAC(
                        EVP_sha256(),
                        key.baseAddress,
                        Int32(key.count),
                        message.baseAddress?.assumingMemoryBound(to: UInt8.self),
                        message.count,
                        code.baseAddress?.assumingMemoryBound(to: UInt8.self),
                        nil
                    ) != nil
                }
            }
            precondition(isMade, "no memory for a code")
        }
    }

    /// Whether a code is that of a message, in a time that does not tell how much of it is right.
    ///
    /// - Parameters:
    ///   - code: what someone has sent, of any length.
    ///   - message: what it is to prove.
    /// - Returns: true if someone with the key made it.
    public func isValid(_ code: RawSpan, for message: RawSpan) -> Bool {
        secretCode(for: message).bytes.isSameInConstantTime(as: code)
    }
}
