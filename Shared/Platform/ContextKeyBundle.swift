public import Crypto
public import Tenancy

/// The keys that one service has to sign contexts and to verify them: a line for each pair of
/// services that it belongs to, `ISSUER AUDIENCE NUMBER:KEY,…`.
///
/// Keys are as ``Crypto/KeyRing/init(text:)`` reads them: the first signs, all verify.
public struct ContextKeyBundle: Sendable {
    private struct Pair: Sendable {
        let issuer: ServiceName
        let audience: ServiceName
        let ring: KeyRing<SecretBytes>
    }

    private var pairs: [Pair] = []

    /// No keys.
    public init() {}

    /// Reads a bundle.
    ///
    /// - Parameter text: the lines; empty ones count for nothing.
    /// - Throws: `CryptoError.malformed`, without a word of a key.
    public init(text: String) throws(CryptoError) {
        for (index, line) in text.split(separator: "\n").enumerated() {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, let issuer = ServiceName(parts[0]),
                let audience = ServiceName(parts[1])
            else { throw .malformed("line \(index + 1) is not 'issuer audience number:key'") }
            let isTwice = pairs.contains { $0.issuer == issuer && $0.audience == audience }
            if isTwice { throw .malformed("the pair \(issuer) \(audience) is there twice") }
            let ring = try KeyRing<SecretBytes>(text: String(parts[2]))
            pairs.append(Pair(issuer: issuer, audience: audience, ring: ring))
        }
    }

    /// Adds the keys of a pair.
    ///
    /// - Parameters:
    ///   - root: the secrets of the installation.
    ///   - issuer: who signs.
    ///   - audience: who verifies.
    /// - Throws: nothing that a ring of secrets can cause.
    mutating func add(
        from root: KeyRing<SecretBytes>,
        issuer: ServiceName,
        audience: ServiceName
    ) throws(CryptoError) {
        let ring = try KeyRing<SecretBytes>.contextSecrets(
            from: root,
            issuer: issuer,
            audience: audience
        )
        pairs.append(Pair(issuer: issuer, audience: audience, ring: ring))
    }

    /// The rings by which a service verifies, by who signs.
    public func verifying(at audience: ServiceName) throws(CryptoError) -> ContextKeys {
        var keys = ContextKeys()
        for pair in pairs where pair.audience == audience {
            keys[pair.issuer] = try pair.ring.authenticationKeys
        }
        return keys
    }

    /// The rings by which a service signs, by who verifies.
    public func signing(as issuer: ServiceName) throws(CryptoError) -> ContextKeys {
        var keys = ContextKeys()
        for pair in pairs where pair.issuer == issuer {
            keys[pair.audience] = try pair.ring.authenticationKeys
        }
        return keys
    }

    /// Signs the pages of a service's lists, with keys that follow from those by which it verifies
    /// the gateway's calls: all its instances have them, and no other service has.
    ///
    /// - Parameter service: the service.
    /// - Returns: its tokens.
    /// - Throws: `CryptoError.malformed` if the gateway may not call it.
    public func pageTokens(of service: ServiceName) throws(CryptoError) -> PageTokens {
        let pair = pairs.first {
            $0.issuer.text == ServiceGraph.gateway && $0.audience == service
        }
        guard let pair else {
            throw .malformed("context_keys has no pair '\(ServiceGraph.gateway) \(service)'")
        }
        return try PageTokens(of: service.text, from: pair.ring)
    }

    /// The bundle as ``init(text:)`` reads it, to be kept where nobody else reads it.
    public func reveal() -> String {
        pairs.map { "\($0.issuer) \($0.audience) \($0.ring.reveal())\n" }.joined()
    }
}

extension KeyRing where Key == SecretBytes {
    fileprivate var authenticationKeys: KeyRing<AuthenticationKey> {
        get throws(CryptoError) {
            try map { secret throws(CryptoError) in AuthenticationKey(secret) }
        }
    }
}
