internal import Wire

/// A secret sealed with a key of its own, and that key sealed with a key-encryption key.
///
/// Rotating the key-encryption key rewrites 65 bytes of each envelope and never sees the secret.
/// The form: a version, 1; four bytes of the key-encryption key's id, big-endian; the sealed key,
/// 60 bytes; the sealed secret. Both are sealed for the context, and each for its part, so that
/// neither can stand in another envelope.
public struct Envelope: Sendable, Hashable {
    /// How many bytes an envelope has beside those of its secret.
    public static let overhead = 1 + 4 + wrappedCount + SealingKey.nonceCount + SealingKey.tagCount

    private static let version: UInt8 = 1
    private static let wrappedCount =
        SealingKey.nonceCount + SealingKey.keyCount + SealingKey.tagCount

    /// Which key-encryption key opens it.
    public let keyID: KeyID
    private let wrappedKey: [UInt8]
    private let sealed: [UInt8]

    /// Seals a secret with a key of its own.
    ///
    /// - Parameters:
    ///   - secret: what to keep.
    ///   - context: whose it is and what for; opening it takes the same.
    ///   - keys: the key-encryption keys.
    public init(sealing secret: SecretBytes, for context: RawSpan, with keys: KeyRing<SealingKey>) {
        let (key, bytes) = SealingKey.random()
        keyID = keys.currentID
        wrappedKey = keys.current.seal(
            bytes.bytes,
            for: Self.context(context, .key(keys.currentID)).rawBytes
        )
        sealed = key.seal(secret.bytes, for: Self.context(context, .secret).rawBytes)
    }

    /// Reads an envelope; whether it is authentic shows when it is opened.
    ///
    /// - Parameter bytes: what ``bytes`` gave.
    /// - Throws: ``CryptoError/malformed(_:)``.
    public init(_ bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count >= Self.overhead else { throw .malformed("too short for an envelope") }
        guard bytes[0] == Self.version else {
            throw .malformed("an envelope of version \(bytes[0])")
        }
        let number = bytes[1..<5].reduce(0) { $0 << 8 | UInt32($1) }
        guard let id = KeyID(number) else { throw .malformed("an envelope without a key id") }
        keyID = id
        wrappedKey = Array(bytes[5..<5 + Self.wrappedCount])
        sealed = Array(bytes[(5 + Self.wrappedCount)...])
    }

    private init(_ keyID: KeyID, _ wrappedKey: [UInt8], _ sealed: [UInt8]) {
        self.keyID = keyID
        self.wrappedKey = wrappedKey
        self.sealed = sealed
    }

    /// The form that is stored.
    public var bytes: [UInt8] {
        [Self.version] + Self.bytes(of: keyID) + wrappedKey + sealed
    }

    /// Opens the envelope.
    ///
    /// - Parameters:
    ///   - context: what it was sealed for.
    ///   - keys: the key-encryption keys.
    /// - Returns: the secret.
    /// - Throws: ``CryptoError/unknownKey(_:)``, ``CryptoError/notAuthentic``.
    public func open(
        for context: RawSpan,
        with keys: KeyRing<SealingKey>
    ) throws(CryptoError) -> SecretBytes {
        let key = try SealingKey(unwrap(for: context, with: keys))
        return try key.open(
            sealed.rawBytes,
            for: Self.context(context, .secret).rawBytes
        )
    }

    /// The same secret under the current key-encryption key.
    ///
    /// - Parameters: as for ``open(for:with:)``.
    /// - Returns: an envelope; this one if it has that key already.
    /// - Throws: as ``open(for:with:)``.
    public func rewrapped(
        for context: RawSpan,
        with keys: KeyRing<SealingKey>
    ) throws(CryptoError) -> Envelope {
        if keyID == keys.currentID { return self }
        let key = try unwrap(for: context, with: keys)
        let wrapped = keys.current.seal(
            key.bytes,
            for: Self.context(context, .key(keys.currentID)).rawBytes
        )
        return Envelope(keys.currentID, wrapped, sealed)
    }

    private func unwrap(
        for context: RawSpan,
        with keys: KeyRing<SealingKey>
    ) throws(CryptoError) -> SecretBytes {
        try keys.key(keyID).open(
            wrappedKey.rawBytes,
            for: Self.context(context, .key(keyID)).rawBytes
        )
    }

    /// A part of an envelope.
    private enum Part {
        case key(KeyID)
        case secret
    }

    /// What a part is sealed for: version, part, id of its key, and whose the envelope is.
    private static func context(_ context: RawSpan, _ part: Part) -> [UInt8] {
        switch part {
        case .key(let id): [version, 1] + bytes(of: id) + Array(copying: context)
        case .secret: [version, 2] + Array(copying: context)
        }
    }

    private static func bytes(of id: KeyID) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: id.number >> $0) }
    }
}

extension Envelope: CustomStringConvertible, CustomReflectable {
    /// Which key opens it, and how long it is.
    public var description: String { "envelope(key \(keyID), \(bytes.count) bytes)" }

    /// Nothing to look into: what is sealed has no place in a log either.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
