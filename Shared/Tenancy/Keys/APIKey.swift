internal import Crypto
internal import Wire

/// The credential of a program: `sxt_<environment>_<id>_<secret>`, of digits and letters.
///
/// The id finds the key's record and is no secret. The secret is 256 random bits and six digits
/// that tell a slip of the hand from a wrong key without asking the database. It is shown once, to
/// whoever makes the key; what is kept is an ``APIKeyHash``.
public struct APIKey: Sendable {
    /// Which of our installations the key is for, as `live` or `test`.
    public let environment: APIKeyEnvironment
    /// Which key it is.
    public let id: APIKeyID
    /// The whole text, in ASCII.
    private let text: SecretBytes

    private static let secretCount = 32
    private static let checksumCount = 4
    /// The most characters that a key may have.
    private static let maximumCount = 100

    /// Why a text is no key.
    public enum Fault: Error, Equatable {
        /// It has not the form of a key.
        case malformed
        /// It has the form, and a character was changed.
        case mistyped
    }

    /// Makes a key that nobody has.
    ///
    /// - Parameter environment: which of our installations it is for.
    public init(environment: APIKeyEnvironment) {
        self.init(environment, .random(), SecretBytes(randomCount: Self.secretCount))
    }

    init(_ environment: APIKeyEnvironment, _ id: APIKeyID, _ secret: SecretBytes) {
        self.environment = environment
        self.id = id
        let body = "sxt_\(environment)_\(id)_" + Base62.encode(secret.bytes)
        text = SecretBytes(utf8: body + Self.checksum(of: body.utf8Span.span.asRawSpan))
    }

    /// Reads a key.
    ///
    /// - Parameter text: what a caller has sent.
    /// - Throws: ``Fault``.
    public init(_ text: String) throws(Fault) {
        let bytes = text.utf8Span.span.asRawSpan
        guard bytes.byteCount <= Self.maximumCount, let ends = Self.partEnds(of: bytes) else {
            throw .malformed
        }
        let end = bytes.byteCount - Base62.digitCount(forBytes: Self.checksumCount)
        guard end > ends.id,
            let environment = APIKeyEnvironment(bytes.extracting(4..<ends.environment)),
            let id = APIKeyID(bytes.extracting(ends.environment + 1..<ends.id)),
            Base62.isEncoded(bytes.extracting(ends.id + 1..<end), count: Self.secretCount),
            Base62.isEncoded(bytes.extracting(end..<bytes.byteCount), count: Self.checksumCount)
        else { throw .malformed }
        let checksum = Self.checksum(of: bytes.extracting(0..<end))
        guard
            checksum.utf8Span.span.asRawSpan.hasSameBytes(as: bytes.extracting(droppingFirst: end))
        else { throw .mistyped }
        self.environment = environment
        self.id = id
        self.text = SecretBytes(copying: bytes)
    }

    /// The id that a text has if it is a key, which is not checked here.
    static func claimedID(in text: RawSpan) -> APIKeyID? {
        guard text.byteCount <= maximumCount, let ends = partEnds(of: text) else { return nil }
        return APIKeyID(claimed: text.extracting(ends.environment + 1..<ends.id))
    }

    /// Where the second and the third of a key's four parts end; nil for what begins otherwise.
    private static func partEnds(of bytes: RawSpan) -> (environment: Int, id: Int)? {
        guard bytes.byteCount > 4, bytes.littleEndian(at: 0, as: UInt32.self) == 0x5F74_7873 else {
            return nil  // It is not `sxt_`.
        }
        var ends: [2 of Int] = [0, 0]
        var count = 0
        for place in 4..<bytes.byteCount where bytes.byte(at: place) == UInt8(ascii: "_") {
            guard count < 2 else { return nil }
            ends[count] = place
            count += 1
        }
        return count == 2 ? (ends[0], ends[1]) : nil
    }

    /// The text, to be shown to whoever made the key, once.
    public func reveal() -> String { String(decoding: Array(copying: text.bytes), as: UTF8.self) }

    /// What is hashed: all of the text.
    var bytes: SecretBytes { text }

    /// Six digits that depend on all of a text; whoever has the text can compute them.
    private static func checksum(of text: RawSpan) -> String {
        let digest = SHA256.digest(of: text)
        return Base62.encode(digest.bytes.rawBytes.extracting(first: checksumCount))
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key without its secret.
    public var description: String { "sxt_\(environment)_\(id)_(secret)" }

    /// The same.
    public var debugDescription: String { description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

/// Which of our installations a key is for: 1 to 12 of `a-z` and `0-9`.
public struct APIKeyEnvironment: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Reads a name; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard (1...12).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isLowercaseLetter || $0.isDecimalDigit })
        else { return nil }
        self.text = String(text)
    }

    /// Reads a name from bytes, as ``init(_:)``.
    init?(_ bytes: RawSpan) { self.init(String(repairing: bytes)) }

    /// The name.
    public var description: String { text }
}

/// Which key: 96 random bits in seventeen digits and letters.
public struct APIKeyID: Hashable, Sendable, CustomStringConvertible {
    /// The digits.
    public let text: String

    private static let byteCount = 12

    /// Reads an id; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard Base62.decode(text, count: Self.byteCount) != nil else { return nil }
        self.text = String(text)
    }

    /// Reads an id from bytes, as ``init(_:)``.
    init?(_ bytes: RawSpan) {
        guard Base62.isEncoded(bytes, count: Self.byteCount) else { return nil }
        text = String(repairing: bytes)
    }

    /// Draws an id.
    public static func random() -> APIKeyID {
        APIKeyID(checked: Base62.encode(SecureRandom.bytes(byteCount).rawBytes))
    }

    private init(checked text: String) { self.text = text }

    /// What may be an id, to look it up.
    fileprivate init(claimed bytes: RawSpan) { text = String(repairing: bytes) }

    /// The digits.
    public var description: String { text }
}
