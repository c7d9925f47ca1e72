internal import Crypto
internal import Net
public import Telemetry

/// Signs contexts for the services that this one calls.
///
/// A token is used again for 30 s: it leaves as many, and the skew of the clocks, for the call to
/// arrive. May be used by any thread.
public final class ContextIssuer: Sendable {
    /// Why a context cannot be signed: there is no key for a service, which this one then may not
    /// call.
    public struct UnknownAudience: Error, CustomStringConvertible {
        /// The service.
        public let audience: ServiceName

        /// The reason in words.
        public var description: String { "there is no key to sign contexts for \(audience)" }
    }

    private struct Recipient: Hashable {
        let audience: ServiceName
        let context: TenantContext
    }

    private struct Issued {
        let token: String
        let reusableUntil: Int64
    }

    private struct State {
        var keys: ContextKeys
        var issued: [Recipient: Issued] = [:]
    }

    /// This service.
    package let name: ServiceName
    private let now: @Sendable () -> UTCTimestamp
    private let maximumKept: Int
    private let state: Locked<State>

    /// An issuer.
    ///
    /// - Parameters:
    ///   - name: this service.
    ///   - keys: the ring for each service that this one may call.
    ///   - maximumKept: how many tokens are kept to be used again.
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

    /// Signs with other keys from now on.
    public func replaceKeys(_ keys: ContextKeys) {
        state.withLock { $0 = State(keys: keys) }
    }

    /// The token of a context.
    ///
    /// - Parameters:
    ///   - context: for whom, by whom, with what scopes the call is made.
    ///   - audience: the service that is called.
    /// - Returns: the value of `x-tenant-context`.
    /// - Throws: ``UnknownAudience``.
    public func token(
        for context: TenantContext,
        to audience: ServiceName
    ) throws(UnknownAudience) -> String {
        let recipient = Recipient(audience: audience, context: context)
        let now = now().milliseconds
        let token = state.withLock { state -> String? in
            if let issued = state.issued[recipient], now < issued.reusableUntil,
                issued.reusableUntil <= now + ContextToken.reuseMilliseconds
            {
                return issued.token
            }
            guard let ring = state.keys[audience] else { return nil }
            let claims = ContextClaims(
                keyID: ring.currentID,
                issuer: name,
                audience: audience,
                expiry: now + ContextToken.lifetimeMilliseconds,
                context: context
            )
            let token = ContextToken.sign(claims, with: ring.current)
            if state.issued.count >= maximumKept {
                state.issued = state.issued.filter { now < $0.value.reusableUntil }
            }
            if state.issued.count >= maximumKept { state.issued.removeAll() }
            state.issued[recipient] = Issued(
                token: token,
                reusableUntil: now + ContextToken.reuseMilliseconds
            )
            return token
        }
        guard let token else { throw UnknownAudience(audience: audience) }
        return token
    }

    /// How many tokens are kept.
    var keptCount: Int { state.withLock { $0.issued.count } }
}
