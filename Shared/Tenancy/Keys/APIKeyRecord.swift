public import Crypto
public import Telemetry

/// What is known of an API key: who may use it, for what, and until when.
public struct APIKeyRecord: Hashable, Sendable {
    /// Where a key may be used.
    public enum Use: Hashable, Sendable {
        /// By programs that keep it secret.
        case server
        /// In pages that anyone can read, from these origins alone, as `https://shop.example`: it
        /// may write events and do nothing else.
        case browser(origins: Set<String>)
    }

    /// Why a key does not count.
    public enum Refusal: Error, Equatable, CaseIterable {
        /// It is not the key of this record.
        case wrongKey
        /// The pepper that its hash was made with is gone: it has to be made anew.
        case unknownPepper
        /// Its time is over, or it was replaced and the overlap is over.
        case expired
        /// Someone has taken it back.
        case revoked
        /// It is used from a page that it is not for.
        case wrongOrigin
    }

    /// Why no record can be made.
    public enum Fault: Error, Equatable {
        /// A key for browsers may have the scope `events:write` and no other.
        case scopesOfBrowserKey
        /// An origin is not a scheme, a host and at most a port, in lower case; which.
        case origin(String)
    }

    /// Which key it is.
    public let id: APIKeyID
    /// What its text is checked against.
    public let hash: APIKeyHash
    /// What it may do.
    public let scopes: ScopeSet
    /// Where it may be used.
    public let use: Use
    /// Until when it counts; nil for ever.
    public private(set) var expiresAt: UTCTimestamp?
    /// When it was taken back; nil if it was not.
    public private(set) var revokedAt: UTCTimestamp?

    /// Makes a record, or takes one that was kept.
    ///
    /// - Parameters:
    ///   - id: that of the key.
    ///   - hash: of its text.
    ///   - scopes: what it may do.
    ///   - use: where it may be used.
    ///   - expiresAt: until when it counts; nil for ever.
    ///   - revokedAt: when it was taken back; nil if it was not.
    /// - Throws: ``Fault``.
    public init(
        id: APIKeyID,
        hash: APIKeyHash,
        scopes: ScopeSet,
        use: Use = .server,
        expiresAt: UTCTimestamp? = nil,
        revokedAt: UTCTimestamp? = nil
    ) throws(Fault) {
        if case .browser(let origins) = use {
            guard scopes.text == "events:write" else { throw .scopesOfBrowserKey }
            if let wrong = origins.sorted().first(where: { !Self.isOrigin($0) }) {
                throw .origin(wrong)
            }
        }
        self.id = id
        self.hash = hash
        self.scopes = scopes
        self.use = use
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    /// Checks a key that a caller has sent.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - origin: the value of the field `origin`; nil if there is none.
    ///   - now: the time.
    ///   - peppers: all that hashes were made with.
    /// - Throws: ``Refusal``; a caller that has not the right key learns nothing else.
    public func check(
        _ key: APIKey,
        from origin: String?,
        at now: UTCTimestamp,
        with peppers: KeyRing<AuthenticationKey>
    ) throws(Refusal) {
        guard key.id == id else { throw .wrongKey }
        let isRight: Bool
        do throws(CryptoError) {
            isRight = try hash.isHash(of: key, with: peppers)
        } catch {
            throw .unknownPepper
        }
        guard isRight else { throw .wrongKey }
        try checkUse(from: origin, at: now)
    }

    /// Checks that a key, which is the right one, counts and may be used.
    func checkUse(from origin: String?, at now: UTCTimestamp) throws(Refusal) {
        if let revokedAt, revokedAt <= now { throw .revoked }
        if let expiresAt, expiresAt <= now { throw .expired }
        if case .browser(let origins) = use {
            guard let origin, origins.contains(origin) else { throw .wrongOrigin }
        }
    }

    /// This record when the key has been taken back; it cannot be given back.
    public func revoked(at now: UTCTimestamp) -> APIKeyRecord {
        var record = self
        record.revokedAt = min(revokedAt ?? now, now)
        return record
    }

    /// A new key with the same rights, beside which this one counts for a while.
    public struct Rotation: Sendable {
        /// The new key, to be shown once.
        public let key: APIKey
        /// The record of the new key.
        public let new: APIKeyRecord
        /// The record of this key, which ends with the overlap.
        public let old: APIKeyRecord
    }

    /// Replaces the key.
    ///
    /// - Parameters:
    ///   - overlap: how long the old key still counts; never longer than it would have.
    ///   - expiresAt: until when the new key counts; nil for ever.
    ///   - environment: which of our installations the key is for.
    ///   - now: the time.
    ///   - peppers: the current one makes the new hash.
    /// - Returns: the new key and both records.
    public func rotated(
        overlap: Duration,
        expiresAt: UTCTimestamp? = nil,
        environment: APIKeyEnvironment,
        at now: UTCTimestamp,
        with peppers: KeyRing<AuthenticationKey>
    ) -> Rotation {
        let key = APIKey(environment: environment)
        var old = self
        let end = now.advanced(by: max(overlap, .zero))
        old.expiresAt = min(self.expiresAt ?? end, end)
        let hash = APIKeyHash(key, with: peppers)
        let new = APIKeyRecord(replacing: self, with: key.id, hash, expiresAt)
        return Rotation(key: key, new: new, old: old)
    }

    private init(
        replacing old: APIKeyRecord,
        with id: APIKeyID,
        _ hash: APIKeyHash,
        _ expiresAt: UTCTimestamp?
    ) {
        self.id = id
        self.hash = hash
        scopes = old.scopes
        use = old.use
        self.expiresAt = expiresAt
        revokedAt = nil
    }

    /// Whether a text is a serialized origin with a host (RFC 6454, §6.2).
    private static func isOrigin(_ text: String) -> Bool {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "https" || parts[0] == "http",
            (1...253).contains(parts[1].utf8.count)
        else { return false }
        let host = parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard !host[0].isEmpty,
            host[0].utf8.allSatisfy({
                $0.isLowercaseLetter || $0.isDecimalDigit || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: ".")
            })
        else { return false }
        guard host.count == 2 else { return true }
        return UInt16(host[1]).map { $0 > 0 && "\($0)" == host[1] } ?? false
    }
}

extension UTCTimestamp {
    /// The moment after a duration, to the millisecond below; never beyond the last there is.
    func advanced(by duration: Duration) -> UTCTimestamp {
        let (seconds, attoseconds) = duration.components
        let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !isOver else { return UTCTimestamp(milliseconds: .max) }
        let (sum, isBeyond) = milliseconds.addingReportingOverflow(
            whole + attoseconds / 1_000_000_000_000_000
        )
        return UTCTimestamp(milliseconds: isBeyond ? .max : sum)
    }
}

extension UTCTimestamp {
    fileprivate static func <= (left: UTCTimestamp, right: UTCTimestamp) -> Bool {
        left.milliseconds <= right.milliseconds
    }
}

private func min(_ left: UTCTimestamp, _ right: UTCTimestamp) -> UTCTimestamp {
    left.milliseconds <= right.milliseconds ? left : right
}
