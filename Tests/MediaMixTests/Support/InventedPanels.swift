import Numerics
import Panels

/// Panels of random numbers, for what must hold of any.
enum InventedPanels {
    /// A panel with two channels (the second has units, and weeks without), organic posts, a
    /// control and a treatment.
    static func panel(
        geos: Int = 1,
        periods: Int = 40,
        seed: UInt64 = 5,
        hasValue: Bool = false
    ) throws -> Panel {
        var random = RandomStream(seed: seed)
        let cells = geos * periods
        func column(_ name: String, _ number: () -> Double) -> PanelColumn {
            PanelColumn(name: name, values: (0..<cells).map { _ in number() })
        }
        let start = PanelDay(number: 18_000)
        let places = (0..<geos).map { geo in
            PanelGeo(name: "geo\(geo)", population: geos == 1 ? 1 : 1000 * (1 + random.uniform()))
        }
        let people = places.map(\.population)
        let search = (0..<cells).map { people[$0 / periods] * (0.2 + random.uniform()) }
        let video = (0..<cells).map { cell in
            random.uniform() < 0.4 ? 0 : people[cell / periods] * random.uniform()
        }
        let outcome = (0..<cells).map { cell in
            people[cell / periods] * (30 + 5 * random.normal())
                + 4 * search[cell] + 2 * video[cell]
        }
        return Panel(
            periods: (0..<periods).map { PanelDay(number: start.number + 7 * $0) },
            daysPerPeriod: 7,
            geos: places,
            outcome: PanelColumn(name: "sales", values: outcome),
            valuePerOutcome: hasValue ? (0..<cells).map { _ in 2 + random.uniform() } : nil,
            channels: [
                PanelChannel(name: "search", spend: search),
                PanelChannel(
                    name: "video",
                    spend: video,
                    exposure: .units(video.map { 90 * $0 })
                ),
            ],
            organic: [column("posts") { random.uniform() }],
            treatments: [column("price") { 10 + random.normal() }],
            controls: [column("weather") { 20 + 7 * random.normal() }]
        )
    }
}
