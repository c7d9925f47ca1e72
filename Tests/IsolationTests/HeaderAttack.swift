import Crypto
import RPC
import Telemetry
import Tenancy
import TestTenants
import Testing

/// Fields that somebody sends who is not the tenant.
struct HeaderAttack {
    let name: String
    let code: StatusCode
    let fields: [(String, String)]

    init(_ name: String, _ code: StatusCode, _ fields: [(String, String)]) {
        self.name = name
        self.code = code
        self.fields = fields
    }

    private static let context = "x-tenant-context"
    private static let id = "x-tenant-id"
    private static let slug = "x-tenant-slug"

    /// What our own clients can be made to send.
    static func all(_ served: ServedTenants) throws -> [HeaderAttack] {
        try fields(served) + tokens(served)
    }

    /// A context that somebody signs.
    private static func token(
        _ served: ServedTenants,
        of member: Int = 0,
        at time: UTCTimestamp = .now,
        keys: KeyRing<AuthenticationKey>? = nil,
        by name: String = "gateway",
        to audience: ServiceName? = nil
    ) throws -> String {
        let audience = audience ?? served.api.service
        let issuer = ContextIssuer(
            try #require(ServiceName(name)),
            keys: [audience: keys ?? served.keys],
            now: { time }
        )
        return try issuer.token(for: try served.context(served.members[member]), to: audience)
    }

    /// Fields that are not there, doubled, or do not say what the context says.
    private static func fields(_ served: ServedTenants) throws -> [HeaderAttack] {
        let (own, other) = (served.members[0].id, served.members[1].id)
        let (good, others) = (try token(served), try token(served, of: 1))
        let proof = (context, good)
        return [
            Self("nothing", .unauthenticated, []),
            Self("id and slug alone", .unauthenticated, [(id, own.text), (slug, "acme")]),
            Self("doubled", .permissionDenied, [proof, proof]),
            Self("two tenants", .permissionDenied, [proof, (context, others)]),
            Self("joined", .unauthenticated, [(context, "\(good), \(others)")]),
            Self("two ids", .permissionDenied, [proof, (id, own.text), (id, other.text)]),
            Self("another's id", .permissionDenied, [proof, (id, other.text)]),
            Self("capitals", .permissionDenied, [proof, (id, own.text.uppercased() + "A")]),
            Self("a path", .unauthenticated, [proof, (slug, "../zebra")]),
            Self("an id as a path", .permissionDenied, [proof, (id, "../\(other)")]),
            Self("a schema", .permissionDenied, [proof, (id, own.schemaName)]),
        ]
    }

    /// Contexts that are no proof.
    private static func tokens(_ served: ServedTenants) throws -> [HeaderAttack] {
        let now = UTCTimestamp.now.milliseconds
        let (hourAgo, tomorrow) = (
            UTCTimestamp(milliseconds: now - 3_600_000),
            UTCTimestamp(milliseconds: now + 86_400_000)
        )
        let stranger = try #require(ServiceName("insights"))
        let good = try token(served)
        let letter = good.suffix(8).first == "A" ? "B" : "A"
        let tokens = [
            ("stale", try token(served, at: hourAgo)),
            ("premature", try token(served, at: tomorrow)),
            ("for another service", try token(served, to: stranger)),
            ("by another service", try token(served, by: "insights")),
            ("by another key", try token(served, keys: try ServedTenants.freshKeys())),
            ("forged", good.dropLast(8) + letter + good.suffix(7)),
        ]
        return tokens.map { Self($0.0, .unauthenticated, [(context, $0.1)]) }
    }

    /// What only other clients send.
    static func lookAlikes(_ served: ServedTenants) throws -> [HeaderAttack] {
        let good = try token(served)
        let own = served.members[0].id.text
        return [
            Self("a Cyrillic letter", .unauthenticated, [(context, good + "а")]),
            Self("a full-width digit", .permissionDenied, [(context, good), (id, own + "１")]),
            Self("a slug in Cyrillic", .unauthenticated, [(context, good), (slug, "асme")]),
            // HTTP/2 has no capitals in names: a field in another case is the same field.
            Self("another case", .permissionDenied, [(context, good), ("X-Tenant-Context", good)]),
        ]
    }
}
