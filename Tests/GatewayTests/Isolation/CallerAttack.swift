import Crypto
import RPC
import Telemetry
import Tenancy
import TestTenants
import Testing

/// Fields by which a caller of the gateway tries to be someone else.
struct CallerAttack: Sendable {
    let name: String
    let code: StatusCode
    let fields: [(String, String)]

    private init(_ name: String, _ code: StatusCode, _ fields: [(String, String)]) {
        self.name = name
        self.code = code
        self.fields = fields
    }

    private static let context = "x-tenant-context"
    private static let id = "x-tenant-id"
    private static let slug = "x-tenant-slug"

    /// All attacks of the first tenant, which has a key, on the second.
    static func all(_ gateway: GatewayFixture) async throws -> [CallerAttack] {
        let own = ("authorization", "Bearer \(try await gateway.key().reveal())")
        return try contexts(gateway, own) + selections(gateway, own)
            + keys(own, others: try await gateway.key(for: [1]).reveal())
    }

    /// Contexts from outside, those included that a service behind the gateway would take.
    private static func contexts(
        _ gateway: GatewayFixture,
        _ own: (String, String)
    ) throws -> [CallerAttack] {
        let served = gateway.served
        let service = served.api.service
        let stranger = ContextIssuer(
            try #require(ServiceName("gateway")),
            keys: [service: try ServedTenants.freshKeys()]
        )
        let tokens = try served.members.map { member in
            try served.issuer.token(for: try served.context(member), to: service)
        }
        let forged = try stranger.token(for: try served.context(served.members[1]), to: service)
        return [
            Self("a stolen context alone", .unauthenticated, [(context, tokens[1])]),
            Self("its own context", .permissionDenied, [own, (context, tokens[0])]),
            Self("a stolen context", .permissionDenied, [own, (context, tokens[1])]),
            Self("a forged context", .permissionDenied, [own, (context, forged)]),
            Self(
                "two contexts",
                .permissionDenied,
                [own, (context, tokens[0]), (context, tokens[1])]
            ),
            Self("an empty context", .permissionDenied, [own, (context, "")]),
            Self("a context in capitals", .permissionDenied, [own, ("X-Tenant-Context", "x")]),
        ].map { attack in
            // HTTP/2 has no capitals in names; proxies write them small.
            let fields = attack.fields.map { ($0.lowercased(), $1) }
            return Self(attack.name, attack.code, fields)
        }
    }

    /// Tenants that the key does not act for.
    private static func selections(
        _ gateway: GatewayFixture,
        _ own: (String, String)
    ) -> [CallerAttack] {
        let (acme, zebra) = (gateway.served.members[0], gateway.served.members[1])
        let fields: [(String, [(String, String)])] = [
            ("another's id", [(id, zebra.id.text)]),
            ("another's slug", [(slug, zebra.slug.text)]),
            ("nobody's id", [(id, "000000000000001")]),
            ("nobody's slug", [(slug, "nobody")]),
            ("two ids", [(id, acme.id.text), (id, zebra.id.text)]),
            ("its own id twice", [(id, acme.id.text), (id, acme.id.text)]),
            ("two slugs", [(slug, acme.slug.text), (slug, zebra.slug.text)]),
            ("ids joined", [(id, "\(acme.id), \(zebra.id)")]),
            ("id and slug that disagree", [(id, acme.id.text), (slug, zebra.slug.text)]),
            ("a path", [(slug, "../zebra")]),
            ("a schema", [(id, zebra.id.schemaName)]),
            ("a full-width digit", [(id, acme.id.text + "１")]),
            ("a slug in Cyrillic", [(slug, "асme")]),
            ("SQL", [(slug, "acme'; set role postgres; --")]),
        ]
        return fields.map { Self($0, .permissionDenied, [own] + $1) }
    }

    /// More than one key.
    private static func keys(_ own: (String, String), others: String) -> [CallerAttack] {
        [
            Self("no key", .unauthenticated, []),
            Self("two keys", .unauthenticated, [own, ("x-api-key", others)]),
            Self("two keys of a kind", .unauthenticated, [own, (own.0, "Bearer \(others)")]),
            Self("keys joined", .unauthenticated, [(own.0, "\(own.1), Bearer \(others)")]),
        ]
    }
}
