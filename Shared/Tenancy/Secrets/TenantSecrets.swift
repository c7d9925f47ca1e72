public import Crypto
public import Telemetry
internal import Wire

/// What a tenant calls one of its secrets, as `connectors.meta.token`.
public struct SecretName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Reads a name: 1 to 63 of `a-z`, `0-9`, `-`, `_` and `.`, a letter first; nil for any other
    /// text.
    public init?(_ text: some StringProtocol) {
        guard (1...63).contains(text.utf8.count), let first = text.utf8.first,
            first.isLowercaseLetter,
            text.utf8.allSatisfy({
                $0.isLowercaseLetter || $0.isDecimalDigit || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            })
        else { return nil }
        self.text = String(text)
    }

    /// The name.
    public var description: String { text }
}

/// Seals the credentials that tenants entrust to us, each for its tenant and its name: an envelope
/// that is copied to another row does not open there.
public struct TenantSecrets: Sendable {
    /// How many bytes a secret may have.
    public static let secretCount = 1...65_536

    private let keys: KeyRing<SealingKey>

    /// Seals with these key-encryption keys.
    public init(_ keys: KeyRing<SealingKey>) { self.keys = keys }

    /// The id of the key that seals.
    var currentID: KeyID { keys.currentID }

    /// Seals a secret.
    ///
    /// - Parameters:
    ///   - secret: 1 to 65,536 bytes.
    ///   - name: what the tenant calls it.
    ///   - tenant: whose it is.
    /// - Returns: what is kept.
    /// - Throws: `CryptoError.malformed` for another number of bytes.
    public func seal(
        _ secret: SecretBytes,
        named name: SecretName,
        of tenant: TenantID
    ) throws(CryptoError) -> Envelope {
        guard Self.secretCount.contains(secret.count) else {
            throw .malformed("a secret has 1 to 65,536 bytes, this one \(secret.count)")
        }
        return Envelope(sealing: secret, for: Self.context(name, tenant).rawBytes, with: keys)
    }

    /// Opens a secret, for whoever uses it; no API gives it back.
    ///
    /// - Parameters:
    ///   - envelope: what was kept.
    ///   - name: what the tenant calls it.
    ///   - tenant: whose it is.
    /// - Returns: the secret.
    /// - Throws: `CryptoError.unknownKey`, `CryptoError.notAuthentic`.
    public func open(
        _ envelope: Envelope,
        named name: SecretName,
        of tenant: TenantID
    ) throws(CryptoError) -> SecretBytes {
        try envelope.open(for: Self.context(name, tenant).rawBytes, with: keys)
    }

    /// Whether an envelope is to be rewrapped because the key-encryption key has changed.
    public func isOutdated(_ envelope: Envelope) -> Bool { envelope.keyID != keys.currentID }

    /// The same secret under the current key-encryption key.
    ///
    /// - Parameters: as for ``open(_:named:of:)``.
    /// - Returns: what is kept from now on.
    /// - Throws: as ``open(_:named:of:)``.
    public func rewrapped(
        _ envelope: Envelope,
        named name: SecretName,
        of tenant: TenantID
    ) throws(CryptoError) -> Envelope {
        try envelope.rewrapped(for: Self.context(name, tenant).rawBytes, with: keys)
    }

    /// Ids have one length and no NUL, so that no two pairs have the same bytes.
    private static func context(_ name: SecretName, _ tenant: TenantID) -> [UInt8] {
        Array("sextant secret\0\(tenant)\0\(name)".utf8)
    }
}

/// What may be told of a secret once it has been set.
public struct SecretSummary: Hashable, Sendable {
    /// What the tenant calls it.
    public let name: SecretName
    /// Its last four characters, by which people know it again; nil if they would tell too much.
    public let lastFour: String?
    /// When it was set.
    public let setAt: UTCTimestamp

    /// The summary of a secret.
    ///
    /// - Parameters:
    ///   - name: what the tenant calls it.
    ///   - secret: the secret; one of fewer than 16 bytes, or whose last four are not visible
    ///     ASCII, shows nothing of itself.
    ///   - setAt: when it was set.
    public init(_ name: SecretName, of secret: SecretBytes, setAt: UTCTimestamp) {
        self.name = name
        self.setAt = setAt
        let last = Array(copying: secret.bytes.extracting(last: 4))
        let isShown = secret.count >= 16 && last.allSatisfy { (0x21...0x7E).contains($0) }
        lastFour = isShown ? String(decoding: last, as: UTF8.self) : nil
    }

    /// Takes what was kept.
    init(_ name: SecretName, lastFour: String?, setAt: UTCTimestamp) {
        self.name = name
        self.lastFour = lastFour
        self.setAt = setAt
    }
}
