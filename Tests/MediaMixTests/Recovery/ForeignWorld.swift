import Foundation
import MediaMix
import Numerics
import Panels

/// A panel made by something that is not the model: responses are Hill's, and a demand that comes
/// and goes moves both the outcome and what is spent on search.
struct ForeignWorld {
    let panel: Panel
    /// What each channel earned over what it cost.
    private(set) var returns: [Double] = []
    /// What an experiment found of search, a tenth of it its error.
    let experiment: LiftTest

    /// - Parameters:
    ///   - isDemandKnown: whether demand is a control of the panel.
    ///   - random: where randomness comes from.
    init(isDemandKnown: Bool, _ random: inout RandomStream) {
        let weeks = 156
        let demand = InventedMedia.demand(weeks: weeks, &random)
        var panel = World.panel(
            [PanelGeo(name: "all", population: 1000)],
            weeks: weeks,
            demand: demand,
            &random
        )
        if isDemandKnown { panel.controls.append(PanelColumn(name: "demand", values: demand)) }
        let wave = 40 * random.normal()
        var sales = demand.indices.map { week in
            600 + 40 * demand[week] + wave * sin(2 * Double.pi * Double(week) / 52.18)
                + 20 * random.normal()
        }
        var lift = 0.0
        for channel in panel.channels {
            let media = HillMedium(channel.spend, &random)
            let own = media.sales(channel.spend)
            for week in sales.indices { sales[week] += own[week] }
            returns.append(own.reduce(0, +) / channel.spend.reduce(0, +))
            guard channel.name == "search" else { continue }
            var paused = channel.spend
            for week in Self.pause { paused[week] = 0 }
            let without = media.sales(paused)
            for week in Self.readout { lift += without[week] - own[week] }
        }
        panel.outcome.values = sales
        self.panel = panel
        experiment = LiftTest(
            channel: "search",
            first: panel.periods[Self.pause.lowerBound],
            last: panel.periods[Self.pause.upperBound - 1],
            measuredUntil: panel.periods[Self.readout.upperBound - 1],
            change: .share(-1),
            lift: lift + 0.1 * abs(lift) * random.normal(),
            standardError: 0.1 * abs(lift)
        )
    }

    private static let pause = 80..<86
    private static let readout = 80..<90
}

/// A medium that carries over and then follows Hill.
private struct HillMedium {
    private let carryOver: Double
    private let slope: Double
    private let half: Double
    private var strength = 1.0

    init(_ spend: [Double], _ random: inout RandomStream) {
        carryOver = 0.1 + 0.5 * random.uniform()
        slope = 0.8 + random.uniform()
        half = (spend.max() ?? 1) * (0.3 + 0.5 * random.uniform())
        let wanted = exp(0.2 + 0.6 * random.normal())
        strength = wanted * spend.reduce(0, +) / sales(spend).reduce(0, +)
    }

    /// For ever, and not for eight weeks.
    func sales(_ spend: [Double]) -> [Double] {
        var carried = 0.0
        return spend.map { amount in
            carried = carryOver * carried + (1 - carryOver) * amount
            return strength / (1 + pow(half / max(carried, 1e-9), slope))
        }
    }
}
