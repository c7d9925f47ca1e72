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
}
