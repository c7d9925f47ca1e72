public import Crypto
internal import Wire

/// The keys of contexts: one ring for each pair of an issuer and an audience.
///
/// A service holds the rings of those it may call, to sign, and of those that may call it, to
/// verify. So it can sign only as itself, and only for those it may call.
public typealias ContextKeys = [ServiceName: KeyRing<AuthenticationKey>]

extension KeyRing where Key == AuthenticationKey {
    /// The ring of a pair, from secrets of the whole installation: for whoever hands out the keys,
    /// and for an installation that is one process.
    ///
    /// - Parameters:
    ///   - root: the secrets; the ids stay theirs.
    ///   - issuer: who signs.
    ///   - audience: who verifies.
    /// - Returns: a ring from which neither the root nor another pair's can be had.
    /// - Throws: nothing that a ring of secrets can cause.
    public static func contextKeys(
        from root: KeyRing<SecretBytes>,
        issuer: ServiceName,
        audience: ServiceName
    ) throws(CryptoError) -> KeyRing<AuthenticationKey> {
        try KeyRing<SecretBytes>.contextSecrets(from: root, issuer: issuer, audience: audience)
            .map { secret throws(CryptoError) in AuthenticationKey(secret) }
    }
}

extension KeyRing where Key == SecretBytes {
    /// The secrets of a pair, for whoever hands them out; see
    /// ``contextKeys(from:issuer:audience:)``.
    ///
    /// - Parameters:
    ///   - root: the secrets of the installation; the ids stay theirs.
    ///   - issuer: who signs.
    ///   - audience: who verifies.
    /// - Returns: what the keys of the pair are made of.
    /// - Throws: nothing that a ring of secrets can cause.
    public static func contextSecrets(
        from root: KeyRing<SecretBytes>,
        issuer: ServiceName,
        audience: ServiceName
    ) throws(CryptoError) -> KeyRing<SecretBytes> {
        // A service's name has no NUL in it, so that no two pairs have the same purpose.
        let purpose = Array("sextant tenant context\0\(issuer)\0\(audience)".utf8)
        return try root.map { secret throws(CryptoError) in
            KeyDerivation.key(from: secret, purpose: purpose.rawBytes)
        }
    }
}
