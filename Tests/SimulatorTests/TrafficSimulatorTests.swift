import Simulator
import Testing

@Suite("Simulated traffic")
struct TrafficSimulatorTests {
    private func visits(_ count: Int, seed: UInt64) -> [LabelledVisit] {
        var simulator = TrafficSimulator(seed: seed)
        return (0..<count).map { _ in simulator.next() }
    }

    @Test("is the same for a seed, and other for another")
    func seeded() {
        #expect(visits(1_000, seed: 1) == visits(1_000, seed: 1))
        #expect(visits(1_000, seed: 1) != visits(1_000, seed: 2))
    }

    @Test("has its channels' shares, and every mishap as often as it is told")
    func shares() {
        let count = 50_000
        let all = visits(count, seed: 3)
        // What is passed on is direct then: a few per cent of all tagged traffic.
        let shares: [String: ClosedRange<Double>] = [
            "paid_search": 0.185...0.205, "paid_social": 0.148...0.162,
            "organic_search": 0.174...0.186, "organic_social": 0.055...0.062,
            "email": 0.111...0.121, "affiliates": 0.055...0.062, "display": 0.045...0.052,
            "referral": 0.047...0.053, "direct": 0.132...0.144,
        ]
        var counts: [String: Int] = [:]
        for visit in all { counts[visit.channel, default: 0] += 1 }
        #expect(Set(counts.keys) == Set(shares.keys))
        for (channel, share) in shares {
            #expect(share.contains(Double(counts[channel] ?? 0) / Double(count)), "\(channel)")
        }
        for mishap in [
            LabelledVisit.Mishaps.noTags, .noReferrer, .oddTag, .macro, .passedOn,
        ] {
            #expect(all.contains { $0.mishaps.contains(mishap) })
        }
        #expect(all.allSatisfy { $0.page.hasPrefix("https://shop.example/p/") })
    }

    @Test("without mess tells the truth of every tag")
    func tidy() {
        var mess = TrafficSimulator.Mess()
        (mess.noReferrer, mess.oddTag, mess.macro, mess.passedOn) = (0, 0, 0, 0)
        var simulator = TrafficSimulator(seed: 4, mess: mess)
        for _ in 0..<5_000 {
            let visit = simulator.next()
            #expect(visit.mishaps.isSubset(of: .noTags))
            if visit.page.contains("utm_medium=email") { #expect(visit.channel == "email") }
            if visit.page.contains("gclid=") { #expect(visit.channel == "paid_search") }
        }
    }
}
