internal import COpenSSL
internal import Wire

/// A key of HMAC-SHA-256 (RFC 2104, FIPS 198-1): who has it can tell what another has said that
/// has it, and nobody else can say it.
public struct AuthenticationKey: Sendable {
    /// How many bytes a code has.
    public static let codeCount = 32

    private let keyed: Keyed

    /// A key of these bytes; RFC 2104 advises 32 random ones.
    public init(_ secret: SecretBytes) { keyed = Keyed(secret) }

    /// What proves that someone with the key has seen a message.
    ///
    /// - Parameter message: any bytes.
    /// - Returns: 32 bytes.
    public func code(for message: RawSpan) -> [UInt8] {
        Array(copying: secretCode(for: message).bytes)
    }

    /// A code that is a key itself; see ``code(for:)``.
    func secretCode(for message: RawSpan) -> SecretBytes {
        unsafe SecretBytes(count: Self.codeCount) { unsafe keyed.write(message, to: $0) }
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

/// HMAC with its key taken in, of which each code begins as a copy: to look for the algorithm and
/// take the key in costs more than a short message does.
@safe
private final class Keyed: @unchecked Sendable {
    // `@unchecked`: nothing changes it after it was made; copies are the thread's own.
    private let context: OpaquePointer

    /// The algorithm, looked for once.
    @safe
    private struct Algorithm: @unchecked Sendable {
        // `@unchecked`: OpenSSL only reads it, and counts who does.
        let pointer: OpaquePointer

        static let found: Algorithm = {
            guard let pointer = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
                preconditionFailure("OpenSSL has no HMAC")
            }
            return unsafe Algorithm(pointer: pointer)
        }()
    }

    init(_ secret: SecretBytes) {
        // Freed in `deinit`.
        guard let context = unsafe EVP_MAC_CTX_new(Algorithm.found.pointer) else {
            preconditionFailure("no memory for a key")
        }
        // Keys are filled up with zeros: an empty one, which has no address, is one zero.
        let secret = secret.count > 0 ? secret : SecretBytes([0])
        let isKeyed = unsafe secret.bytes.withUnsafeBytes { key in
            // It reads as many bytes as there are.
            unsafe shim_EVP_MAC_init_SHA256(
                context,
                key.baseAddress?.assumingMemoryBound(to: UInt8.self),
                key.count
            )
        }
        precondition(isKeyed == 1, "OpenSSL takes any key of HMAC-SHA-256")
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    /// Writes the code of a message, 32 bytes.
    func write(_ message: RawSpan, to code: UnsafeMutableRawBufferPointer) {
        guard let copy = unsafe EVP_MAC_CTX_dup(context) else {
            preconditionFailure("no memory for a code")
        }
        defer { unsafe EVP_MAC_CTX_free(copy) }
        var count = 0
        let isMade = unsafe message.withUnsafeBytes { message in
            // It writes as many bytes as SHA-256 gives, for which there is room.
            unsafe EVP_MAC_update(
                copy,
                message.baseAddress?.assumingMemoryBound(to: UInt8.self),
                message.count
            ) == 1
                && EVP_MAC_final(
                    copy,
                    code.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    &count,
                    code.count
                ) == 1
        }
        precondition(isMade && count == AuthenticationKey.codeCount, "no memory for a code")
    }
}
