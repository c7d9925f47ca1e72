internal import Crypto
internal import Net

/// What is known of API keys, for a while: those that were found, and ids that are not there.
///
/// However many ask for a key that is not known, it is read once. Ids that are not there cannot
/// drive out keys that are, as anyone can make them up. May be used by any thread.
final class APIKeyCache: Sendable {
    private typealias GrantedKey = APIKeyStore.GrantedKey

    private struct Found {
        let key: GrantedKey
        let until: ContinuousClock.Instant
        /// The text that was found to be this key's; nil before.
        var text: SecretBytes?
    }

    private struct State {
        var found: [APIKeyID: Found] = [:]
        var absent: [APIKeyID: ContinuousClock.Instant] = [:]
        /// How often something was forgotten: what was being read then is not remembered.
        var forgotten = 0
    }

    private let read: @Sendable (APIKeyID) async throws -> GrantedKey?
    private let instant: @Sendable () -> ContinuousClock.Instant
    private let state = Locked(State())
    private let reads = SingleFlight<APIKeyID, APIKeyStore.GrantedKey?>(maximumWaiting: 20_000)

    /// How many keys, and ids that are none, are remembered; when there are more, all are
    /// forgotten.
    static let maximumKnown = 20_000

    /// Knows nothing.
    ///
    /// - Parameters:
    ///   - instant: the monotonic clock.
    ///   - read: reads a key from where keys are kept, in a time of its own.
    init(
        instant: @escaping @Sendable () -> ContinuousClock.Instant,
        read: @escaping @Sendable (APIKeyID) async throws -> APIKeyStore.GrantedKey?
    ) {
        self.instant = instant
        self.read = read
    }

    /// Finds a key.
    ///
    /// - Parameter id: the key's.
    /// - Returns: the key as it was at most ``APIKeyStore/maximumAge`` ago; nil if there is none.
    /// - Throws: what reading throws, `CancellationError`, or `SingleFlightFull`.
    func find(_ id: APIKeyID) async throws -> APIKeyStore.GrantedKey? {
        let now = instant()
        let (found, isAbsent) = state.withLock { state in
            (state.found[id], state.absent[id].map { now < $0 } ?? false)
        }
        if let found, now < found.until { return found.key }
        if isAbsent { return nil }
        return try await reads.value(of: id) { try await self.readAndRemember(id) }
    }

    /// Notes the text of a key, which was checked against what was found of it.
    func note(_ text: SecretBytes, of key: APIKeyStore.GrantedKey) {
        state.withLock { state in
            // It may have been read anew in the meantime.
            guard state.found[key.record.id]?.key.record.hash == key.record.hash else { return }
            state.found[key.record.id]?.text = text
        }
    }

    /// Finds a key whose text was noted.
    ///
    /// - Parameter text: what a caller has sent.
    /// - Returns: the key as it was at most ``APIKeyStore/maximumAge`` ago; nil if the text is not
    ///   known to be its.
    func find(text: RawSpan) -> APIKeyStore.GrantedKey? {
        guard let id = APIKey.claimedID(in: text) else { return nil }
        guard let found = state.withLock({ $0.found[id] }), let noted = found.text,
            noted.bytes.isSameInConstantTime(as: text), instant() < found.until
        else { return nil }
        return found.key
    }

    /// Has a key be read anew.
    func forget(_ id: APIKeyID) {
        state.withLock { state in
            state.found[id] = nil
            state.absent[id] = nil
            state.forgotten += 1
        }
        reads.forget(id)
    }

    private func readAndRemember(_ id: APIKeyID) async throws -> GrantedKey? {
        // What is read is at least as new as this.
        let until = instant().advanced(by: APIKeyStore.maximumAge)
        let forgotten = state.withLock { $0.forgotten }
        let key = try await read(id)
        state.withLock { state in
            guard state.forgotten == forgotten else { return }
            if let key {
                if state.found.count >= Self.maximumKnown { state.found = [:] }
                state.found[id] = Found(key: key, until: until)
            } else {
                if state.absent.count >= Self.maximumKnown { state.absent = [:] }
                state.absent[id] = until
            }
        }
        return key
    }
}
