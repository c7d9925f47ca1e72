import MediaMix
import Numerics
import Panels
import Testing

/// What plans bring, the slow and obvious way: the panel goes on with the plan, the model's
/// parameters are known, and the density says what media add.
struct ExtendedPanel {
    let fit: MixFit
    let frame: MixBudgetFrame
    /// The parameters by their names, for each draw.
    private let draws: [[String: Double]]

    init(_ fit: MixFit, _ frame: MixBudgetFrame) {
        self.fit = fit
        self.frame = frame
        var density = MixDensity(fit.model)
        let names = fit.model.parameterNames
        draws = fit.draws.chains.indices.flatMap { chain in
            (0..<fit.draws.count).map { draw in
                let point = Array(fit.draws.point(draw, chain: chain))
                let values = density.parameters(at: point.span)
                return Dictionary(uniqueKeysWithValues: zip(names, values))
            }
        }
    }

    /// The outcomes of a plan beyond those of nothing, `[draws]`.
    ///
    /// - Parameter spend: by channel, by geo of the panel, by period of the plan.
    /// - Returns: the outcomes.
    /// - Throws: `MixModelError` if there is no such model.
    func outcomes(_ spend: [[[Double]]]) throws -> [Double] {
        let none = spend.map { $0.map { $0.map { _ in 0.0 } } }
        return try draws.map { draw in
            let all = try contribution(spend, draw)
            // Without earlier spend there is no medium left in the panel to ask.
            return frame.carriesOver ? all - (try contribution(none, draw)) : all
        }
    }

    private func contribution(_ spend: [[[Double]]], _ draw: [String: Double]) throws -> Double {
        let after = try #require(frame.periodsAfter)
        let panel = extended(by: spend, after)
        var density = MixDensity(
            try MediaMixModel(panel, known(draw), scaling: fit.model.scaling),
            .plain
        )
        let point = [Double](repeating: 0.1, count: density.dimension)
        let start = fit.model.panel.periods.count
        let count = panel.periods.count
        return density.contributions(at: point.span).prefix(panel.channels.count)
            .reduce(0) { sum, column in
                panel.geos.indices.reduce(sum) { sum, geo in
                    (start..<count).reduce(sum) { $0 + column[geo * count + $1] }
                }
            }
    }

    /// The configuration with all that is known of media fixed.
    private func known(_ draw: [String: Double]) -> MixConfiguration {
        var configuration = fit.model.configuration
        configuration.channel.effect = .coefficient
        configuration.organic.effect = .coefficient
        for name in configuration.channels.keys {
            configuration.channels[name]?.effect = .coefficient
        }
        configuration.priors = configuration.priors.filter { !$0.key.hasPrefix("roi_m") }
        let kinds = ["adstock_", "saturation_", "eta_m", "beta_gm_dev"]
        for (name, value) in draw where kinds.contains(where: name.hasPrefix) {
            configuration.priors[name] = .fixed(value)
        }
        return configuration
    }

    private func extended(by spend: [[[Double]]], _ after: Int) -> Panel {
        var panel = fit.model.panel
        let periods = panel.periods.count
        let more = frame.periods + after
        func longer(_ column: [Double], _ own: (_ geo: Int, _ period: Int) -> Double) -> [Double] {
            panel.geos.indices.flatMap { geo in
                Array(column[geo * periods..<(geo + 1) * periods])
                    + (0..<more).map { own(geo, $0) }
            }
        }
        func repeated(_ column: [Double]) -> [Double] {
            longer(column) { column[$0 * periods + $1 % periods] }
        }
        var longerPanel = panel
        longerPanel.periods = (0..<periods + more).map {
            PanelDay(number: panel.periods[0].number + panel.daysPerPeriod * $0)
        }
        longerPanel.outcome.values = repeated(panel.outcome.values)
        longerPanel.valuePerOutcome = panel.valuePerOutcome.map(repeated)
        for index in panel.channels.indices {
            func planned(_ geo: Int, _ period: Int) -> Double {
                period < frame.periods ? spend[index][geo][period] : 0
            }
            func past(_ column: [Double]) -> [Double] {
                frame.carriesOver ? column : column.map { _ in 0 }
            }
            let own = panel.channels[index]
            longerPanel.channels[index].spend = longer(past(own.spend), planned)
            guard case .units(let units) = own.exposure else { continue }
            let bought = longer(past(units)) { geo, period in
                planned(geo, period) * price(own.spend, units, geo)
            }
            longerPanel.channels[index].exposure = .units(bought)
        }
        for index in panel.organic.indices {
            longerPanel.organic[index].values = repeated(panel.organic[index].values)
        }
        for index in panel.treatments.indices {
            longerPanel.treatments[index].values = repeated(panel.treatments[index].values)
        }
        for index in panel.controls.indices {
            longerPanel.controls[index].values = repeated(panel.controls[index].values)
        }
        panel = longerPanel
        return panel
    }

    /// Units for a unit of money in the last periods of a geo.
    private func price(_ spend: [Double], _ units: [Double], _ geo: Int) -> Double {
        let cells = window(geo)
        return units[cells].reduce(0, +) / spend[cells].reduce(0, +)
    }

    private func window(_ geo: Int) -> Range<Int> {
        let periods = fit.model.panel.periods.count
        let end = (geo + 1) * periods
        return end - (frame.window ?? periods)..<end
    }

    /// What a geo had of some geos' spend on a channel in the window.
    func share(_ channel: Int, _ geo: Int, of geos: [Int]) -> Double {
        let spend = fit.model.panel.channels[channel].spend
        func sum(_ geo: Int) -> Double { spend[window(geo)].reduce(0, +) }
        return sum(geo) / geos.reduce(0) { $0 + sum($1) }
    }

    /// The mean of what was spent in the window in some geos.
    func current(_ channel: Int, _ geos: [Int]) -> Double {
        let spend = fit.model.panel.channels[channel].spend
        let cells = geos.flatMap { Array(window($0)) }
        return cells.reduce(0) { $0 + spend[$1] } / Double(cells.count / geos.count)
    }
}
