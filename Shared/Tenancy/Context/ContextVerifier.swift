internal import Crypto
internal import Net
public import Telemetry
internal import Wire

/// Verifies the contexts that come with calls of this service.
///
/// A token that was verified is known again until it ends, so that its signature is computed once.
/// May be used by any thread.
public final class ContextVerifier: Sendable {
    private struct Known {
        let context: VerifiedContext
        let expiry: Int64
    }

    private struct State {
        var keys: ContextKeys
        var known: [String: Known] = [:]
    }

    private let name: ServiceName
    private let now: @Sendable () -> UTCTimestamp
    private let maximumKept: Int
    private let state: Locked<State>

    /// A verifier.
    ///
    /// - Parameters:
    ///   - name: this service.
    ///   - keys: the ring of each service that may call this one.
    ///   - maximumKept: how many tokens are known again.
    ///   - now: the clock.
    public init(
        _ name: ServiceName,
        keys: ContextKeys,
        maximumKept: Int = 10_000,
        now: @escaping @Sendable () -> UTCTimestamp = { .now }
    ) {
        self.name = name
        self.now = now
        self.maximumKept = maximumKept
        state = Locked(State(keys: keys))
    }

    /// Verifies with other keys from now on; what was signed with one that is gone counts no more.
    public func replaceKeys(_ keys: ContextKeys) {
        state.withLock { $0 = State(keys: keys) }
    }

    /// Verifies a token.
    ///
    /// - Parameter token: the value of `x-tenant-context`.
    /// - Returns: what it says.
    /// - Throws: ``AccessRefusal``, of those that concern the context alone.
    public func verify(_ token: String) throws(AccessRefusal) -> VerifiedContext {
        let now = now()
        // Nobody learns by the time it takes how much of a guess is right: tokens are found by a
        // hash that is keyed anew in each process.
        if let known = state.withLock({ $0.known[token] }) {
            try ContextToken.check(expiry: known.expiry, at: now)
            return known.context
        }
        let (bytes, signature) = try ContextToken.parts(of: token)
        let header = try ContextClaims.header(of: bytes)
        guard header.audience == name else {
            throw .foreign("it is for \(header.audience), and this is \(name)")
        }
        let key = try key(of: header)
        guard key.isValid(signature.rawBytes, for: bytes.rawBytes) else { throw .forged }
        let claims = try ContextClaims(bytes)
        try ContextToken.check(expiry: claims.expiry, at: now)
        let context = VerifiedContext(claims.context, issuer: claims.issuer)
        keep(context, of: token, until: claims.expiry, at: now, key: header)
        return context
    }

    private func key(of header: ContextClaims.Header) throws(AccessRefusal) -> AuthenticationKey {
        guard let ring = state.withLock({ $0.keys[header.issuer] }) else {
            throw .foreign("\(header.issuer) may not call \(name)")
        }
        do throws(CryptoError) {
            return try ring.key(header.keyID)
        } catch {
            throw .unknownKey(header.keyID)
        }
    }

    private func keep(
        _ context: VerifiedContext,
        of token: String,
        until expiry: Int64,
        at now: UTCTimestamp,
        key: ContextClaims.Header
    ) {
        state.withLock { state in
            // The keys may have been replaced in the meantime.
            guard state.keys[key.issuer]?.ids.contains(key.keyID) == true else { return }
            if state.known.count >= maximumKept {
                let end = now.milliseconds - ContextToken.skewMilliseconds
                state.known = state.known.filter { end < $0.value.expiry }
            }
            if state.known.count >= maximumKept { state.known.removeAll() }
            state.known[token] = Known(context: context, expiry: expiry)
        }
    }

    /// How many tokens are known.
    var keptCount: Int { state.withLock { $0.known.count } }
}
