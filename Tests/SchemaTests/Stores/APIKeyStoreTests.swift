import Crypto
import Net
import Telemetry
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@testable import Schema
@testable @_spi(PostgresSessions) import Tenancy

@Suite("API keys that are kept", .timeLimit(.minutes(5)))
struct APIKeyStoreTests {
    private struct Keys {
        let fixture: SchemaFixture
        let gateway: TenantDatabase
        let clock = TestClock()
        let tenant: TenantID
        let actor: Actor

        init() async throws {
            fixture = try await SchemaFixture()
            tenant = try await fixture.tenant("acme")
            gateway = try await fixture.service("gateway")
            actor = try #require(Actor(.user, "42"))
        }

        /// A store of another process.
        func store(_ peppers: UInt32...) throws -> APIKeyStore {
            var keys: [KeyID: AuthenticationKey] = [:]
            for pepper in peppers {
                let secret = SecretBytes([UInt8](repeating: UInt8(pepper), count: 32))
                keys[try #require(KeyID(pepper))] = AuthenticationKey(secret)
            }
            return APIKeyStore(
                gateway,
                peppers: try KeyRing(current: try #require(KeyID(peppers[0])), keys),
                environment: try #require(APIKeyEnvironment("test")),
                now: { UTCTimestamp(milliseconds: clock.milliseconds) },
                instant: { clock.instant }
            )
        }

        func create(_ store: APIKeyStore) async throws -> APIKey {
            try await store.create(
                for: [tenant],
                scopes: try #require(ScopeSet(text: "books:read")),
                by: actor,
                before: SchemaFixture.soon
            )
        }

        /// Why a key is refused; nil if it is not.
        func refusal(_ key: APIKey, _ store: APIKeyStore) async throws -> APIKeyRecord.Refusal? {
            do {
                if try store.known(key.reveal(), from: nil) != nil { return nil }
                _ = try await store.check(key, from: nil, before: SchemaFixture.soon)
                return nil
            } catch let refusal as APIKeyRecord.Refusal {
                return refusal
            }
        }
    }

    @Test("are found with their rights and tenants, and no others are")
    func check() async throws {
        let keys = try await Keys()
        let store = try keys.store(1)
        let key = try await keys.create(store)
        let found = try await store.check(key, from: nil, before: SchemaFixture.soon)
        #expect(found.record.scopes.text == "books:read" && found.tenants == [keys.tenant])
        let environment = try #require(APIKeyEnvironment("test"))
        #expect(try await keys.refusal(APIKey(environment: environment), store) == .wrongKey)
        let forged = APIKey(environment, key.id, SecretBytes([UInt8](repeating: 1, count: 32)))
        #expect(try await keys.refusal(forged, store) == .wrongKey)
        // Nothing of the secret is in the database.
        let secret = try #require(key.reveal().split(separator: "_").last)
        let rows = try await keys.fixture.database.run("select * from platform.api_keys")
        #expect(rows.contains(key.id.text) && !rows.contains(secret))
        // A service that serves tenants cannot read them at all.
        let ingest = try await keys.fixture.service("ingest")
        var batch = Batch()
        batch.append(Statement("test.keys", "select id from platform.api_keys"))
        let reading = batch
        let error = await #expect(throws: PostgresError.self) {
            try await ingest.platform.run(reading, as: nil, .reads, before: SchemaFixture.soon)
        }
        #expect(error?.sqlState == .insufficientPrivilege)
        await ingest.close()
        await keys.gateway.close()
    }

    @Test("are known by their text for a while once they were checked, and no other text is")
    func known() async throws {
        let keys = try await Keys()
        let (store, other) = (try keys.store(1), try keys.store(2, 1))
        let key = try await keys.create(store)
        #expect(try store.known(key.reveal(), from: nil) == nil)
        let found = try await store.check(key, from: nil, before: SchemaFixture.soon)
        #expect(try store.known(key.reveal(), from: nil) == found)
        var wrong = key.reveal()
        wrong.replaceSubrange(wrong.index(before: wrong.endIndex)..., with: "?")
        let environment = try #require(APIKeyEnvironment("test"))
        let forged = APIKey(environment, key.id, SecretBytes([UInt8](repeating: 1, count: 32)))
        for text in [wrong, forged.reveal(), "", "sxt_", key.reveal() + "0", key.id.text] {
            #expect(try store.known(text, from: nil) == nil, "\(text)")
        }
        #expect(try await keys.refusal(forged, store) == .wrongKey)
        keys.clock.advance(by: .seconds(4))
        #expect(try store.known(key.reveal(), from: nil) == nil)
        _ = try await store.check(key, from: nil, before: SchemaFixture.soon)
        #expect(try await store.revoke(key.id, by: keys.actor, before: SchemaFixture.soon))
        #expect(try store.known(key.reveal(), from: nil) == nil)
        // One that is hashed anew is known only after that.
        let old = try await keys.create(store)
        for isKnown in [false, true] {
            #expect(try await keys.refusal(old, other) == nil)
            #expect((try other.known(old.reveal(), from: nil) != nil) == isKnown)
        }
        await keys.gateway.close()
    }

    @Test("are known by their text only where and as long as they count")
    func knownUse() async throws {
        let keys = try await Keys()
        let store = try keys.store(1)
        let end = UTCTimestamp(milliseconds: keys.clock.milliseconds + 2_000)
        let key = try await store.create(
            for: [keys.tenant],
            scopes: try #require(ScopeSet(text: "events:write")),
            use: .browser(origins: ["https://shop.example"]),
            expiresAt: end,
            by: keys.actor,
            before: SchemaFixture.soon
        )
        let (text, origin) = (key.reveal(), "https://shop.example")
        _ = try await store.check(key, from: origin, before: SchemaFixture.soon)
        #expect(try store.known(text, from: origin) != nil)
        for other in [nil, "https://other.example"] {
            #expect(throws: APIKeyRecord.Refusal.wrongOrigin) {
                try store.known(text, from: other)
            }
        }
        keys.clock.advance(by: .seconds(2))
        #expect(throws: APIKeyRecord.Refusal.expired) { try store.known(text, from: origin) }
        await keys.gateway.close()
    }

    @Test("count nowhere five seconds after they were taken back, and here at once")
    func revoke() async throws {
        let keys = try await Keys()
        let (here, elsewhere) = (try keys.store(1), try keys.store(1))
        let key = try await keys.create(here)
        for store in [here, elsewhere] { #expect(try await keys.refusal(key, store) == nil) }
        #expect(try await here.revoke(key.id, by: keys.actor, before: SchemaFixture.soon))
        #expect(try await keys.refusal(key, here) == .revoked)
        keys.clock.advance(by: .seconds(3))
        #expect(try await keys.refusal(key, elsewhere) == nil)
        keys.clock.advance(by: .seconds(1))
        #expect(try await keys.refusal(key, elsewhere) == .revoked)
        let none = APIKeyID.random()
        #expect(try await !here.revoke(none, by: keys.actor, before: SchemaFixture.soon))
        await keys.gateway.close()
    }

    @Test("are replaced with an overlap, and not once they are taken back")
    func rotate() async throws {
        let keys = try await Keys()
        let store = try keys.store(1)
        let old = try await keys.create(store)
        let new = try #require(
            try await store.rotate(
                old.id,
                overlap: .seconds(60),
                by: keys.actor,
                before: SchemaFixture.soon
            )
        )
        #expect(try await keys.refusal(old, store) == nil)
        let found = try await store.check(new, from: nil, before: SchemaFixture.soon)
        #expect(found.tenants == [keys.tenant] && found.record.scopes.text == "books:read")
        keys.clock.advance(by: .seconds(60))
        #expect(try await keys.refusal(old, store) == .expired)
        #expect(try await keys.refusal(new, store) == nil)
        try await store.revoke(new.id, by: keys.actor, before: SchemaFixture.soon)
        await #expect(throws: APIKeyRecord.Refusal.revoked) {
            try await store.rotate(
                new.id,
                overlap: .zero,
                by: keys.actor,
                before: SchemaFixture.soon
            )
        }
        let log = AuditLog(keys.gateway)
        let events = try await log.events(
            of: keys.tenant,
            limit: 10,
            deadline: SchemaFixture.soon
        )
        #expect(
            events.map(\.event.action) == [
                "key.revoke", "key.rotate", "key.create", "tenant.create",
            ]
        )
        #expect(events[0].event.subject == new.id.text && events[0].event.actor == keys.actor)
        await keys.gateway.close()
    }

    @Test("are hashed anew on use when the pepper changes, and are lost with a pepper")
    func pepper() async throws {
        let keys = try await Keys()
        let used = try await keys.create(try keys.store(1))
        let unused = try await keys.create(try keys.store(1))
        let both = try keys.store(2, 1)
        #expect(try await keys.refusal(used, both) == nil)
        let new = try keys.store(2)
        #expect(try await keys.refusal(used, new) == nil)
        #expect(try await keys.refusal(unused, new) == .unknownPepper)
        await keys.gateway.close()
    }
}

@Suite("The audit log", .timeLimit(.minutes(5)))
struct AuditLogTests {
    @Test("keeps events as they were, page by page, and cannot be changed by services")
    func log() async throws {
        let fixture = try await SchemaFixture()
        let (tenant, other) = (try await fixture.tenant("acme"), try await fixture.tenant("zebra"))
        let (service, gateway) = (try await fixture.service(), try await fixture.service("gateway"))
        let (writer, reader) = (AuditLog(service), AuditLog(gateway))
        var written: [AuditEvent] = []
        for number in 0..<5 {
            let event = try AuditEvent(
                "note.read",
                of: "note-\(number)",
                by: try #require(Actor(.job, "\(number)")),
                for: number == 3 ? other : tenant,
                number == 1 ? .refused : .done,
                at: UTCTimestamp(milliseconds: 1_800_000_000_123 + Int64(number)),
                details: ["scopes": "a:b", "reason": ""]
            )
            try await writer.append(event, before: SchemaFixture.soon)
            if number != 3 { written.append(event) }
        }
        let first = try await reader.events(of: tenant, limit: 3, deadline: SchemaFixture.soon)
        let rest = try await reader.events(
            of: tenant,
            before: first.last?.id,
            limit: 10,
            deadline: SchemaFixture.soon
        )
        let read = (first + rest).map(\.event)
        #expect(read.dropLast() == written.reversed()[...])
        #expect(read.last?.action == "tenant.create")
        for sql in [
            "delete from platform.audit_log", "update platform.audit_log set actor = ''",
            "select * from platform.audit_log",
        ] {
            await #expect(throws: PrivatePostgres.Failure.self) {
                try await fixture.query(sql, as: "svc_ingest")
            }
        }
        await service.close()
        await gateway.close()
    }
}
