import Panels
import Testing

@testable import MediaMix

@Suite("Lift tests in a panel")
struct PlacedLiftTests {
    @Test("spend by population, also where a medium was never on", arguments: [false, true])
    func spend(isPerCapita: Bool) throws {
        var panel = try InventedPanels.panel(geos: 3)
        let periods = panel.periods.count
        // Nobody in the last place has ever seen a video.
        for period in 0..<periods { panel.channels[1].spend[2 * periods + period] = 0 }
        panel.channels[1].exposure = .units(panel.channels[1].spend.map { 90 * $0 })
        var configuration = MixConfiguration()
        if isPerCapita { configuration.mediaScale = .perCapitaMedian }
        let test = LiftTest(
            channel: "video",
            geos: ["geo0", "geo2"],
            first: panel.periods[10],
            last: panel.periods[13],
            change: .spend(8_000),
            lift: 100,
            standardError: 10
        )
        let model = try MediaMixModel(panel, configuration, lifts: [test])
        let placed = try #require(model.lifts.first)
        // The same panel with the spend in it, four weeks of each place by its people.
        let people = [0, 2].map { panel.geos[$0].population }
        for (index, geo) in [0, 2].enumerated() {
            let share = 8_000 / 4 * people[index] / (people[0] + people[1])
            var amount = 90 * share / model.scaling.media[1]
            if isPerCapita { amount /= panel.geos[geo].population }
            #expect(abs(placed.addition[index] - amount) < 1e-9 * amount)
            #expect(amount > 0)
        }
        #expect(placed.periods == 10..<14 && placed.geos == [0, 2])
    }

    /// A test of a portion of people in four weeks of a panel of one geo.
    private func placed(
        _ change: LiftTest.Change,
        portion: Double,
        _ panel: Panel
    ) throws -> PlacedLift {
        let test = LiftTest(
            channel: "search",
            portion: portion,
            first: panel.periods[10],
            last: panel.periods[13],
            change: change,
            lift: 100,
            standardError: 10
        )
        return try #require(try MediaMixModel(panel, MixConfiguration(), lifts: [test]).lifts.first)
    }

    @Test("a portion of people had what the others had, and the change", arguments: [0.25, 0.7])
    func portion(_ portion: Double) throws {
        var panel = try InventedPanels.panel()
        // What others had for each head, and by which factor there was more of it in the test.
        let others = [3.0, 1, 0.5, 2]
        for factor in [2.5, 0.4, 0] {
            var added = 0.0
            for (place, amount) in others.enumerated() {
                let own = factor * amount
                panel.channels[0].spend[10 + place] = portion * own + (1 - portion) * amount
                added += portion * (own - amount)
            }
            // Back from what happened to what would have.
            let lift = try placed(.spend(-added), portion: portion, panel)
            for (place, amount) in others.enumerated() {
                let pair = lift.amounts(panel.channels[0].spend[10 + place], place: 0)
                #expect(abs(pair.before - factor * amount) < 1e-12)
                #expect(abs(pair.after - amount) < 1e-12)
            }
        }
        // A share is of what all had.
        let share = try placed(.share(-1), portion: portion, panel).amounts(2, place: 0)
        #expect(share.before == 2 && share.after == 0)
    }

    @Test("where less than nothing would be left, nothing was there, up to half as much")
    func leeway() throws {
        let panel = try InventedPanels.panel()
        let spent = (10..<14).reduce(0) { $0 + panel.channels[0].spend[$1] }
        // Dark for a quarter, whose people had been worth a third more than others.
        let dark = try placed(.spend(4.0 / 9 * spent), portion: 0.25, panel)
        #expect(dark.base == -1 && abs(dark.share - 7.0 / 9) < 1e-12)
        // All of it was theirs, and a little of the week before.
        let own = try placed(.spend(-1.1 * spent), portion: 0.25, panel)
        #expect(own.share == -1 && abs(own.base - 3.4) < 1e-12)
        for (lift, change) in [(dark, 4.0 / 9), (own, -1.1)] {
            #expect(abs(0.25 * (lift.share - lift.base) - change) < 1e-12)
        }
        for change in [0.51 * spent, -1.51 * spent] {
            #expect(
                throws: MixModelError.lift("search", rule: "takes away more spend than there was")
            ) {
                try placed(.spend(change), portion: 0.25, panel)
            }
        }
    }
}
