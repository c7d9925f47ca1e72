import Foundation
import MediaMix
import Numerics
import Panels
import TestKit
import Testing

@Suite(
    "Meridian's model of eight geos",
    .enabled(if: Reference.folder != nil, "there is no reference data")
)
struct MeridianTests {
    private struct Figures: Decodable {
        struct Constants: Decodable {
            let media_median_per_capita_nonzero, controls_mean, controls_sd: [String: Double]
            let kpi_per_capita_mean, kpi_per_capita_sd: Double
        }
        struct Parameter: Decodable {
            let mean, sd: Double
            let ess_bulk, mcse_mean: Double?
        }
        let scaling_constants: Constants
        let posterior: [String: Parameter]
    }

    private let panel: Panel
    private let figures: Figures
    private let model: MediaMixModel

    init() throws {
        let folder = try #require(Reference.folder)
        let file = folder.appendingPathComponent("reference/mmm/meridian_geo.json")
        figures = try JSONDecoder().decode(Figures.self, from: Data(contentsOf: file))
        panel = try ReferencePanels.meridian()
        model = try MediaMixModel(panel, .meridian(knots: 16))
    }

    @Test("data are divided by what Meridian divides them by")
    func scaling() throws {
        let constants = figures.scaling_constants
        func isNear(_ one: Double, _ other: Double?) -> Bool {
            other.map { abs(one - $0) < 1e-12 * max(1, abs($0)) } ?? false
        }
        #expect(isNear(model.scaling.outcomeCentre, constants.kpi_per_capita_mean))
        #expect(isNear(model.scaling.outcomeScale, constants.kpi_per_capita_sd))
        for (index, channel) in panel.channels.enumerated() {
            let median = constants.media_median_per_capita_nonzero[channel.name]
            #expect(isNear(model.scaling.media[index], median))
        }
        for (index, control) in panel.controls.enumerated() {
            #expect(
                isNear(model.scaling.controlCentres[index], constants.controls_mean[control.name])
            )
            #expect(isNear(model.scaling.controlScales[index], constants.controls_sd[control.name]))
        }
        #expect(MixDensity(model).dimension == 92)
    }

    @Test("mean, returns and density are those of Meridian's formulas")
    func formulas() throws {
        var density = MixDensity(model, .plain)
        var random = RandomStream(seed: 11)
        for _ in 0..<4 {
            let point = (0..<density.dimension).map { _ in 0.5 * random.normal() }
            let parameters = Dictionary(
                zip(model.parameterNames, density.parameters(at: point.span)),
                uniquingKeysWith: { first, _ in first }
            )
            let plain = MeridianFormulas(panel, parameters, model.scaling)
            let expected = density.expectedOutcome(at: point.span)
            for (one, other) in zip(expected, plain.expectedOutcome) {
                #expect(abs(one - other) < 1e-10 * abs(other))
            }
            for (index, channel) in panel.channels.enumerated() {
                let roi = try #require(parameters["roi_m[\(channel.name)]"])
                #expect(abs(plain.returns[index] - roi) < 1e-12 * roi)
            }
            // What is left are the Jacobians of parameters with bounds.
            let sum = try density.evaluated(at: point).value
            #expect(abs(sum - plain.logDensity - plain.logJacobian) < 1e-8)
        }
    }

    @Test("the sampled coordinates have the same density")
    func coordinates() throws {
        var (plain, sampled) = (MixDensity(model, .plain), MixDensity(model))
        var random = RandomStream(seed: 12)
        for _ in 0..<4 {
            let point = (0..<sampled.dimension).map { _ in 0.5 * random.normal() }
            let values = sampled.parameters(at: point.span)
            var same = point
            var deviations: [String: [(sampled: Double, plain: Double)]] = [:]
            for index in point.indices {
                let (name, value) = (model.parameterNames[index], values[index])
                switch name.prefix(while: { $0 != "[" }) {
                case "beta_gm_dev", "gamma_gc_dev":
                    same[index] = value
                    let effect = String(name.drop { $0 != "," })
                    deviations[effect, default: []].append((point[index], value))
                case "knot_values", "tau_g", "gamma_control": same[index] = value
                default: break
                }
            }
            // Seven of eight distances from the mean are free, all divided by one root.
            let logJacobian = deviations.values.reduce(0) { sum, pairs in
                let ratio =
                    (pairs[0].plain - pairs[1].plain) / (pairs[0].sampled - pairs[1].sampled)
                return sum + 7 * log(ratio)
            }
            #expect(zip(plain.parameters(at: same.span), values).allSatisfy { abs($0 - $1) < 1e-9 })
            let (one, other) = (try sampled.evaluated(at: point), try plain.evaluated(at: same))
            #expect(abs(one.value - other.value - logJacobian) < 1e-7)
        }
    }

    @Test("gradients are differences")
    func differences() throws {
        try MixDensity(model).expectDifferences("Meridian", points: 1)
    }

    /// In its short form there are fewer draws, which tell less.
    @Test("returns are those of Meridian's draws")
    func posterior() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let posterior = try await SamplingRun(
            MixDensity(model),
            SampledForm.configuration(seed: 1),
            starts: MixDensity(model).starts(chains: 4, seed: 1)
        ).posterior()
        let duration = clock.now - start
        let draws = NamedDraws(posterior, model)
        #expect(draws.worstRHat < SampledForm.worstRHat)
        #expect(posterior.divergences <= 4)
        for (name, truth) in figures.posterior {
            // Their names of the same parameters.
            let own = name.replacingOccurrences(of: ",", with: ", ")
                .replacingOccurrences(of: "alpha_m", with: "adstock_alpha")
                .replacingOccurrences(of: "ec_m", with: "saturation_lam")
                .replacingOccurrences(of: "gamma_c[", with: "gamma_control[")
                .replacingOccurrences(of: "sigma", with: "y_sigma")
            guard draws.names.contains(own), let error = truth.mcse_mean,
                let size = truth.ess_bulk
            else { continue }
            try draws.expect(own, mean: truth.mean, error: error)
            if SampledForm.isLong, own.hasPrefix("roi_m") {
                try draws.expect(own, deviation: truth.sd, size: size)
            }
        }
        print(
            "Meridian: smallest ESS \(Int(draws.leastSize)), worst R-hat \(draws.worstRHat),",
            "\(posterior.divergences) divergences, \(posterior.gradients) gradients in \(duration)"
        )
    }
}

/// Meridian's model as its formulas stand, one loop for each sum.
private struct MeridianFormulas {
    private(set) var expectedOutcome: [Double] = []
    private(set) var returns: [Double] = []
    private(set) var logDensity = 0.0
    private(set) var logJacobian = 0.0

    init(_ panel: Panel, _ values: [String: Double], _ scaling: MixScaling) {
        func value(_ name: String) -> Double { values[name] ?? .nan }
        let periods = panel.periods.count
        var (means, earned) = ([Double](), panel.channels.map { _ in 0.0 })
        var responses = panel.channels.map { _ in [Double]() }
        for (index, channel) in panel.channels.enumerated() {
            guard case .units(let units) = channel.exposure else { continue }
            let alpha = value("adstock_alpha[\(channel.name)]")
            let half = value("saturation_lam[\(channel.name)]")
            let weights = (0...8).map { pow(alpha, Double($0)) }
            let all = weights.reduce(0, +)
            for (geo, place) in panel.geos.enumerated() {
                for period in 0..<periods {
                    var carried = 0.0
                    for lag in 0...min(8, period) {
                        let amount = units[geo * periods + period - lag]
                        carried +=
                            weights[lag] / all * amount / place.population
                            / scaling.media[index]
                    }
                    responses[index].append(carried / (carried + half))
                }
            }
        }
        for (geo, place) in panel.geos.enumerated() {
            let own = geo == 6 ? 0 : value("tau_g[\(place.name)]")
            for period in 0..<periods {
                let cell = geo * periods + period
                var mean = own + Self.level(period, value)
                for (index, control) in panel.controls.enumerated() {
                    let scaled =
                        (control.values[cell] - scaling.controlCentres[index])
                        / scaling.controlScales[index]
                    let name = control.name
                    mean +=
                        scaled
                        * (value("gamma_control[\(name)]")
                            + value("xi_c[\(name)]")
                            * value("gamma_gc_dev[\(place.name), \(name)]"))
                }
                for (index, channel) in panel.channels.enumerated() {
                    let name = channel.name
                    let effect = exp(
                        log(value("saturation_beta[\(name)]"))
                            + value("eta_m[\(name)]")
                            * value("beta_gm_dev[\(place.name), \(name)]")
                    )
                    mean += effect * responses[index][cell]
                    earned[index] +=
                        effect * responses[index][cell] * place.population
                        * scaling.outcomeScale * (panel.valuePerOutcome?[cell] ?? .nan)
                }
                means.append(mean)
            }
        }
        expectedOutcome = means.indices.map { cell in
            panel.geos[cell / periods].population
                * (scaling.outcomeCentre + means[cell] * scaling.outcomeScale)
        }
        returns = zip(earned, panel.channels).map { $0 / $1.spend.reduce(0, +) }
        addLikelihood(panel, means, value("y_sigma"), scaling)
        for (name, value) in values { addPrior(String(name.prefix { $0 != "[" }), value) }
    }

    /// Between the knots before and after.
    private static func level(_ period: Int, _ value: (String) -> Double) -> Double {
        let knots = (0..<16).map { Int(155.0 / 15 * Double($0)) }
        let next = knots.dropFirst().firstIndex { $0 >= period } ?? 15
        let share = Double(period - knots[next - 1]) / Double(knots[next] - knots[next - 1])
        let low = value("knot_values[\(next - 1)]")
        return low + share * (value("knot_values[\(next)]") - low)
    }

    private mutating func addLikelihood(
        _ panel: Panel,
        _ means: [Double],
        _ sigma: Double,
        _ scaling: MixScaling
    ) {
        for (cell, mean) in means.enumerated() {
            let people = panel.geos[cell / panel.periods.count].population
            let outcome =
                (panel.outcome.values[cell] / people - scaling.outcomeCentre) / scaling.outcomeScale
            addNormal(outcome - mean, sigma)
        }
    }

    private mutating func addNormal(_ distance: Double, _ scale: Double, factor: Double = 1) {
        let z = distance / scale
        logDensity += log(factor / scale / (2 * Double.pi).squareRoot()) - 0.5 * z * z
    }

    private mutating func addPrior(_ kind: String, _ value: Double) {
        switch kind {
        case "knot_values", "tau_g", "gamma_control": addNormal(value, 5)
        case "beta_gm_dev", "gamma_gc_dev": addNormal(value, 1)
        case "y_sigma", "xi_c":
            addNormal(value, 5, factor: 2)
            logJacobian += log(value)
        case "eta_m":
            addNormal(value, 1, factor: 2)
            logJacobian += log(value)
        case "adstock_alpha": logJacobian += log(value * (1 - value))
        case "roi_m":
            addNormal(log(value) - 0.2, 0.9)
        // The density of the value is that of its logarithm over it, and the map's the inverse.
        case "saturation_lam":
            let mass = 0.5 * (erf(9.2 / 0.8 / 2.squareRoot()) + erf(0.7 / 0.8 / 2.squareRoot()))
            addNormal(value - 0.8, 0.8, factor: 1 / mass)
            logJacobian += log((value - 0.1) * (10 - value) / 9.9)
        default: break
        }
    }
}
