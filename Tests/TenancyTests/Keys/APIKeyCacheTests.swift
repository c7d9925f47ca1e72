import Net
import Telemetry
import TestKit
import Testing

@testable import Tenancy

@Suite("What is remembered of API keys", .timeLimit(.minutes(5)))
struct APIKeyCacheTests {
    /// Where keys are kept: counts who reads, and has them wait while it is closed.
    private final class Shelf: Sendable {
        let clock = TestClock()
        let reads = Locked<[APIKeyID]>([])
        let keys = Locked<[APIKeyID: APIKeyStore.GrantedKey]>([:])
        let isClosed = Locked(false)

        func read(_ id: APIKeyID) async -> APIKeyStore.GrantedKey? {
            reads.withLock { $0.append(id) }
            let key = keys.withLock { $0[id] }
            while isClosed.withLock({ $0 }) { await Task.yield() }
            return key
        }

        func cache() -> APIKeyCache {
            APIKeyCache(instant: { self.clock.instant }) { await self.read($0) }
        }

        /// Puts a key there.
        func put(_ tenants: [TenantID] = []) throws -> APIKeyID {
            let key = APIKey(environment: try #require(APIKeyEnvironment("test")))
            let record = try APIKeyRecord(
                id: key.id,
                hash: APIKeyHash(key, with: try Fixture.ring(7)),
                scopes: .none
            )
            keys.withLock { $0[key.id] = .init(record: record, tenants: tenants) }
            return key.id
        }

        var count: Int { reads.withLock { $0.count } }
    }

    @Test("a key that a thousand calls bring at once is read once")
    func stampede() async throws {
        let shelf = Shelf()
        let cache = shelf.cache()
        let id = try shelf.put()
        shelf.isClosed.withLock { $0 = true }
        let calls = (0..<1_000).map { _ in Task { try await cache.find(id)?.record.id } }
        while shelf.count == 0 { await Task.yield() }
        for _ in 0..<1_000 { await Task.yield() }
        shelf.isClosed.withLock { $0 = false }
        for call in calls { #expect(try await call.value == id) }
        #expect(shelf.count == 1)
    }

    @Test("is four seconds old at most, of keys and of ids that are none")
    func age() async throws {
        let shelf = Shelf()
        let cache = shelf.cache()
        let (there, none) = (try shelf.put(), APIKeyID.random())
        for _ in 0..<3 {
            #expect(try await cache.find(there) != nil)
            #expect(try await cache.find(none) == nil)
        }
        #expect(shelf.reads.withLock { $0 } == [there, none])
        shelf.clock.advance(by: .milliseconds(3_999))
        _ = (try await cache.find(there), try await cache.find(none))
        #expect(shelf.count == 2)
        shelf.clock.advance(by: .milliseconds(1))
        _ = (try await cache.find(there), try await cache.find(none))
        #expect(shelf.count == 4)
    }

    @Test("is none of what was being read when it was forgotten")
    func forgetting() async throws {
        let shelf = Shelf()
        let cache = shelf.cache()
        let id = try shelf.put()
        shelf.isClosed.withLock { $0 = true }
        let old = Task { try await cache.find(id) }
        while shelf.count == 0 { await Task.yield() }
        shelf.keys.withLock { $0[id] = nil }
        cache.forget(id)
        shelf.isClosed.withLock { $0 = false }
        #expect(try await cache.find(id) == nil)
        #expect(try await old.value != nil)
        #expect(try await cache.find(id) == nil)
        #expect(shelf.count == 2)
    }

    @Test("is kept of keys, however many ids are made up")
    func flood() async throws {
        let shelf = Shelf()
        let cache = shelf.cache()
        let id = try shelf.put()
        _ = try await cache.find(id)
        for _ in 0..<APIKeyCache.maximumKnown + 1 { _ = try await cache.find(APIKeyID.random()) }
        let count = shelf.count
        #expect(try await cache.find(id) != nil)
        #expect(shelf.count == count)
    }
}
