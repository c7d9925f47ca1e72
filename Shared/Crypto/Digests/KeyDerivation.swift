internal import Wire

/// HKDF with SHA-256 (RFC 5869): many keys from one secret, none of which tells of another.
public enum KeyDerivation {
    /// The most bytes that one derivation gives.
    public static let maximumCount = 255 * AuthenticationKey.codeCount

    /// Derives a key.
    ///
    /// - Parameters:
    ///   - secret: a key, or another secret with as much chance in it; a password has too little.
    ///   - salt: makes the keys of two installations differ; it is no secret, and may be empty.
    ///   - purpose: what the key is for: each purpose has a key of its own.
    ///   - count: how many bytes, at most ``maximumCount``.
    /// - Returns: the key.
    public static func key(
        from secret: SecretBytes,
        salt: RawSpan = RawSpan(),
        purpose: RawSpan,
        count: Int = 32
    ) -> SecretBytes {
        precondition((1...maximumCount).contains(count), "HKDF gives 1 to 8,160 bytes")
        let extractor = AuthenticationKey(SecretBytes(copying: salt))
        let expander = AuthenticationKey(extractor.secretCode(for: secret.bytes))
        var block = SecretBytes([])
        var derived = block
        var number: UInt8 = 0
        while derived.count < count {
            number += 1
            let input = SecretBytes(copying: block.bytes, purpose, [number])
            block = expander.secretCode(for: input.bytes)
            derived = SecretBytes(copying: derived.bytes, block.bytes, [])
        }
        return SecretBytes(copying: derived.bytes.extracting(first: count))
    }
}
