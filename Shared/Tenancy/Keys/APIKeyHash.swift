public import Crypto
internal import Wire

/// What is kept of an API key: a code that takes a pepper to compute, which the database has not.
///
/// Whoever reads the table learns nothing that could be tried, and whoever writes to it can make no
/// key. The secret has 256 random bits, so that a slow hash would add nothing.
public struct APIKeyHash: Hashable, Sendable {
    /// Which pepper it was made with.
    public let pepperID: KeyID
    /// The code, 32 bytes.
    public let code: [UInt8]

    /// Hashes a key with the current pepper.
    public init(_ key: APIKey, with peppers: KeyRing<AuthenticationKey>) {
        pepperID = peppers.currentID
        code = peppers.current.code(for: key.bytes.bytes)
    }

    /// Takes what was kept.
    ///
    /// - Parameters:
    ///   - pepperID: which pepper it was made with.
    ///   - code: 32 bytes.
    /// - Throws: `CryptoError.malformed` for another number of bytes.
    public init(pepperID: KeyID, code: [UInt8]) throws(CryptoError) {
        guard code.count == AuthenticationKey.codeCount else {
            throw .malformed("the hash of an API key has \(code.count) bytes")
        }
        self.pepperID = pepperID
        self.code = code
    }

    /// Whether it is of a key, in a time that tells nothing of how much of the key is right.
    ///
    /// - Parameters:
    ///   - key: what a caller has sent.
    ///   - peppers: all that hashes were made with.
    /// - Returns: true if it is.
    /// - Throws: `CryptoError.unknownKey` if the pepper is gone.
    public func isHash(
        of key: APIKey,
        with peppers: KeyRing<AuthenticationKey>
    ) throws(CryptoError) -> Bool {
        try peppers.key(pepperID).isValid(code.rawBytes, for: key.bytes.bytes)
    }
}

extension APIKeyHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Which pepper it was made with.
    public var description: String { "hash(pepper \(pepperID))" }

    /// The same.
    public var debugDescription: String { description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
