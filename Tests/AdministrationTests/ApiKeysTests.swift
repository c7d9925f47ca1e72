import Contracts
import Messages
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Administration of keys", .timeLimit(.minutes(5)))
struct ApiKeysTests {
    private typealias Client = AdminV1.ApiKeys.Client

    private func request(
        _ tenants: TenantID...,
        scopes: [String] = ["items:read"]
    ) -> AdminV1.CreateApiKeyRequest {
        var request = AdminV1.CreateApiKeyRequest()
        request.tenants = tenants.map(\.text)
        request.scopes = scopes
        return request
    }

    private func list(
        _ client: Client,
        _ tenant: TenantID
    ) async throws -> [AdminV1.ApiKey] {
        var request = AdminV1.ListApiKeysRequest()
        request.tenant = tenant.text
        return try await client.listApiKeys(request).message.value().keys
    }

    /// Whether a key counts, by its text.
    private func check(_ secret: String, _ served: ServedAdministration) async throws -> String {
        do {
            let key = try await served.keys.check(
                try APIKey(secret),
                from: nil,
                before: SchemaFixture.soon
            )
            return key.record.scopes.text
        } catch let refusal as APIKeyRecord.Refusal {
            return "\(refusal)"
        }
    }

    @Test("makes one whose secret is shown once, and is nowhere else")
    func creation() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let (acme, zebra) = (try await served.tenant("acme"), try await served.tenant("zebra"))
        let made = try await client.createApiKey(
            request(acme, zebra, scopes: ["items:write", "items:read"])
        ).message.value()
        #expect(made.secret.hasPrefix("sxt_test_\(made.id)_"))
        #expect(try await check(made.secret, served) == "items:read items:write")
        let listed = try await list(client, acme)
        #expect(listed.map(\.id) == [made.id])
        #expect(listed[0].scopes == ["items:read", "items:write"] && listed[0].origins == [])
        #expect(listed[0].tenants == [acme, zebra].map(\.text).sorted())
        #expect(listed[0].revokedAt == nil)
        #expect(try await list(client, zebra) == listed)
        let all = try await served.fixture.database.run(
            "select string_agg(t::text, ' ') from platform.api_keys t;"
                + "select string_agg(t::text, ' ') from platform.audit_log t"
        )
        #expect(!all.contains(made.secret) && all.contains("key.create"))
        #expect(!served.fixture.log.lines.contains { $0.contains(made.secret) })
        await served.stop()
    }

    @Test("makes none for nobody, for nothing, or for a page that is none")
    func wrongRequests() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let tenant = try await served.tenant("acme")
        func told(_ request: AdminV1.CreateApiKeyRequest) async -> String {
            await refusal { _ = try await client.createApiKey(request) }
        }
        let none = try #require(TenantID("000000000000000"))
        #expect(await told(request()) == "INVALID_ARGUMENT: tenants: expected 1 to 100, each once")
        #expect(
            await told(request(tenant, tenant))
                == "INVALID_ARGUMENT: tenants: expected 1 to 100, each once"
        )
        #expect(await told(request(none)) == "NOT_FOUND: there is no tenant \(none)")
        #expect(
            await told(request(tenant, scopes: []))
                == "INVALID_ARGUMENT: scopes: expected 1 to 32"
        )
        #expect(
            await told(request(tenant, scopes: ["everything"]))
                == "INVALID_ARGUMENT: scopes: 'everything' is none"
        )
        var browser = request(tenant)
        browser.origins = ["https://shop.example"]
        #expect(
            await told(browser)
                == "INVALID_ARGUMENT: scopes: a key for browsers has events:write and no other"
        )
        browser.scopes = ["events:write"]
        browser.origins = ["https://shop.example/cart"]
        #expect(await told(browser).hasPrefix("INVALID_ARGUMENT: origins: "))
        #expect(try await list(client, tenant) == [])
        await served.stop()
    }

    @Test("replaces one, and the old one still counts for a while")
    func rotation() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let tenant = try await served.tenant("acme")
        let old = try await client.createApiKey(request(tenant)).message.value()
        var rotate = AdminV1.RotateApiKeyRequest()
        rotate.id = old.id
        rotate.overlap = .init(.seconds(3_600))
        let new = try await client.rotateApiKey(rotate).message.value()
        #expect(new.id != old.id)
        #expect(try await check(old.secret, served) == "items:read")
        #expect(try await check(new.secret, served) == "items:read")
        let expiries = try await list(client, tenant).reduce(into: [:]) { $0[$1.id] = $1.expiresAt }
        #expect(expiries[old.id] != nil && expiries[new.id] == nil)
        // Without an overlap it ends at once.
        rotate.id = new.id
        rotate.overlap = nil
        let last = try await client.rotateApiKey(rotate).message.value()
        #expect(try await check(new.secret, served) == "expired")
        #expect(try await check(last.secret, served) == "items:read")
        #expect(
            await refusal { _ = try await client.rotateApiKey(rotate) }
                == "FAILED_PRECONDITION: the key does not count any more: expired"
        )
        rotate.overlap = .init(.seconds(31 * 86_400))
        #expect(
            await refusal { _ = try await client.rotateApiKey(rotate) }
                .hasPrefix("INVALID_ARGUMENT: overlap: ")
        )
        await served.stop()
    }

    @Test("takes one back for ever")
    func revocation() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let tenant = try await served.tenant("acme")
        let made = try await client.createApiKey(request(tenant)).message.value()
        var revoke = AdminV1.RevokeApiKeyRequest()
        revoke.id = made.id
        _ = try await client.revokeApiKey(revoke)
        #expect(try await check(made.secret, served) == "revoked")
        #expect(try await list(client, tenant).map { $0.revokedAt != nil } == [true])
        revoke.id = "0000000000000000A"
        #expect(
            await refusal { _ = try await client.revokeApiKey(revoke) }
                == "NOT_FOUND: there is no key 0000000000000000A"
        )
        revoke.id = "x"
        #expect(
            await refusal { _ = try await client.revokeApiKey(revoke) }
                == "INVALID_ARGUMENT: id: expected a key's id"
        )
        await served.stop()
    }

    @Test("lists them in pages, each tenant's own")
    func pages() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let (acme, zebra) = (try await served.tenant("acme"), try await served.tenant("zebra"))
        var made: Set<String> = []
        for _ in 0..<5 {
            made.insert(try await client.createApiKey(request(acme)).message.value().id)
            _ = try await client.createApiKey(request(zebra))
        }
        var found: [String] = []
        var request = AdminV1.ListApiKeysRequest()
        request.tenant = acme.text
        request.pageSize = 2
        repeat {
            let page = try await client.listApiKeys(request).message.value()
            found += page.keys.map(\.id)
            request.pageToken = page.nextPageToken
            if !request.pageToken.isEmpty {
                // A token is of its tenant's list.
                var other = request
                other.tenant = zebra.text
                #expect(
                    await refusal { _ = try await client.listApiKeys(other) }
                        == "INVALID_ARGUMENT: page_token: it was not given for this request"
                )
            }
        } while !request.pageToken.isEmpty
        #expect(Set(found) == made && found.count == 5)
        await served.stop()
    }
}
