internal import Wire

/// Hashes passwords and checks them, at a cost that makes guessing dear.
///
/// Both take about a tenth of a second and 64 MiB: they belong on the blocking pool, never on a
/// loop, and the number of its threads bounds the memory.
public struct PasswordHasher: Sendable {
    /// How many bytes of UTF-8 a password may have.
    public static let passwordCount = 1...1_024

    private let cost: Argon2id.Cost
    private static let saltCount = 16
    private static let hashCount = 32

    /// The second cost that RFC 9106 recommends (§4): 64 MiB, three passes, four lanes.
    ///
    /// The lanes are filled on the one thread that calls.
    public init() {
        cost = Argon2id.Cost(memory: 65_536, passes: 3, lanes: 4)
    }

    /// A cost of one's own, as for tests.
    ///
    /// - Parameters:
    ///   - memory: in KiB, from eight for each lane to ``PasswordHash/maximumMemory``.
    ///   - passes: 1 to 64.
    ///   - lanes: 1 to 64.
    public init(memory: Int, passes: Int, lanes: Int) {
        precondition(
            (1...64).contains(lanes) && (1...64).contains(passes)
                && (8 * lanes...PasswordHash.maximumMemory).contains(memory),
            "a cost beyond its bounds"
        )
        cost = Argon2id.Cost(memory: memory, passes: passes, lanes: lanes)
    }

    /// Hashes a password with a random salt.
    ///
    /// - Parameter password: 1 to 1,024 bytes.
    /// - Returns: what to keep.
    /// - Throws: ``CryptoError/malformed(_:)`` for other lengths, ``CryptoError/outOfMemory``.
    public func hash(_ password: SecretBytes) throws(CryptoError) -> PasswordHash {
        try hash(password, salt: SecureRandom.bytes(Self.saltCount))
    }

    func hash(_ password: SecretBytes, salt: [UInt8]) throws(CryptoError) -> PasswordHash {
        try Self.check(password)
        let hash = try Argon2id.hash(password, salt: salt, cost: cost, count: Self.hashCount)
        return PasswordHash(cost, salt: salt, hash: hash)
    }

    /// Whether a password is the one that a hash is of.
    ///
    /// - Parameters:
    ///   - password: what someone has typed.
    ///   - kept: the hash of the account; nil if there is none of the name, which takes as long as
    ///     a wrong password, so that nobody learns which accounts there are.
    /// - Returns: true if it is.
    /// - Throws: as ``hash(_:)-(SecretBytes)``.
    public func isPassword(
        _ password: SecretBytes,
        of kept: PasswordHash?
    ) throws(CryptoError) -> Bool {
        try Self.check(password)
        guard let kept else {
            let salt = [UInt8](repeating: 0, count: Self.saltCount)
            let hash = try Argon2id.hash(password, salt: salt, cost: cost, count: Self.hashCount)
            return hash.isEmpty
        }
        let hash = try Argon2id.hash(
            password,
            salt: kept.salt,
            cost: kept.cost,
            count: kept.hash.count
        )
        return hash.rawBytes.isSameInConstantTime(as: kept.hash.rawBytes)
    }

    /// Whether a hash was made at another cost: whoever proves to have its password gets a new one.
    public func isOutdated(_ kept: PasswordHash) -> Bool {
        kept.cost != cost || kept.hash.count != Self.hashCount
            || kept.salt.count != Self.saltCount
    }

    private static func check(_ password: SecretBytes) throws(CryptoError) {
        guard passwordCount.contains(password.count) else {
            throw .malformed("a password has 1 to 1,024 bytes, this one \(password.count)")
        }
    }
}
