/// Which tenant: fifteen random digits and letters that say nothing of it.
///
/// An id never names another tenant, even when its slug does. Schema and role are named after it
/// and after nothing else, so that their names, which any tenant's role can list, tell nobody who
/// the tenants are; and no text of a request becomes part of a name without being an id first.
public struct TenantID: Hashable, Sendable {
    /// The fifteen characters, as `7f3k9q2m0c5xw8r`.
    public let text: String

    /// How many characters an id has: 75 random bits, in a string that needs no memory of its own.
    public static let characterCount = 15

    /// Crockford's digits in lower case, without `i`, `l`, `o` and `u`.
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Reads an id; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.characterCount, text.utf8.allSatisfy(Self.digits.contains)
        else { return nil }
        self.text = String(text)
    }

    /// Reads the id from the name of a tenant's schema; nil for any other name.
    public init?(schemaName: some StringProtocol) {
        guard schemaName.utf8.starts(with: "t_".utf8) else { return nil }
        self.init(schemaName.dropFirst(2))
    }

    /// Draws an id.
    ///
    /// Among a million tenants two are equal with a chance below 10⁻¹⁰; the directory refuses the
    /// other.
    ///
    /// - Parameter generator: random numbers; in production those of `SecureRandom`.
    /// - Returns: the id.
    public static func random(using generator: inout some RandomNumberGenerator) -> TenantID {
        var text = ""
        for _ in 0..<characterCount {
            let digit = digits[Int(generator.next() >> 59)]
            text.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return TenantID(checked: text)
    }

    private init(checked text: String) { self.text = text }

    /// The name of the schema that holds all of the tenant's tables.
    public var schemaName: String { "t_" + text }

    /// The name of the role that may read and write them, and nothing else.
    public var roleName: String { "t_" + text }
}

extension TenantID: CustomStringConvertible, Comparable {
    /// The fifteen characters.
    public var description: String { text }

    /// The order of the characters.
    public static func < (left: TenantID, right: TenantID) -> Bool { left.text < right.text }
}
