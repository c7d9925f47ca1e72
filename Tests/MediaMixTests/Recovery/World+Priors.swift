import Numerics
import Panels

@testable import MediaMix

extension World {
    /// What a world of the model's family is drawn from.
    enum Family: String, CaseIterable {
        /// One country, priors on returns, a trend.
        case national
        /// Four geos whose effects differ, priors on coefficients, t noise of each geo's own scale.
        case geos
        /// One country, television by reach and frequency, effects that come and go, holidays.
        case varying

        /// What is believed, and is so.
        var configuration: MixConfiguration {
            var configuration = MixConfiguration()
            configuration.hasTrend = true
            configuration.seasons = [Season(order: 1, cycle: .year)]
            configuration.priors = [
                "intercept_contribution": .normal(mean: 0.6, scale: 0.1),
                "trend": .normal(mean: 0, scale: 0.1),
                "gamma_fourier": .normal(mean: 0, scale: 0.05),
                "gamma_control": .normal(mean: 0, scale: 0.05),
                "adstock_alpha": .beta(1, 3),
                "y_sigma": .logNormal(mean: -4, scale: 0.3),
            ]
            switch self {
            case .national:
                configuration.priors["roi_m"] = .logNormal(mean: 0.2, scale: 0.9)
                configuration.priors["saturation_lam"] = .gamma(shape: 3, rate: 1)
            case .geos:
                configuration.channel.saturation = .michaelisMenten
                configuration.channel.effect = .coefficient
                configuration.hasGeoEffects = true
                configuration.hasNoisePerGeo = true
                configuration.noise = .studentT
                configuration.outcomeScale = .perCapitaStandardised
                configuration.mediaScale = .perCapitaMedian
                configuration.priors.merge(Self.geoPriors) { $1 }
            case .varying:
                configuration.mediaVariation = .each(3)
                configuration.holidays = Self.holidays
                configuration.priors.merge(Self.varyingPriors) { $1 }
            }
            return configuration
        }

        private static let geoPriors: [String: Prior] = [
            "saturation_beta": .halfNormal(scale: 0.3),
            "saturation_lam": .truncatedNormal(mean: 0.8, scale: 0.8, lower: 0.1, upper: 10),
            "eta_m": .halfNormal(scale: 0.5), "beta_gm_dev": .normal(mean: 0, scale: 1),
            "tau_g": .normal(mean: 0, scale: 0.2), "xi_c": .halfNormal(scale: 0.05),
            "gamma_gc_dev": .normal(mean: 0, scale: 1), "y_nu": .gamma(shape: 2, rate: 0.1),
        ]

        private static let varyingPriors: [String: Prior] = [
            "roi_m": .logNormal(mean: 0.2, scale: 0.9),
            "saturation_lam": .gamma(shape: 3, rate: 1),
            "frequency_slope": .logNormal(mean: 0.7, scale: 0.4),
            "frequency_kappa": .logNormal(mean: 0.7, scale: 0.4),
            "variation_scale": .halfNormal(scale: 0.2),
            "variation_knots": .normal(mean: 0, scale: 1),
            "gamma_holiday": .normal(mean: 0, scale: 0.05),
        ]

        /// Two, of each of three years.
        private static let holidays: [PanelHoliday] = [("Christmas", 18_620), ("Easter", 18_364)]
            .flatMap { name, first in
                (0..<3).map { PanelHoliday(day: PanelDay(number: first + 365 * $0), name: name) }
            }

        /// One unit of the outcome on the model's scale: a head's, or all of them.
        fileprivate var outcomeScale: Double { self == .geos ? 1 : 1000 }

        fileprivate func geos(_ random: inout RandomStream) -> [PanelGeo] {
            guard self == .geos else { return [PanelGeo(name: "all", population: 1000)] }
            return (0..<4).map {
                PanelGeo(name: "geo\($0)", population: 1000 * (1 + random.uniform()))
            }
        }

        fileprivate var weeks: Int { self == .geos ? 104 : 156 }
    }

    /// A world whose parameters are drawn from priors, and its outcome from the model.
    static func drawn(from family: Family, _ random: inout RandomStream) throws -> World {
        let (configuration, geos) = (family.configuration, family.geos(&random))
        let none = Array(repeating: 0.0, count: family.weeks)
        var panel = panel(geos, weeks: family.weeks, demand: none, &random)
        if family == .varying { panel.channels[0].reach(&random) }
        // Names and constants do not depend on the outcome, which is not known yet.
        var model = try MediaMixModel(panel, configuration)
        var scaling = model.scaling
        (scaling.outcomeCentre, scaling.outcomeScale) = (0, family.outcomeScale)
        model = try MediaMixModel(panel, configuration, scaling: scaling)
        var parameters: [String: Double] = [:]
        for name in model.parameterNames.prefix(MixDensity(model, .plain).dimension) {
            let prior = configuration.priors[String(name.prefix { $0 != "[" })]
            parameters[name] = prior?.distribution?.sample(&random)
        }
        var world = World(panel, configuration, scaling, parameters)
        world.simulate(&random)
        return world
    }

    /// The same media and days with another outcome, of which they carry over and level off alike;
    /// all else is drawn anew.
    ///
    /// - Parameters:
    ///   - name: the other outcome's.
    ///   - random: where randomness comes from.
    /// - Returns: the other world.
    /// - Throws: ``MixModelError`` if there is no model of this one.
    func sibling(_ name: String, _ random: inout RandomStream) throws -> World {
        let shared = try MediaMixModel(panel, configuration, scaling: scaling).transformPriors
        var (panel, parameters) = (panel, parameters)
        for name in parameters.keys.sorted() where shared[name] == nil {
            let prior = configuration.priors[String(name.prefix { $0 != "[" })]
            parameters[name] = prior?.distribution?.sample(&random)
        }
        panel.outcome.name = name
        var world = World(panel, configuration, scaling, parameters)
        world.simulate(&random)
        return world
    }

    /// A panel with media and a control, whose outcome is yet to be made.
    static func panel(
        _ geos: [PanelGeo],
        weeks: Int,
        demand: [Double],
        _ random: inout RandomStream
    ) -> Panel {
        let start = PanelDay(number: 18_260)
        let media = InventedMedia.channels(geos, weeks: weeks, demand: demand, &random)
        func normals(_ mean: Double) -> [Double] {
            (0..<geos.count * weeks).map { _ in mean + random.normal() }
        }
        return Panel(
            periods: (0..<weeks).map { PanelDay(number: start.number + 7 * $0) },
            daysPerPeriod: 7,
            geos: geos,
            outcome: PanelColumn(name: "sales", values: normals(9)),
            channels: media,
            controls: [PanelColumn(name: "weather", values: normals(0))]
        )
    }
}

extension PanelChannel {
    /// Makes it one of which reach and frequency are known.
    fileprivate mutating func reach(_ random: inout RandomStream) {
        let frequency = spend.map { $0 > 0 ? 1 + 5 * random.uniform() : 0 }
        let reach = zip(spend, frequency).map { $1 > 0 ? 10 * $0 / $1 : 0 }
        exposure = .reach(reach, frequency: frequency)
    }
}
