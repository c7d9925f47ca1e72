/// What people call a tenant in addresses, as `acme-shoes`; it may be changed, and be reused once
/// its tenant is gone.
///
/// A slug is a DNS label (RFC 1123) that begins with a letter, so that it may become part of a host
/// name; it is not the name of anything in the database.
public struct TenantSlug: Hashable, Sendable {
    /// The slug.
    public let text: String

    /// How many characters a slug may have.
    public static let characterCount = 3...40

    /// Why a text is no slug.
    public enum Fault: Error, Equatable, CaseIterable {
        /// It has fewer than 3 or more than 40 characters.
        case length
        /// It has others than `a-z`, `0-9` and `-`.
        case characters
        /// It does not begin with a letter, or ends in `-`.
        case ends
        /// It has two `-` in a row, as encoded international names have.
        case hyphens
        /// We keep it for ourselves.
        case reserved
    }

    /// Slugs that would be taken for parts of the platform.
    public static let reserved: Set<String> = [
        "account", "accounts", "admin", "administrator", "api", "app", "apps", "assets", "auth",
        "billing", "blog", "cdn", "common", "console", "dashboard", "default", "demo-api", "dev",
        "docs", "edge", "example", "ftp", "gateway", "grpc", "health", "help", "host", "imap",
        "internal", "livez", "localhost", "login", "logout", "mail", "metrics", "node", "ns1",
        "ns2", "null", "oauth", "pg-catalog", "platform", "pop", "postgres", "postmaster",
        "production", "proxy", "public", "readyz", "root", "security", "self", "service",
        "settings", "sextant", "signup", "smtp", "sso", "staging", "static", "status", "support",
        "system",
        "tenant", "tenants", "test", "undefined", "user", "users", "webhook", "webhooks",
        "webmaster", "www",
    ]

    /// Checks a slug.
    ///
    /// - Parameter text: what someone wishes to be called.
    /// - Throws: ``Fault``, the first that applies.
    public init(_ text: some StringProtocol) throws(Fault) {
        guard Self.characterCount.contains(text.utf8.count) else { throw .length }
        let letters = Array(text.utf8)
        let hyphen = UInt8(ascii: "-")
        guard letters.allSatisfy({ $0.isLowercaseLetter || $0.isDecimalDigit || $0 == hyphen })
        else { throw .characters }
        guard letters[0].isLowercaseLetter, letters.last != hyphen else { throw .ends }
        let isDoubled = zip(letters, letters.dropFirst()).contains { $0 == hyphen && $1 == hyphen }
        guard !isDoubled else { throw .hyphens }
        let slug = String(text)
        guard !Self.reserved.contains(slug) else { throw .reserved }
        self.text = slug
    }

    /// A slug that was checked when it was given, whatever has been reserved since.
    init(kept text: String) { self.text = text }
}

extension TenantSlug: CustomStringConvertible {
    /// The slug.
    public var description: String { text }
}

extension TenantSlug.Fault: CustomStringConvertible {
    /// The rule, in words for whoever chooses a slug.
    public var description: String {
        switch self {
        case .length: "a slug has 3 to 40 characters"
        case .characters: "a slug has the characters a-z, 0-9 and - only"
        case .ends: "a slug begins with a letter and ends in a letter or a digit"
        case .hyphens: "a slug has no two hyphens in a row"
        case .reserved: "this slug is reserved"
        }
    }
}
