internal import COpenSSL
internal import Wire

/// A key of AES-256 in Galois/Counter Mode (NIST SP 800-38D): keeps bytes secret, and shows if they
/// or what belongs to them were changed.
public struct SealingKey: Sendable {
    /// How many bytes a key has.
    public static let keyCount = 32
    /// How many bytes a nonce has.
    public static let nonceCount = 12
    /// How many bytes prove that nothing was changed.
    public static let tagCount = 16

    private let secret: SecretBytes

    /// A key of 32 random bytes.
    ///
    /// - Parameter secret: the bytes.
    /// - Throws: ``CryptoError/malformed(_:)`` if they are not 32.
    public init(_ secret: SecretBytes) throws(CryptoError) {
        guard secret.count == Self.keyCount else {
            throw .malformed("a key of AES-256 has 32 bytes, this one \(secret.count)")
        }
        self.secret = secret
    }

    /// Makes a key of its own.
    static func random() -> (key: SealingKey, bytes: SecretBytes) {
        let secret = SecretBytes(randomCount: keyCount)
        return (SealingKey(checked: secret), secret)
    }

    private init(checked secret: SecretBytes) { self.secret = secret }

    /// Seals bytes with a random nonce; one key may seal 2³² times (SP 800-38D, §8.3).
    ///
    /// - Parameters:
    ///   - plaintext: what to keep secret.
    ///   - context: what it belongs to; opening it takes the same.
    /// - Returns: nonce, ciphertext, tag: 28 bytes more than the plaintext.
    public func seal(_ plaintext: RawSpan, for context: RawSpan) -> [UInt8] {
        seal(plaintext, for: context, nonce: SecureRandom.bytes(Self.nonceCount))
    }

    /// Seals bytes with a given nonce, which must never be used twice with a key.
    func seal(_ plaintext: RawSpan, for context: RawSpan, nonce: [UInt8]) -> [UInt8] {
        precondition(nonce.count == Self.nonceCount, "a nonce has 12 bytes")
        let cipher = Cipher()
        var sealed = nonce
        sealed.reserveCapacity(nonce.count + plaintext.byteCount + Self.tagCount)
        cipher.begin(secret.bytes, nonce.rawBytes, seals: true)
        cipher.authenticate(context)
        sealed += Array(copying: cipher.update(plaintext).bytes)
        sealed += cipher.finishSealing()
        return sealed
    }

    /// Opens what was sealed.
    ///
    /// - Parameters:
    ///   - sealed: what ``seal(_:for:)`` gave.
    ///   - context: what it was sealed for.
    /// - Returns: the plaintext.
    /// - Throws: ``CryptoError/malformed(_:)`` if it is too short to have been sealed,
    ///   ``CryptoError/notAuthentic`` for another key or context, or if a bit was changed.
    public func open(
        _ sealed: RawSpan,
        for context: RawSpan
    ) throws(CryptoError) -> SecretBytes {
        let textCount = sealed.byteCount - Self.nonceCount - Self.tagCount
        guard textCount >= 0 else { throw .malformed("too short to have been sealed") }
        let cipher = Cipher()
        cipher.begin(secret.bytes, sealed.extracting(first: Self.nonceCount), seals: false)
        cipher.authenticate(context)
        let end = Self.nonceCount + textCount
        let plaintext = cipher.update(sealed.extracting(Self.nonceCount..<end))
        guard cipher.finishOpening(sealed.extracting(last: Self.tagCount)) else {
            throw .notAuthentic
        }
        return plaintext
    }
}

/// The owner of OpenSSL's state of one sealing or opening.
///
/// None of the steps fails for bytes of the right count but the last of opening; a failure is a
/// lack of memory, which stops the process.
@safe
private struct Cipher: ~Copyable {
    private let context: OpaquePointer

    init() {
        // Freed in `deinit`, which also zeroes the key.
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            preconditionFailure("no memory for a cipher")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Sets key and nonce, of 32 and 12 bytes.
    func begin(_ key: RawSpan, _ nonce: RawSpan, seals: Bool) {
        precondition(
            key.byteCount == SealingKey.keyCount && nonce.byteCount == SealingKey.nonceCount
        )
        let status = unsafe key.withUnsafeBytes { key in
            unsafe nonce.withUnsafeBytes { nonce in
                // 12 bytes is the nonce that GCM has if nothing else is said.
                unsafe EVP_CipherInit_ex(
                    context,
                    EVP_aes_256_gcm(),
                    nil,
                    key.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    nonce.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    seals ? 1 : 0
                )
            }
        }
        precondition(status == 1, "no memory for a key")
    }

    func authenticate(_ bytes: RawSpan) {
        guard !bytes.isEmpty else { return }
        var count: Int32 = 0
        let status = unsafe bytes.withUnsafeBytes { bytes in
            // Without output the bytes are authenticated only.
            unsafe EVP_CipherUpdate(
                context,
                nil,
                &count,
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                Int32(bytes.count)
            )
        }
        precondition(status == 1, "GCM authenticates any bytes")
    }

    /// Encrypts or decrypts; GCM gives as many bytes as it takes.
    func update(_ bytes: RawSpan) -> SecretBytes {
        unsafe SecretBytes(count: bytes.byteCount) { output in
            guard let start = output.baseAddress, !bytes.isEmpty else { return }
            var count: Int32 = 0
            let status = unsafe bytes.withUnsafeBytes { bytes in
                unsafe EVP_CipherUpdate(
                    context,
                    start.assumingMemoryBound(to: UInt8.self),
                    &count,
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    Int32(bytes.count)
                )
            }
            precondition(status == 1 && Int(count) == output.count, "GCM keeps the count")
        }
    }

    func finishSealing() -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: SealingKey.tagCount)
        let status = unsafe tag.withUnsafeMutableBufferPointer { tag in
            var count: Int32 = 0
            // GCM has nothing left to write at the end.
            guard unsafe EVP_CipherFinal_ex(context, tag.baseAddress, &count) == 1 else {
                return Int32(0)
            }
            return unsafe EVP_CIPHER_CTX_ctrl(
                context,
                EVP_CTRL_AEAD_GET_TAG,
                Int32(tag.count),
                tag.baseAddress
            )
        }
        precondition(status == 1, "what is sealed has a tag")
        return tag
    }

    /// Whether a tag of 16 bytes is right; OpenSSL compares in constant time.
    func finishOpening(_ tag: RawSpan) -> Bool {
        var tag = Array(copying: tag)
        return unsafe tag.withUnsafeMutableBufferPointer { tag in
            let status = unsafe EVP_CIPHER_CTX_ctrl(
                context,
                EVP_CTRL_AEAD_SET_TAG,
                Int32(tag.count),
                tag.baseAddress
            )
            precondition(status == 1, "a tag has 16 bytes")
            var count: Int32 = 0
            return unsafe EVP_CipherFinal_ex(context, tag.baseAddress, &count) == 1
        }
    }
}
