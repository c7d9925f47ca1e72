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

extension ReferencePanels {
    /// Eight geos of Meridian's example.
    static func meridian() throws -> Panel {
        let names = (0..<8).map { "Geo\($0)" }
        let table = try Table("data/mmm/meridian_geo_media.csv") { row in
            row["geo"].map(names.contains) ?? false
        }
        // The file has all periods of a geo together, as a panel has.
        let periods = try table.days("time").count / names.count
        let population = try table.numbers("population")
        let channels = (0..<4).map { "Channel\($0)" }
        return Panel(
            periods: Array(try table.days("time").prefix(periods)),
            daysPerPeriod: 7,
            geos: names.enumerated().map { index, name in
                PanelGeo(name: name, population: population[index * periods])
            },
            outcome: PanelColumn(name: "conversions", values: try table.numbers("conversions")),
            valuePerOutcome: try table.numbers("revenue_per_conversion"),
            channels: try channels.map { name in
                PanelChannel(
                    name: name,
                    spend: try table.numbers("\(name)_spend"),
                    exposure: .units(try table.numbers("\(name)_impression"))
                )
            },
            controls: try table.columns([
                "competitor_activity_score_control", "sentiment_score_control",
            ])
        )
    }
}

extension ReferencePanels {
    /// PyMC-Marketing's example of a confounder that nobody saw: it drives both x1 and the outcome.
    static func confounded() throws -> Panel {
        let table = try Table("data/mmm/pymc_mmm_roas_data.csv")
        return Panel(
            periods: try table.days("date"),
            daysPerPeriod: 7,
            geos: [PanelGeo(name: "all", population: 1)],
            outcome: PanelColumn(name: "y", values: try table.numbers("y")),
            channels: try ["x1", "x2"].map { PanelChannel(name: $0, spend: try table.numbers($0)) }
        )
    }
}

extension ReferencePanels {
    /// Robyn's example: media that are bought in bursts, and a newsletter.
    static func robyn() throws -> Panel {
        let table = try Table("data/mmm/robyn_dt_simulated_weekly.csv")
        return Panel(
            periods: try table.days("DATE"),
            daysPerPeriod: 7,
            geos: [PanelGeo(name: "all", population: 1)],
            outcome: PanelColumn(name: "revenue", values: try table.numbers("revenue")),
            channels: try ["tv_S", "ooh_S", "print_S", "facebook_S", "search_S"].map {
                PanelChannel(name: $0, spend: try table.numbers($0))
            },
            organic: try table.columns(["newsletter"]),
            controls: try table.columns(["competitor_sales_B"])
        )
    }

    /// Meridian's example of a whole country: impressions, a promotion, and what one sale earns.
    static func national() throws -> Panel {
        let table = try Table("data/mmm/meridian_national_all_channels.csv")
        return Panel(
            periods: try table.days("time"),
            daysPerPeriod: 7,
            geos: [PanelGeo(name: "all", population: 1)],
            outcome: PanelColumn(name: "conversions", values: try table.numbers("conversions")),
            valuePerOutcome: try table.numbers("revenue_per_conversion"),
            channels: try (0..<5).map { index in
                PanelChannel(
                    name: "Channel\(index)",
                    spend: try table.numbers("Channel\(index)_spend"),
                    exposure: .units(try table.numbers("Channel\(index)_impression"))
                )
            },
            organic: try table.columns(["Organic_channel0_impression"]),
            treatments: try table.columns(["Promo"]),
            controls: try table.columns(["competitor_sales_control", "sentiment_score_control"])
        )
    }
}
