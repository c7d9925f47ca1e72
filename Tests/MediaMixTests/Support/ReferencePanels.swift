import MediaMix
import Panels

/// Panels of the reference data.
enum ReferencePanels {
    /// PyMC-Marketing's example of its quick start.
    static func quickstart() throws -> Panel {
        let table = try Table("data/mmm/pymc_mmm_example.csv")
        return Panel(
            periods: try table.days("date_week"),
            daysPerPeriod: 7,
            geos: [PanelGeo(name: "all", population: 1)],
            outcome: PanelColumn(name: "y", values: try table.numbers("y")),
            channels: try ["x1", "x2"].map { PanelChannel(name: $0, spend: try table.numbers($0)) },
            controls: try table.columns(["event_1", "event_2", "t"])
        )
    }
}
