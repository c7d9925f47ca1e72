import RPC
import Schema
import Tenancy
import TestTenants
import Testing

@Suite("Quotas of tenants", .timeLimit(.minutes(5)))
struct TenantQuotasTests {
    @Test("are those that operators have set, as soon as the directory knows, else those of all")
    func ownQuotas() async throws {
        let gateway = try await GatewayFixture(["QUOTA_CALLS": "5", "QUOTA_WINDOW": "3600s"])
        let tenant = gateway.served.members[0].id
        let administration = gateway.served.fixture.administration
        let (key, other) = (try await gateway.key(for: [0]), try await gateway.key(for: [1]))
        func call(_ key: APIKey) async throws -> String {
            let answer = try await gateway.rest("GET", "/v1/items", key)
            return "\(answer.status) \(answer["ratelimit-policy"] ?? "")"
        }
        #expect(try await call(key) == #"200 "default";q=5;w=3600"#)
        try await administration.setQuota(
            "default",
            try #require(QuotaLimit(1, per: .seconds(7_200))),
            of: tenant
        )
        try await gateway.refreshDirectory()
        #expect(try await call(key) == #"200 "default";q=1;w=7200"#)
        #expect(try await call(key) == #"429 "default";q=1;w=7200"#)
        #expect(try await call(other) == #"200 "default";q=5;w=3600"#)
        // What operators give counts at once.
        try await administration.setQuota(
            "default",
            try #require(QuotaLimit(2, per: .seconds(7_200))),
            of: tenant
        )
        try await gateway.refreshDirectory()
        #expect(try await call(key) == #"200 "default";q=2;w=7200"#)
        #expect(try await administration.deleteQuota("default", of: tenant))
        try await gateway.refreshDirectory()
        #expect(try await call(key) == #"200 "default";q=5;w=3600"#)
        await gateway.stop()
    }
}
