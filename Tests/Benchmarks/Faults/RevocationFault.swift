import Crypto
import Tenancy
import TestTenants

/// A key that one process takes back, and another has just found good.
struct RevocationFault {
    private let fixture: SchemaFixture
    private let here: APIKeyStore
    private let elsewhere: APIKeyStore
    private let tenant: TenantID

    init() async throws {
        fixture = try await SchemaFixture()
        tenant = try await fixture.tenant("acme")
        let peppers = try ServedTenants.freshKeys()
        guard let environment = APIKeyEnvironment("bench") else {
            throw Peer.Failure(description: "bench is no environment")
        }
        here = APIKeyStore(
            try await fixture.service("gateway"),
            peppers: peppers,
            environment: environment
        )
        elsewhere = APIKeyStore(
            try await fixture.service("gateway"),
            peppers: peppers,
            environment: environment
        )
    }

    /// Takes a key back.
    ///
    /// - Returns: how long it still counts elsewhere.
    func cause(_ run: Int) async throws -> Duration {
        let actor = try fixture.context(tenant).actor
        let key = try await here.create(
            for: [tenant],
            scopes: .none,
            by: actor,
            before: SchemaFixture.soon
        )
        _ = try await elsewhere.check(key, from: nil, before: SchemaFixture.soon)
        let start = ContinuousClock.now
        try await here.revoke(key.id, by: actor, before: SchemaFixture.soon)
        return try await Patience(group: fixture.group).time(since: start) {
            do {
                _ = try await elsewhere.check(key, from: nil, before: SchemaFixture.soon)
                return false
            } catch is APIKeyRecord.Refusal {
                return true
            }
        }
    }
}
