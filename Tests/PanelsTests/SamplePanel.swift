import TestKit
import Wire

@testable import Panels

/// Panels and tables without fault, made of random numbers, for tests to spoil.
enum SamplePanel {
    /// A panel of weeks with two channels that vary by themselves, in as many geos as asked for.
    static func make(geos: Int = 1, weeks: Int = 156, seed: UInt64 = 1) -> Panel {
        var generator = SeededGenerator(seed: seed)
        let uniform = { (range: ClosedRange<Double>, generator: inout SeededGenerator) in
            Double.random(in: range, using: &generator)
        }
        let places = (0..<geos).map { geo in
            PanelGeo(name: "place \(geo)", population: geos == 1 ? 1 : Double(1_000 + 700 * geo))
        }
        var panel = Panel(
            periods: (0..<weeks).map { PanelDay(number: 18_631 + 7 * $0) },
            daysPerPeriod: 7,
            geos: places,
            outcome: PanelColumn(name: "revenue", values: []),
            channels: [
                PanelChannel(name: "tv", spend: []),
                PanelChannel(name: "search", spend: [], exposure: .units([])),
            ],
            organic: [PanelColumn(name: "newsletter", values: [])],
            treatments: [PanelColumn(name: "price", values: [])],
            controls: [PanelColumn(name: "weather", values: [])]
        )
        var clicks: [Double] = []
        for place in places {
            for _ in 0..<weeks {
                let size = place.population
                let spend = uniform(50...150, &generator) * size
                let units = uniform(20...90, &generator) * size
                panel.channels[0].spend.append(spend)
                clicks.append(units.rounded())
                panel.channels[1].spend.append(
                    units.rounded() * 0.5 * uniform(0.9...1.1, &generator)
                )
                panel.organic[0].values.append(uniform(1...9, &generator) * size)
                panel.treatments[0].values.append(uniform(9...11, &generator))
                panel.controls[0].values.append(uniform(-5...25, &generator))
                let noise = uniform(0...200, &generator) * size
                panel.outcome.values.append(500 * size + spend + units + noise)
            }
        }
        panel.channels[1].exposure = .units(clicks)
        return panel
    }

    /// The table that a panel is read from, its columns called so that roles are guessed.
    static func csv(_ panel: Panel, separator: String = ",", rows order: [Int]? = nil) -> String {
        let isNational = panel.geos.count == 1
        var head = ["date"] + (isNational ? [] : ["geo", "population"]) + [panel.outcome.name]
        for channel in panel.channels {
            head.append("\(channel.name)_spend")
            if channel.exposure != .spend { head.append("\(channel.name)_clicks") }
        }
        let others = panel.organic + panel.treatments + panel.controls
        head += others.map(\.name)
        let lines = (order ?? Array(0..<panel.cells)).map { cell in
            let geo = panel.geos[cell / panel.periods.count]
            var row = ["\(panel.periods[cell % panel.periods.count])"]
            row += isNational ? [] : [geo.name, "\(geo.population)"]
            row.append("\(panel.outcome.values[cell])")
            for channel in panel.channels {
                row.append("\(channel.spend[cell])")
                if channel.exposure != .spend { row.append("\(channel.units[cell])") }
            }
            return (row + others.map { "\($0.values[cell])" }).joined(separator: separator)
        }
        return ([head.joined(separator: separator)] + lines).joined(separator: "\n") + "\n"
    }
}

extension PanelTable {
    /// The table of a text.
    init(_ text: String) throws(PanelFindings) {
        try self.init(csv: Array(text.utf8).rawBytes)
    }
}

extension PanelReading {
    /// What a text is read into, by guessed roles.
    init(
        csv text: String,
        format: PanelFormat = PanelFormat(),
        _ change: (inout PanelRoles) -> Void = { _ in }
    ) throws(PanelFindings) {
        let table = try PanelTable(text)
        var roles = PanelRoles.guess(table)
        change(&roles)
        try self.init(table, roles: roles, format: format)
    }
}

/// What something finds that may refuse; nothing if it does not.
func findings(_ body: () throws(PanelFindings) -> PanelFindings) -> PanelFindings {
    do throws(PanelFindings) { return try body() } catch { return error }
}
