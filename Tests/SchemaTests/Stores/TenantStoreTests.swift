import Crypto
import Net
import RPC
import Synchronization
import Telemetry
import TestKit
import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@testable import Schema
@testable @_spi(PostgresSessions) import Tenancy

@Suite("Secrets of tenants that are kept", .timeLimit(.minutes(5)))
struct SecretStoreTests {
    private func store(_ ids: UInt32...) throws -> SecretStore {
        var keys: [KeyID: SealingKey] = [:]
        for id in ids {
            let secret = SecretBytes([UInt8](repeating: UInt8(id), count: 32))
            keys[try #require(KeyID(id))] = try SealingKey(secret)
        }
        return SecretStore(
            TenantSecrets(try KeyRing(current: try #require(KeyID(ids[0])), keys))
        )
    }

    @Test("are set, listed without themselves, opened by their user alone, and removed")
    func roundTrip() async throws {
        let fixture = try await SchemaFixture()
        let (tenant, other) = (try await fixture.tenant("acme"), try await fixture.tenant("zebra"))
        let service = try await fixture.service()
        let scope = try service.scope(for: try fixture.context(tenant), before: SchemaFixture.soon)
        let stranger = try service.scope(
            for: try fixture.context(other),
            before: SchemaFixture.soon
        )
        let store = try store(1)
        let name = try #require(SecretName("connectors.meta.token"))
        let text = "EAAB-a-long-token-of-4242"
        let now = UTCTimestamp(milliseconds: 1_800_000_000_000)
        try await store.set(SecretBytes(utf8: "before"), named: name, in: scope, at: now)
        try await store.set(SecretBytes(utf8: text), named: name, in: scope, at: now)
        let summaries = try await store.list(in: scope)
        #expect(summaries == [SecretSummary(name, lastFour: "4242", setAt: now)])
        let opened = try #require(try await store.open(name, in: scope))
        #expect(opened.isSame(as: SecretBytes(utf8: text)))
        #expect(try await store.open(name, in: stranger) == nil)
        #expect(try await store.list(in: stranger) == [])
        // Copied to another tenant's table it does not open.
        try await fixture.database.run(
            """
            insert into \(other.schemaName).secrets select * from \(tenant.schemaName).secrets
            """
        )
        await #expect(throws: CryptoError.self) { try await store.open(name, in: stranger) }
        #expect(try await store.remove(name, in: scope))
        #expect(try await !store.remove(name, in: scope))
        #expect(try await store.open(name, in: scope) == nil)
        await service.close()
    }

    @Test("are sealed anew when the key-encryption key changes")
    func rewrap() async throws {
        let fixture = try await SchemaFixture()
        let tenant = try await fixture.tenant("acme")
        let service = try await fixture.service()
        let scope = try service.scope(for: try fixture.context(tenant), before: SchemaFixture.soon)
        let names = try ["a", "b"].map { try #require(SecretName($0)) }
        for name in names {
            try await store(1).set(SecretBytes(utf8: name.text), named: name, in: scope, at: .now)
        }
        #expect(try await store(2, 1).rewrap(in: scope) == 2)
        #expect(try await store(2, 1).rewrap(in: scope) == 0)
        for name in names {
            let opened = try #require(try await store(2).open(name, in: scope))
            #expect(opened.isSame(as: SecretBytes(utf8: name.text)))
        }
        await service.close()
    }
}

@Suite("Requests that come twice", .timeLimit(.minutes(5)))
struct IdempotencyStoreTests {
    private struct Mishap: Error {}

    private let insert = Statement("test.insert", "insert into notes (body) values ($1)")
    private let count = Statement("test.count", "select count(*) from notes")
    private let start = UTCTimestamp(milliseconds: 1_800_000_000_000)

    /// A tenant's scope, and what must outlive it.
    private func scope() async throws -> (SchemaFixture, TenantDatabase, TenantScope) {
        let fixture = try await SchemaFixture(services: [try .example(notesTable)])
        let tenant = try await fixture.tenant("acme")
        let service = try await fixture.service()
        return (
            fixture,
            service,
            try service.scope(for: try fixture.context(tenant), before: SchemaFixture.soon)
        )
    }

    private func fingerprint(_ byte: UInt8) throws -> RequestFingerprint {
        try #require(RequestFingerprint(bytes: [UInt8](repeating: byte, count: 32)))
    }

    @Test("are done once, also when both come at the same time")
    func once() async throws {
        let (fixture, service, scope) = try await scope()
        let key = try #require(IdempotencyKey("attempt-1"))
        let asked = try fingerprint(1)
        let answers = try await withThrowingTaskGroup(of: [UInt8].self) { tasks in
            for number in 0..<8 {
                tasks.addTask {
                    try await scope.once(key, asked, at: start) { transaction in
                        try await transaction.query(insert, "\(number)")
                        return [UInt8(number)]
                    }
                }
            }
            return try await tasks.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(answers.count == 1)
        #expect(try await scope.read(count).one().read(Int.self, at: 0) == 1)
        await service.close()
        withExtendedLifetime(fixture) {}
    }

    @Test("are refused when they ask for something else, and new after a failure or a day")
    func others() async throws {
        let (fixture, service, scope) = try await scope()
        let key = try #require(IdempotencyKey("attempt-1"))
        let (asked, different) = (try fingerprint(1), try fingerprint(2))
        await #expect(throws: Mishap.self) {
            try await scope.once(key, asked, at: start) { transaction in
                try await transaction.query(insert, "lost")
                throw Mishap()
            }
        }
        await #expect(throws: RPCError.self) {
            try await scope.once(key, asked, at: start) { _ in
                [UInt8](repeating: 0, count: StoredAnswer.maximumCount + 1)
            }
        }
        #expect(try await scope.once(key, asked, at: start) { _ in [7] } == [7])
        let error = await #expect(throws: RPCError.self) {
            try await scope.once(key, different, at: start) { _ in [8] }
        }
        #expect(error?.code == .invalidArgument)
        let late = UTCTimestamp(milliseconds: start.milliseconds + 86_399_999)
        #expect(try await scope.once(key, asked, at: late) { _ in [8] } == [7])
        let day = UTCTimestamp(milliseconds: start.milliseconds + 86_400_000)
        #expect(try await scope.once(key, different, at: day) { _ in [9] } == [9])
        #expect(try await scope.pruneAnswers(at: day) == 0)
        let next = UTCTimestamp(milliseconds: day.milliseconds + 86_400_000)
        #expect(try await scope.pruneAnswers(at: next) == 1)
        #expect(try await scope.read(count).one().read(Int.self, at: 0) == 0)
        await service.close()
        withExtendedLifetime(fixture) {}
    }
}
