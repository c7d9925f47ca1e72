package import Crypto

/// What a token says, and its bytes, of which there is one form for each meaning.
///
/// A version, 1; four bytes of the key's id; issuer and audience; eight bytes of the end in
/// milliseconds since 1970; tenant and actor; the number of scopes, and the scopes in order. Texts
/// have their length in one byte before them; numbers are big-endian.
package struct ContextClaims: Equatable {
    package let keyID: KeyID
    package let issuer: ServiceName
    package let audience: ServiceName
    /// In milliseconds since 1970.
    package let expiry: Int64
    package let context: TenantContext

    private static let version: UInt8 = 1

    /// The bytes that are signed.
    package var bytes: [UInt8] {
        var bytes = [Self.version]
        bytes.append(bigEndian: UInt64(keyID.number), count: 4)
        bytes.append(text: issuer.text)
        bytes.append(text: audience.text)
        bytes.append(bigEndian: UInt64(bitPattern: expiry), count: 8)
        bytes.append(text: context.tenant.text)
        bytes.append(text: context.actor.description)
        bytes.append(UInt8(context.scopes.scopes.count))
        for scope in context.scopes.scopes { bytes.append(text: scope.text) }
        return bytes
    }

    /// Who signed, with which key, and for whom: what has to be known before the signature counts.
    struct Header: Equatable {
        let keyID: KeyID
        let issuer: ServiceName
        let audience: ServiceName
    }

    /// Reads who signed.
    ///
    /// - Parameter bytes: those that are signed.
    /// - Returns: what they claim.
    /// - Throws: ``AccessRefusal/malformed(_:)``.
    static func header(of bytes: [UInt8]) throws(AccessRefusal) -> Header {
        var reader = ClaimsReader(bytes)
        return try reader.header()
    }

    /// Reads all of it.
    ///
    /// - Parameter bytes: what ``bytes`` gave.
    /// - Throws: ``AccessRefusal/malformed(_:)`` for anything else.
    package init(_ bytes: [UInt8]) throws(AccessRefusal) {
        var reader = ClaimsReader(bytes)
        let header = try reader.header()
        let expiry = Int64(bitPattern: try reader.number(count: 8))
        guard let tenant = TenantID(try reader.text()) else { throw .malformed("the tenant") }
        guard let actor = Actor(text: try reader.text()) else { throw .malformed("the actor") }
        var scopes: [Scope] = []
        for _ in 0..<(try reader.number(count: 1)) {
            guard let scope = Scope(try reader.text()), scopes.last.map({ $0 < scope }) ?? true
            else { throw .malformed("the scopes") }
            scopes.append(scope)
        }
        guard let set = ScopeSet(scopes) else { throw .malformed("the number of scopes") }
        guard reader.isAtEnd else { throw .malformed("bytes after the end") }
        self.init(
            keyID: header.keyID,
            issuer: header.issuer,
            audience: header.audience,
            expiry: expiry,
            context: TenantContext(tenant: tenant, actor: actor, scopes: set)
        )
    }

    init(
        keyID: KeyID,
        issuer: ServiceName,
        audience: ServiceName,
        expiry: Int64,
        context: TenantContext
    ) {
        self.keyID = keyID
        self.issuer = issuer
        self.audience = audience
        self.expiry = expiry
        self.context = context
    }

    fileprivate static func check(version: UInt64) throws(AccessRefusal) {
        guard version == Self.version else { throw .malformed("version \(version)") }
    }
}

/// Reads the parts of claims one after the other.
private struct ClaimsReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func header() throws(AccessRefusal) -> ContextClaims.Header {
        try ContextClaims.check(version: number(count: 1))
        let number = UInt32(truncatingIfNeeded: try number(count: 4))
        guard let keyID = KeyID(number) else { throw .malformed("the key's id") }
        guard let issuer = ServiceName(try text()) else { throw .malformed("the issuer") }
        guard let audience = ServiceName(try text()) else { throw .malformed("the audience") }
        return ContextClaims.Header(keyID: keyID, issuer: issuer, audience: audience)
    }

    /// A number of so many bytes, at most eight.
    mutating func number(count: Int) throws(AccessRefusal) -> UInt64 {
        try take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A text of ASCII: all of ours are.
    mutating func text() throws(AccessRefusal) -> String {
        let count = Int(try number(count: 1))
        let text = try take(count)
        guard text.allSatisfy({ $0 < 0x80 }) else { throw .malformed("a text") }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func take(_ count: Int) throws(AccessRefusal) -> ArraySlice<UInt8> {
        guard bytes.count - position >= count else { throw .malformed("too short") }
        defer { position += count }
        return bytes[position..<position + count]
    }
}

extension [UInt8] {
    mutating func append(bigEndian number: UInt64, count: Int) {
        for place in (0..<count).reversed() {
            append(UInt8(truncatingIfNeeded: number >> UInt64(place * 8)))
        }
    }

    /// Appends a text of at most 255 bytes.
    fileprivate mutating func append(text: String) {
        append(UInt8(text.utf8.count))
        append(contentsOf: text.utf8)
    }
}
