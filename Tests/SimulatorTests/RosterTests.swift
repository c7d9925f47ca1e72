import Simulator
import Testing

@Suite("Simulated rosters")
struct RosterTests {
    @Test("have the founding case's counts and sums, whatever the seed", arguments: [1, 2, 99])
    func counts(_ seed: UInt64) throws {
        var scale = WorldScale.small
        scale.days = 40
        let roster = Roster(of: try World(seed: seed, scale: scale))
        #expect(roster.campaigns.count == 2_067)
        #expect(Set(roster.campaigns.map(\.id)).count == 2_067)
        #expect(Set(roster.campaigns.map(\.advertiser)).count == 588)
        #expect(Set(roster.campaigns.map(\.product)).count >= 10)
        #expect(roster.health.count == 800)
        #expect(Set(roster.health.map(\.campaign)).count == 800)
        let known = Set(roster.campaigns.map(\.id))
        let matched = roster.health.filter { known.contains($0.campaign) }
        #expect(matched.count == 449)
        #expect(roster.health.reduce(0) { $0 + $1.budgetCents } == 148_000_000)
        #expect(matched.reduce(0) { $0 + $1.budgetCents } == 76_800_000)
        #expect(roster.health.allSatisfy { $0.budgetCents > 0 })
        // An advertiser belongs to one partner.
        let pairs = Set(roster.campaigns.map { [$0.advertiser, $0.partner] })
        #expect(pairs.count == 588)
    }

    @Test("are written as they are")
    func files() throws {
        let written = try WrittenWorld.mixModel.get()
        let roster = Roster(of: written.world)
        let health = written.rows("roster/health.csv")
        #expect(health.map { cents($0["campaign_budget"]) } == roster.health.map(\.budgetCents))
        let lines = String(decoding: written.files["roster/breakout.csv"] ?? [], as: UTF8.self)
            .split(separator: "\n").dropFirst()
        #expect(lines.map { Int($0.prefix { $0 != "," }) } == roster.campaigns.map(\.id))
        // Names have commas, which stand in quotes.
        #expect(lines.allSatisfy { $0.split(separator: "\"").count == 3 })
    }
}
