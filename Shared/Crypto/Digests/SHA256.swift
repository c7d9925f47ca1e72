internal import COpenSSL
internal import Wire

/// SHA-256 (FIPS 180-4), of bytes that come in parts.
@safe
public struct SHA256: ~Copyable {
    /// How many bytes a digest has.
    public static let digestCount = 32

    private let context: OpaquePointer

    /// Begins; a lack of memory stops the process.
    public init() {
        // Freed in `deinit`.
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, Algorithm.found.pointer, nil) == 1
        else { preconditionFailure("no memory for a digest") }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// The algorithm, looked for once: OpenSSL would search for its constant at each digest.
    @safe
    private struct Algorithm: @unchecked Sendable {
        // `@unchecked`: OpenSSL only reads it, and counts who does.
        let pointer: OpaquePointer

        static let found: Algorithm = {
            guard let pointer = unsafe EVP_MD_fetch(nil, "SHA2-256", nil) else {
                preconditionFailure("OpenSSL has no SHA-256")
            }
            return unsafe Algorithm(pointer: pointer)
        }()
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: RawSpan) {
        let status = unsafe bytes.withUnsafeBytes { bytes in
            unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
        precondition(status == 1, "OpenSSL takes any bytes of a digest that has begun")
    }

    /// The digest of all bytes taken.
    public consuming func finish() -> Digest {
        var digest = [UInt8](repeating: 0, count: Self.digestCount)
        // Exactly as many bytes are written as SHA-256 gives.
        let status = unsafe digest.withUnsafeMutableBufferPointer { digest in
            unsafe EVP_DigestFinal_ex(context, digest.baseAddress, nil)
        }
        precondition(status == 1, "OpenSSL finishes any digest that has begun")
        return Digest(digest)
    }

    /// The digest of some bytes.
    ///
    /// - Parameter bytes: all of them.
    /// - Returns: 32 bytes.
    public static func digest(of bytes: RawSpan) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// What SHA-256 makes of bytes: 32 bytes, which are no secret.
    public struct Digest: Hashable, Sendable, CustomStringConvertible {
        /// The bytes.
        public let bytes: [UInt8]

        fileprivate init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// 64 hexadecimal digits.
        public var description: String { Hexadecimal.encode(bytes.rawBytes) }
    }
}
