import MediaMix
import Numerics
import Panels

/// A country with one channel whose effect is known: 0.5 of the outcome's scale at most.
///
/// scaled outcome = 0.4 + 0.5 · x ÷ (0.6 + x) + 0.02 · noise, where x is spend over its largest.
struct SimpleWorld {
    var panel: Panel
    var configuration: MixConfiguration

    static let periods = 80
    static let largest = 200.0
    static let scale = 1000.0

    /// Spend in each period; it is largest in the first.
    static let spend = (0..<periods).map { period in
        period == 0 ? largest : 100 + 90 * Wave.sine(Double(period) / 9)
    }

    static func response(_ spend: Double) -> Double {
        scale * 0.5 * (spend / largest) / (0.6 + spend / largest)
    }

    init(noise: Double = 0.02, seed: UInt64 = 3) {
        var random = RandomStream(seed: seed)
        let outcome = Self.spend.map { spend in
            Self.scale * (0.4 + noise * random.normal()) + Self.response(spend)
        }
        panel = Panel(
            periods: (0..<Self.periods).map { PanelDay(number: 18_000 + 7 * $0) },
            daysPerPeriod: 7,
            geos: [PanelGeo(name: "all", population: 1)],
            outcome: PanelColumn(name: "sales", values: outcome),
            channels: [PanelChannel(name: "tv", spend: Self.spend)]
        )
        configuration = MixConfiguration()
        configuration.channel.adstock = Adstock(kind: .none, lags: 1)
        configuration.channel.saturation = .michaelisMenten
        configuration.channel.effect = .coefficient
        configuration.seasons = []
        configuration.priors = ["saturation_lam": .fixed(0.6)]
    }

    /// Compiled so that 1 is 1,000 of the outcome, and all of the spend's largest.
    func model(lifts: [LiftTest] = []) throws -> MediaMixModel {
        var scaling = try MediaMixModel(panel, configuration).scaling
        scaling.outcomeScale = Self.scale
        scaling.media = [Self.largest]
        return try MediaMixModel(panel, configuration, lifts: lifts, scaling: scaling)
    }

    /// A draw around the truth.
    static func draw(_ random: inout RandomStream) -> [String: Double] {
        [
            "intercept_contribution": 0.4 + 0.004 * random.normal(),
            "saturation_beta[tv]": 0.5 + 0.008 * random.normal(),
            "y_sigma": 0.02 * (1 + 0.05 * random.normal()),
        ]
    }

    /// Four chains of as many draws, each changed as is wished.
    static func chains(
        _ draws: Int = 100,
        seed: UInt64 = 9,
        _ change: (inout [String: Double], _ chain: Int, inout RandomStream) -> Void = { _, _, _ in
        }
    ) -> [[[String: Double]]] {
        var random = RandomStream(seed: seed)
        return (0..<4).map { chain in
            (0..<draws).map { _ in
                var draw = Self.draw(&random)
                change(&draw, chain, &random)
                return draw
            }
        }
    }
}

/// A wave without a library's sine.
private enum Wave {
    static func sine(_ turns: Double) -> Double {
        let x = turns - turns.rounded(.down)
        // Two parabolas are wave enough.
        return x < 0.5 ? 16 * x * (0.5 - x) : -16 * (x - 0.5) * (1 - x)
    }
}
