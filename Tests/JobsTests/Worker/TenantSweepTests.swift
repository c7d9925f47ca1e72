import TestKit
import Testing

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("A sweep")
struct TenantSweepTests {
    private let tenants: [TenantID] = {
        var generator = SeededGenerator(seed: 7)
        return (0..<119).map { _ in TenantID.random(using: &generator) }.sorted()
    }()

    @Test("visits all at first, then each once in a period", arguments: [1, 59, 100, 119])
    func period(count: Int) {
        let tenants = Array(tenants.prefix(count))
        var sweep = TenantSweep(.seconds(60))
        var now = ContinuousClock.now
        #expect(sweep.next(tenants, at: now) == tenants)
        var visits: [TenantID: Int] = [:]
        for _ in 0..<600 {
            now = now.advanced(by: .seconds(1))
            let turn = sweep.next(tenants, at: now)
            #expect(turn.count <= count / 60 + 2)
            for tenant in turn { visits[tenant, default: 0] += 1 }
        }
        // Ten minutes are ten periods.
        #expect(visits.count == count && visits.values.allSatisfy { (9...11).contains($0) })
    }

    @Test("misses nobody when it was late, or tenants come and go")
    func changes() {
        var sweep = TenantSweep(.seconds(60))
        let now = ContinuousClock.now
        #expect(sweep.next([], at: now).isEmpty)
        _ = sweep.next(Array(tenants.prefix(10)), at: now)
        // Two minutes later all are due, once.
        let late = now.advanced(by: .seconds(120))
        #expect(Set(sweep.next(tenants, at: late)) == Set(tenants))
        #expect(sweep.next(tenants, at: late).isEmpty)
    }
}
