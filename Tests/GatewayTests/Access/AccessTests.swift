import Foundation
import RPC
import Schema
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing

@Suite("Who may call at the gateway", .timeLimit(.minutes(5)))
struct AccessTests {
    /// What a problem says of its reason, by the status.
    private func refusal(
        _ answer: GatewayFixture.HTTPAnswer
    ) -> String {
        #expect(answer["content-type"] == "application/problem+json", "\(answer.text)")
        let reason = answer.text.firstMatch(of: /"reason":"([A-Z_]+)"/)?.1 ?? ""
        return "\(answer.status) \(reason)"
    }

    @Test("refuses keys that are none, wrong, mistyped, expired, revoked or doubled")
    func keys() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let none = try await gateway.rest("GET", "/v1/items", nil)
        #expect(refusal(none) == "401 CREDENTIAL_MISSING")
        #expect(none["www-authenticate"] == "Bearer")
        let environment = try #require(APIKeyEnvironment("test"))
        let stranger = APIKey(environment: environment)
        #expect(refusal(try await gateway.rest("GET", "/v1/items", stranger)) == "401 KEY_INVALID")
        let texts = [
            "sxt_test_abc_def", "", String(repeating: "x", count: 5_000),
            String(key.reveal().dropLast()) + (key.reveal().last == "a" ? "b" : "a"),
        ]
        for text in texts {
            let answer = try await gateway.request("GET", "/v1/items", [("x-api-key", text)])
            #expect(refusal(answer) == "401 KEY_INVALID")
            #expect(!answer.text.contains("sxt_"))
        }
        let basic = try await gateway.request(
            "GET",
            "/v1/items",
            [("authorization", "Basic \(key.reveal())")]
        )
        #expect(refusal(basic) == "401 KEY_INVALID")
        // As the user without a password it is a key, as others' libraries send their write keys.
        for (user, status) in [
            ("\(key.reveal()):", 200), ("\(key.reveal()):secret", 401), (":", 401),
        ] {
            let answer = try await gateway.request(
                "GET",
                "/v1/items",
                [("authorization", "Basic \(Data(user.utf8).base64EncodedString())")]
            )
            #expect(answer.status == status)
        }
        let both = try await gateway.rest(
            "GET",
            "/v1/items",
            key,
            nil,
            [("x-api-key", key.reveal())]
        )
        #expect(refusal(both) == "401 CREDENTIAL_AMBIGUOUS")
        let expired = try await gateway.key(expiresAt: UTCTimestamp(milliseconds: 1_000))
        #expect(refusal(try await gateway.rest("GET", "/v1/items", expired)) == "401 KEY_EXPIRED")
        let revoked = try await gateway.key()
        #expect(try await gateway.rest("GET", "/v1/items", revoked).status == 200)
        let actor = try #require(Actor(.user, "tester"))
        try await gateway.keys.revoke(
            revoked.id,
            by: actor,
            before: .now.advanced(by: .seconds(60))
        )
        #expect(refusal(try await gateway.rest("GET", "/v1/items", revoked)) == "401 KEY_REVOKED")
    }

    @Test("refuses scopes that a key does not hold, and methods of no tenant's")
    func scopes() async throws {
        let gateway = try await GatewayFixture.shared.value
        let reader = try await gateway.key(scopes: ["items:read"])
        #expect(try await gateway.rest("GET", "/v1/items", reader).status == 200)
        let answer = try await gateway.rest("POST", "/v1/items", reader, #"{"title":"no"}"#)
        #expect(refusal(answer) == "403 MISSING_SCOPE")
        #expect(answer.text.contains("'items:write'"))
        // Whoever calls what needs no scope says who it is all the same: for whom else is it?
        let anyone = try await gateway.rest("GET", "/v1/example:line", nil)
        #expect(refusal(anyone) == "401 CREDENTIAL_MISSING")
    }

    @Test("asks for no key where the gateway itself serves anyone, and for scopes elsewhere")
    func own() async throws {
        let gateway = try await GatewayFixture.shared.value
        let health = try await gateway.rest("GET", "/api/health", nil)
        #expect(health.status == 200 && health.text.contains(#""status":""#), "\(health.text)")
        let forged = try await gateway.rest(
            "GET",
            "/api/health",
            nil,
            nil,
            [("x-tenant-context", "x")]
        )
        #expect(refusal(forged) == "403 DISAGREEING")
        let status = try await gateway.rest("GET", "/api/control/status", nil)
        #expect(refusal(status) == "401 CREDENTIAL_MISSING")
        let poor = try await gateway.rest("GET", "/api/control/status", try await gateway.key())
        #expect(refusal(poor) == "403 MISSING_SCOPE")
        let key = try await gateway.key(scopes: ["control:read", "jobs:read"])
        let told = try await gateway.rest("GET", "/api/control/status", key)
        #expect(told.status == 200, "\(told.text)")
    }

    @Test("acts for the tenant that is chosen among those of the key, and for no other")
    func tenants() async throws {
        let gateway = try await GatewayFixture.shared.value
        let (acme, zebra) = (gateway.served.members[0], gateway.served.members[1])
        let one = try await gateway.key(for: [0])
        let two = try await gateway.key(for: [0, 1])
        let path = "/v1/items"
        let good: [(APIKey, [(String, String)])] = [
            (one, []), (one, [("x-tenant-id", acme.id.text)]),
            (one, [("x-tenant-slug", acme.slug.text)]),
            (two, [("x-tenant-slug", zebra.slug.text)]),
            (two, [("x-tenant-id", zebra.id.text), ("x-tenant-slug", zebra.slug.text)]),
        ]
        for (key, fields) in good {
            #expect(try await gateway.rest("GET", path, key, nil, fields).status == 200)
        }
        let bad: [(APIKey, [(String, String)], String)] = [
            (two, [], "403 UNKNOWN_TENANT"),
            (one, [("x-tenant-id", zebra.id.text)], "403 UNKNOWN_TENANT"),
            (one, [("x-tenant-slug", "nobody")], "403 UNKNOWN_TENANT"),
            (one, [("x-tenant-slug", "acme"), ("x-tenant-slug", "acme")], "403 DOUBLED"),
            (one, [("x-tenant-id", acme.id.text), ("x-tenant-id", acme.id.text)], "403 DOUBLED"),
            (
                two, [("x-tenant-id", acme.id.text), ("x-tenant-slug", zebra.slug.text)],
                "403 DISAGREEING"
            ),
            (one, [("x-tenant-context", "anything")], "403 DISAGREEING"),
        ]
        for (key, fields, expected) in bad {
            let answer = try await gateway.rest("GET", path, key, nil, fields)
            #expect(refusal(answer) == expected, "\(fields)")
        }
    }

    @Test("lets browsers' keys in from their origins only, and answers before they ask")
    func browsers() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key(
            scopes: ["events:write"],
            use: .browser(origins: ["https://shop.example"])
        )
        let path = "/v1/example:line"
        let home = [("origin", "https://shop.example")]
        let answer = try await gateway.rest("GET", path, key, nil, home)
        #expect(answer.status == 200 && answer["access-control-allow-origin"] == "*")
        #expect(answer["access-control-expose-headers"]?.contains("x-request-id") == true)
        for fields in [[], [("origin", "https://evil.example")]] {
            let answer = try await gateway.rest("GET", path, key, nil, fields)
            #expect(refusal(answer) == "403 ORIGIN_NOT_ALLOWED")
        }
        let preflight = try await gateway.request(
            "OPTIONS",
            "/v1/items",
            home + [("access-control-request-method", "POST")]
        )
        #expect(preflight.status == 204 && preflight["access-control-allow-origin"] == "*")
        #expect(preflight["access-control-allow-headers"]?.contains("authorization") == true)
    }

    @Test("lets pages in from the origins that are configured, and no others")
    func origins() async throws {
        let gateway = try await GatewayFixture(["CORS_ORIGINS": "https://a.example"])
        let request = [("access-control-request-method", "GET")]
        let known = try await gateway.request(
            "OPTIONS",
            "/v1/items",
            request + [("origin", "https://a.example")]
        )
        #expect(known["access-control-allow-origin"] == "https://a.example")
        #expect(known["vary"] == "origin")
        let other = try await gateway.request(
            "OPTIONS",
            "/v1/items",
            request + [("origin", "https://b.example")]
        )
        #expect(other.status == 204 && other["access-control-allow-origin"] == nil)
        await gateway.stop()
    }

    @Test("counts calls, says what is left, and refuses those that are too many")
    func quotas() async throws {
        let gateway = try await GatewayFixture(["QUOTA_CALLS": "2", "QUOTA_WINDOW": "3600s"])
        let key = try await gateway.key(for: [0])
        let first = try await gateway.rest("GET", "/v1/items", key)
        #expect(first["ratelimit-policy"] == #""default";q=2;w=3600"#)
        #expect(first["ratelimit"] == #""default";r=1;t=1800"#)
        // Failures count and say so too.
        let second = try await gateway.rest("GET", "/v1/items/none", key)
        #expect(second.status == 404 && second["ratelimit"]?.hasPrefix(#""default";r=0;"#) == true)
        let third = try await gateway.rest("GET", "/v1/items", key)
        #expect(refusal(third) == "429 QUOTA_EXHAUSTED")
        let wait = try #require(third["retry-after"].flatMap { Int($0) })
        #expect((1...1_800).contains(wait))
        // Another tenant has a quota of its own.
        let other = try await gateway.key(for: [1])
        #expect(try await gateway.rest("GET", "/v1/items", other).status == 200)
        await gateway.stop()
    }

    @Test("refuses tenants that are suspended, and those whose state is not known")
    func suspended() async throws {
        let gateway = try await GatewayFixture()
        let key = try await gateway.key(for: [1])
        #expect(try await gateway.rest("GET", "/v1/items", key).status == 200)
        try await gateway.served.fixture.administration.suspend(gateway.served.members[1].id)
        try await gateway.refreshDirectory()
        let answer = try await gateway.rest("GET", "/v1/items", key)
        #expect(refusal(answer) == "403 SUSPENDED")
        await gateway.stop()
    }

    @Test("notes no call that the quota has not let in")
    func throttled() async throws {
        let gateway = try await GatewayFixture(["QUOTA_CALLS": "1", "QUOTA_WINDOW": "3600s"])
        let (key, other) = (try await gateway.key(for: [0]), try await gateway.key(for: [1]))
        var answers: [Int] = []
        for _ in 0..<20 {
            answers.append(try await gateway.rest("POST", "/v1/items", key, "{}").status)
        }
        #expect(answers == [400] + [Int](repeating: 429, count: 19))
        _ = try await gateway.rest("POST", "/v1/items", other, "{}")
        func noted(_ member: Int) async throws -> Int {
            try await gateway.audit.events(
                of: gateway.served.members[member].id,
                limit: 100,
                deadline: .now.advanced(by: .seconds(60))
            ).count { $0.event.action == "example.create_item" }
        }
        // What the first tenant has caused went before.
        while try await noted(1) == 0 { await Task.yield() }
        #expect(try await noted(0) == 1)
        await gateway.stop()
    }

    @Test("notes every change, refused ones too, and no reads")
    func audit() async throws {
        let gateway = try await GatewayFixture()
        let key = try await gateway.key(for: [0])
        _ = try await gateway.rest("GET", "/v1/items", key)
        let made = try await gateway.rest(
            "POST",
            "/v1/items",
            key,
            #"{"title":"noted","idempotencyKey":"noted"}"#,
            [("x-request-id", "noted-1")]
        )
        #expect(made.status == 200, "\(made.text)")
        let reader = try await gateway.key(for: [0], scopes: ["items:read"])
        _ = try await gateway.rest("POST", "/v1/items", reader, "{}")
        _ = try await gateway.rest("POST", "/v1/items", key, "{}")
        var events: [AuditEvent] = []
        while events.count < 3 {
            events = try await gateway.audit.events(
                of: gateway.served.members[0].id,
                limit: 100,
                deadline: .now.advanced(by: .seconds(60))
            ).map(\.event).filter { $0.action == "example.create_item" }
        }
        #expect(Set(events.map(\.outcome)) == [.done, .refused, .failed])
        let done = try #require(events.first { $0.outcome == .done })
        #expect(done.actor == Actor(.key, key.id.text))
        #expect(done.details.contains { $0.name == "request_id" && $0.text == "noted-1" })
        await gateway.stop()
    }
}
