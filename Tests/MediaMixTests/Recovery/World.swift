import Foundation
import MediaMix
import Numerics
import Panels

/// A panel of which all is known, made by formulas that stand here as a reader would write them.
struct World {
    /// With its outcome.
    var panel: Panel
    var configuration: MixConfiguration
    /// Frozen: what is simulated cannot depend on what comes out.
    var scaling: MixScaling
    /// By their names.
    let parameters: [String: Double]
    /// For each channel the response in each cell, before its coefficient.
    private(set) var responses: [[Double]] = []
    /// For each channel the coefficient in each geo.
    private(set) var coefficients: [[Double]] = []

    /// - Parameters:
    ///   - panel: whatever its outcome is.
    ///   - configuration: what its outcome is to be made by.
    ///   - scaling: what amounts are on the model's scale.
    ///   - parameters: of all names.
    init(
        _ panel: Panel,
        _ configuration: MixConfiguration,
        _ scaling: MixScaling,
        _ parameters: [String: Double]
    ) {
        self.panel = panel
        self.configuration = configuration
        self.scaling = scaling
        self.parameters = parameters
        responses = panel.channels.indices.map { response($0, panel.channels[$0].spend) }
        coefficients = panel.channels.indices.map(coefficients)
    }

    private func value(_ name: String) -> Double { parameters[name] ?? .nan }

    private var weeks: Int { panel.periods.count }

    /// What 1 on the model's scale is in a geo.
    private func unit(_ geo: Int) -> Double {
        let isPerHead = configuration.outcomeScale == .perCapitaStandardised
        return scaling.outcomeScale * (isPerHead ? panel.geos[geo].population : 1)
    }

    /// What a channel does where so much is spent.
    private func response(_ channel: Int, _ spend: [Double]) -> [Double] {
        let name = panel.channels[channel].name
        let alpha = value("adstock_alpha[\(name)]")
        let lambda = value("saturation_lam[\(name)]")
        let weights = (0..<8).map { pow(alpha, Double($0)) }
        let all = weights.reduce(0, +)
        let (amounts, multipliers) = (amounts(channel, spend), multipliers(channel))
        return spend.indices.map { cell in
            let week = cell % weeks
            let carried = (0...min(7, week)).reduce(0) {
                $0 + weights[$1] / all * amounts[cell - $1]
            }
            if case .reach = panel.channels[channel].exposure { return carried * multipliers[week] }
            return multipliers[week]
                * (configuration.channel.saturation == .logistic
                    ? tanh(0.5 * lambda * carried) : carried / (lambda + carried))
        }
    }

    /// What is carried over: how much there was, or those it reached times Hill of how often.
    private func amounts(_ channel: Int, _ spend: [Double]) -> [Double] {
        let (medium, divisor) = (panel.channels[channel], scaling.media[channel])
        guard case .reach(let reach, let frequency) = medium.exposure else {
            let isPerHead = configuration.mediaScale == .perCapitaMedian
            return spend.indices.map { cell in
                spend[cell] / (isPerHead ? panel.geos[cell / weeks].population : 1) / divisor
            }
        }
        let (slope, half) = (
            value("frequency_slope[\(medium.name)]"), value("frequency_kappa[\(medium.name)]")
        )
        return spend.indices.map { cell in
            guard spend[cell] > 0 else { return 0 }
            return reach[cell] / divisor / (1 + pow(half / frequency[cell], slope))
        }
    }

    /// How a channel's effect comes and goes.
    private func multipliers(_ channel: Int) -> [Double] {
        guard case .each(let count) = configuration.mediaVariation else {
            return Array(repeating: 1, count: weeks)
        }
        let name = panel.channels[channel].name
        let knots = (0..<count).map { value("variation_knots[\(name), \($0)]") }
        let places = (0..<count).map { $0 * (weeks - 1) / (count - 1) }
        let heights = (0..<weeks).map { week in
            let next = places.firstIndex { $0 > week } ?? count - 1
            let share =
                Double(week - places[next - 1]) / Double(places[next] - places[next - 1])
            let height = knots[next - 1] * (1 - share) + knots[next] * share
            return exp(value("variation_scale[\(name)]") * height)
        }
        let mean = heights.reduce(0, +) / Double(weeks)
        return heights.map { $0 / mean }
    }

    private func coefficients(_ channel: Int) -> [Double] {
        let name = panel.channels[channel].name
        let multipliers = panel.geos.map { geo in
            configuration.hasGeoEffects
                ? exp(value("eta_m[\(name)]") * value("beta_gm_dev[\(geo.name), \(name)]")) : 1
        }
        guard configuration.channel.effect == .roi else {
            return multipliers.map { $0 * value("saturation_beta[\(name)]") }
        }
        let earned = responses[channel].enumerated().reduce(0) { sum, one in
            let geo = one.offset / weeks
            return sum + multipliers[geo] * one.element * unit(geo)
        }
        let cost = panel.channels[channel].spend.reduce(0, +)
        return multipliers.map { $0 * value("roi_m[\(name)]") * cost / earned }
    }

    /// What a channel adds to the outcome, were the response this one.
    private func sales(_ channel: Int, _ response: [Double]) -> [Double] {
        response.indices.map { cell in
            let geo = cell / weeks
            return response[cell] * coefficients[channel][geo] * unit(geo)
        }
    }

    /// What each channel earned over what it cost.
    var returns: [Double] {
        panel.channels.indices.map { channel in
            sales(channel, responses[channel]).reduce(0, +)
                / panel.channels[channel].spend.reduce(0, +)
        }
    }

    /// What the outcome is on average.
    private var expected: [Double] {
        var all = panel.outcome.values.indices.map { cell in
            let (geo, week) = (cell / weeks, cell % weeks)
            let angle = 2 * Double.pi * Double(panel.periods[week].dayOfYear) / 365.25
            var mean =
                value("intercept_contribution") + value("gamma_fourier[sin_1]") * sin(angle)
                + value("gamma_fourier[cos_1]") * cos(angle)
                + value("trend") * (Double(week) / Double(weeks - 1) - 0.5)
            // The geo with most people is the one that others are compared with.
            mean += parameters["tau_g[\(panel.geos[geo].name)]"] ?? 0
            for holiday in configuration.holidays {
                let days = holiday.day.number - panel.periods[week].number
                if (0..<7).contains(days) { mean += value("gamma_holiday[\(holiday.name)]") }
            }
            for (index, control) in panel.controls.enumerated() {
                let effect =
                    value("gamma_control[\(control.name)]")
                    + (configuration.hasGeoEffects
                        ? value("xi_c[\(control.name)]")
                            * value("gamma_gc_dev[\(panel.geos[geo].name), \(control.name)]") : 0)
                mean +=
                    effect * (control.values[cell] - scaling.controlCentres[index])
                    / scaling.controlScales[index]
            }
            return mean * unit(geo)
        }
        for channel in panel.channels.indices {
            for (cell, sales) in sales(channel, responses[channel]).enumerated() {
                all[cell] += sales
            }
        }
        return all
    }

    /// Makes the outcome.
    mutating func simulate(_ random: inout RandomStream) {
        panel.outcome.values = expected.enumerated().map { cell, mean in
            let geo = cell / weeks
            let own = parameters["y_sigma[\(panel.geos[geo].name)]"] ?? value("y_sigma")
            let noise =
                configuration.noise == .studentT
                ? StudentT(degrees: value("y_nu")).sample(&random) : random.normal()
            return mean + own * noise * unit(geo)
        }
    }

    /// What an experiment finds in which a channel pauses for six weeks, a tenth of it its error.
    func experiment(_ channel: Int, from week: Int, _ random: inout RandomStream) -> LiftTest {
        let paused = week..<week + 6
        let readout = week..<week + 10
        var spend = panel.channels[channel].spend
        for cell in spend.indices where paused.contains(cell % weeks) { spend[cell] = 0 }
        let (after, before) = (sales(channel, response(channel, spend)), responses[channel])
        let lift = zip(after, sales(channel, before)).enumerated().reduce(0) { sum, one in
            readout.contains(one.offset % weeks) ? sum + one.element.0 - one.element.1 : sum
        }
        let error = 0.1 * abs(lift)
        return LiftTest(
            channel: panel.channels[channel].name,
            first: panel.periods[paused.lowerBound],
            last: panel.periods[paused.upperBound - 1],
            measuredUntil: panel.periods[readout.upperBound - 1],
            change: .share(-1),
            lift: lift + error * random.normal(),
            standardError: error
        )
    }
}
