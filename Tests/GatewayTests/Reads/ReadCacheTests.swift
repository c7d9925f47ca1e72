import HTTP2
import Net
import RPC
import Telemetry
import Tenancy
import TestKit
import Testing
import Wire

@testable import Gateway

@Suite("Answers that are given again", .timeLimit(.minutes(5)))
struct ReadCacheTests {
    private let clock = TestClock()
    private let registry = MetricRegistry()
    private let acme = ReadCacheTests.tenant(1)
    private let zebra = ReadCacheTests.tenant(2)
    private let fetched = Locked(0)

    private static func tenant(_ number: UInt64) -> TenantID {
        var generator = SeededGenerator(seed: number)
        return TenantID.random(using: &generator)
    }

    private func cache(upTo limit: Int = 1 << 20) -> ReadCache {
        let clock = clock
        return ReadCache(upTo: limit, for: .seconds(180), registry: registry) { clock.instant }
    }

    /// Asks for something, of which each answer that is fetched has a number and some bytes.
    private func ask(
        _ cache: ReadCache,
        _ tenant: TenantID,
        _ text: String = "a",
        isFresh: Bool = false,
        bytes count: Int = 0,
        life: Duration = .seconds(60),
        while waits: @escaping @Sendable () async -> Void = {}
    ) async throws -> Int {
        let fetched = fetched
        let answer = try await cache.answer(
            ReadCache.Question(tenant: tenant, bytes: Array(text.utf8)),
            for: life,
            isFresh: isFresh
        ) {
            let number = fetched.withLock { count in
                count += 1
                return count
            }
            await waits()
            return ForwardedAnswer(
                SharedBytes([UInt8(number)] + [UInt8](repeating: 0, count: count)),
                headers: Metadata(),
                trailers: Metadata()
            )
        }
        #expect(answer.headers["cache-control"] == "private, no-cache")
        #expect(answer.headers["etag"]?.count == 36)
        return Int(answer.message.bytes.byte(at: 0))
    }

    @Test("are those to the same question of the same tenant, for as long as they live")
    func hits() async throws {
        let cache = cache()
        for _ in 0..<3 { #expect(try await ask(cache, acme) == 1) }
        #expect(try await ask(cache, acme, "b") == 2)
        #expect(try await ask(cache, zebra) == 3)
        clock.advance(by: .seconds(59))
        #expect(try await ask(cache, acme) == 1)
        clock.advance(by: .seconds(1))
        #expect(try await ask(cache, acme) == 4)
        // No answer lives longer than is configured.
        #expect(try await ask(cache, acme, "c", life: .seconds(3_600)) == 5)
        clock.advance(by: .seconds(180))
        #expect(try await ask(cache, acme, "c", life: .seconds(3_600)) == 6)
        let text = String(decoding: registry.text(.prometheus), as: UTF8.self)
        #expect(text.contains(#"gateway_reads_total{outcome="hit"} 3"#))
    }

    @Test("are fetched anew for who wants none that is kept, and kept then")
    func fresh() async throws {
        let cache = cache()
        #expect(try await ask(cache, acme) == 1)
        #expect(try await ask(cache, acme, isFresh: true) == 2)
        #expect(try await ask(cache, acme) == 2)
    }

    @Test("are forgotten when their tenant changes something, and those of others are not")
    func changes() async throws {
        let cache = cache()
        #expect(try await ask(cache, acme) == 1)
        #expect(try await ask(cache, zebra) == 2)
        cache.changed(acme, isSettled: true)
        #expect(try await ask(cache, acme) == 3)
        #expect(try await ask(cache, acme) == 3)
        #expect(try await ask(cache, zebra) == 2)
        // A change that has failed may still be made: for a second nothing is kept.
        cache.changed(acme, isSettled: false)
        cache.changed(acme, isSettled: true)
        #expect(try await ask(cache, acme) == 4)
        #expect(try await ask(cache, acme) == 5)
        clock.advance(by: ReadCache.settling)
        #expect(try await ask(cache, acme) == 6)
        #expect(try await ask(cache, acme) == 6)
    }

    @Test("are none that were being fetched when something changed, for who asks later")
    func overtaking() async throws {
        let cache = cache()
        let gate = AsyncStream<Void>.makeStream()
        async let old = ask(cache, acme) { for await _ in gate.stream {} }
        while fetched.withLock({ $0 }) == 0 { await Task.yield() }
        cache.changed(acme, isSettled: true)
        #expect(try await ask(cache, acme) == 2)
        gate.continuation.finish()
        #expect(try await old == 1)
        #expect(try await ask(cache, acme) == 2)
    }

    @Test("are fetched once for all who ask at a time")
    func together() async throws {
        let cache = cache()
        let gate = AsyncStream<Void>.makeStream()
        let calls = (0..<100).map { _ in
            Task { try await ask(cache, acme) { for await _ in gate.stream {} } }
        }
        while fetched.withLock({ $0 }) == 0 { await Task.yield() }
        gate.continuation.finish()
        for call in calls { #expect(try await call.value == 1) }
    }

    @Test("take no more bytes than they may, those of one tenant a quarter")
    func bounds() async throws {
        let limit = 64 << 10
        let cache = cache(upTo: limit)
        for number in 0..<100 {
            _ = try await ask(cache, acme, "\(number)", bytes: 1_000)
            #expect(cache.cost <= limit / 4)
        }
        #expect(cache.cost > limit / 8)
        // Too large to be kept.
        let before = cache.cost
        _ = try await ask(cache, acme, "large", bytes: limit / 4)
        #expect(cache.cost == before)
        for number in 10..<30 as Range<UInt64> {
            _ = try await ask(cache, Self.tenant(number), bytes: limit / 4 - 2_000)
            #expect(cache.cost <= limit)
        }
        #expect(cache.cost > limit / 2)
    }

    @Test(
        "are named by tags, of which a caller may have any",
        arguments: [
            (nil, false), (#"W/"a""#, true), (#""a""#, true), (#""b", W/"a" "#, true), ("*", true),
            (#"W/"b""#, false), ("a", false), ("", false),
        ] as [(String?, Bool)]
    )
    func tags(known: String?, isKnown: Bool) {
        #expect(HTTPFields.isKnown(["etag": #"W/"a""#], known) == isKnown)
        #expect(!HTTPFields.isKnown([":status": "200"], known))
    }
}
