import HTTP2
import Net
import Tenancy
import TestTenants
import Testing
import Wire

@testable import Gateway

@Suite("The pace of refusals", .timeLimit(.minutes(5)))
struct RefusalPaceTests {
    private let tenant: TenantID
    private let other: TenantID

    init() throws {
        tenant = try #require(TenantID("7f3k9q2m0c5xw8r"))
        other = try #require(TenantID("7f3k9q2m0c5xw8s"))
    }

    @Test("spreads those of one tenant, up to a limit, and none of another's")
    func turns() {
        let pace = RefusalPace(interval: .milliseconds(2), longest: .milliseconds(5))
        let now = ContinuousClock.now
        func turn(_ tenant: TenantID, _ time: Int) -> Duration? {
            pace.takeTurn(of: tenant, at: now + .milliseconds(time))
        }
        #expect([0, 0, 0].map { turn(tenant, $0) } == [0, 2, 4].map { .milliseconds($0) })
        #expect([0, 0, 0].map { turn(tenant, $0) } == [5, 5, 5].map { .milliseconds($0) })
        #expect(turn(other, 0) == .zero)
        // The last went out after five milliseconds, the next may two later.
        #expect([6, 6].map { turn(tenant, $0) } == [1, 3].map { .milliseconds($0) })
        #expect(turn(tenant, 100) == .zero)
    }

    @Test("holds no more than it may: others go out at once")
    func bound() {
        let pace = RefusalPace(interval: .seconds(1), longest: .seconds(9), mostHeld: 2)
        let now = ContinuousClock.now
        #expect(pace.takeTurn(of: tenant, at: now) == .zero)
        #expect(pace.takeTurn(of: tenant, at: now) == .seconds(1))
        #expect(pace.takeTurn(of: tenant, at: now) == nil)
        #expect(pace.takeTurn(of: other, at: now) == nil)
    }

    @Test("holds a refusal back while others go out, until its caller has gone")
    func hold() async throws {
        let group = try EventLoopGroup(count: 1)
        let loop = group.next()
        let pace = RefusalPace(interval: .seconds(3_600), longest: .seconds(3_600), mostHeld: 2)
        func refuse(_ tenant: TenantID, within limit: Duration? = nil) -> Task<Bool, Never> {
            Task(executorPreference: loop) {
                guard await loop.arrive() else { return false }
                await pace.hold(tenant, on: loop, within: limit)
                return Task.isCancelled
            }
        }
        #expect(await refuse(tenant).value == false)
        let held = refuse(tenant)
        #expect(await refuse(other).value == false)
        // Who has no time left is not held, and what has gone out makes room.
        #expect(await refuse(other, within: .zero).value == false)
        held.cancel()
        #expect(await held.value)
        group.stop()
    }

    @Test("has a gateway serve others, and stop, while a tenant waits for its refusals")
    func flood() async throws {
        let pace = RefusalPace(interval: .seconds(3_600), longest: .seconds(3_600))
        let gateway = try await GatewayFixture(
            ["QUOTA_CALLS": "1", "QUOTA_WINDOW": "3600s"],
            pace: pace
        )
        let (key, other) = (try await gateway.key(for: [0]), try await gateway.key(for: [1]))
        #expect(try await gateway.rest("GET", "/v1/items", key).status == 200)
        #expect(try await gateway.rest("GET", "/v1/items", key).status == 429)
        let client = try await gateway.connect()
        let fields: HeaderBlock = [
            ":method": "GET", ":scheme": "http", ":path": "/v1/items",
            ":authority": "gateway.test", "x-api-key": key.reveal(),
        ]
        let flood = (0..<20).map { _ in Task { try? await client.request(fields) } }
        while pace.heldCount < flood.count { await Task.yield() }
        #expect(try await gateway.rest("GET", "/v1/items", other).status == 200)
        await client.close(within: .zero)
        for call in flood { #expect(await call.value == nil) }
        while pace.heldCount > 0 { await Task.yield() }
        await gateway.stop()
    }
}
