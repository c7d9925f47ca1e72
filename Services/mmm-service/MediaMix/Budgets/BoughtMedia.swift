internal import Panels

/// What a panel's channels cost, and what was bought of them, in the geos of a frame.
struct BoughtMedia {
    let model: MediaMixModel
    /// What there was by the time that plans begin: the model's panel, and later periods if any.
    private let panel: Panel
    /// The media of ``panel``.
    let media: [Medium]
    /// The geos that are planned for, by their places in the panel.
    let geos: [Int]
    /// The periods that say what is done now.
    let window: Range<Int>
    private let planned: Int
    private var periods: Int { panel.periods.count }

    init(
        _ model: MediaMixModel,
        _ panel: Panel,
        _ frame: MixBudgetFrame
    ) throws(MixModelError) {
        guard panel.continues(model.panel) else { throw .otherScaling }
        self.model = model
        self.panel = panel
        media = try Medium.all(panel, model.configuration)
        let all = panel.geos
        geos = all.indices.filter { frame.geos?.contains(all[$0].name) ?? true }
        let count = panel.periods.count
        let year = Int((365.0 / Double(panel.daysPerPeriod)).rounded())
        window = count - (frame.window ?? min(year, count))..<count
        planned = frame.periods
    }

    /// The cells of a geo and of all of them in the window, then likewise of all periods.
    func choices(of geo: Int) -> [[Int]] {
        let (all, count) = (Array(panel.geos.indices), periods)
        return [([geo], window), (all, window), ([geo], 0..<count), (all, 0..<count)].map {
            places,
            range in places.flatMap { place in range.map { place * count + $0 } }
        }
    }

    /// A sum of a column over some periods of a geo.
    private func sum(_ column: [Double], geo: Int, _ range: Range<Int>) -> Double {
        range.reduce(0) { $0 + column[geo * periods + $1] }
    }

    /// How the money of a line is split among its geos: as in the window, or ever, or by people.
    func shares(_ channel: Int, among geos: [Int]) -> [Double] {
        let spend = panel.channels[channel].spend
        let choices = [
            geos.map { sum(spend, geo: $0, window) },
            geos.map { sum(spend, geo: $0, 0..<periods) },
            geos.map { panel.geos[$0].population },
        ]
        let parts = choices.first { $0.reduce(0, +) > 0 } ?? []
        let whole = parts.reduce(0, +)
        return parts.map { $0 / whole }
    }

    /// How many people share what is divided by them.
    private func people(_ geo: Int) -> Double {
        model.configuration.mediaScale == .perCapitaMedian ? panel.geos[geo].population : 1
    }

    /// How much of a channel, on the model's scale, a unit of money buys in a geo.
    func amountPerMoney(_ channel: Int, geo: Int) throws(BudgetRefusal) -> Double {
        let (bought, spend) = (media[channel].amount, panel.channels[channel].spend)
        for cells in choices(of: geo) {
            let cost = cells.reduce(0) { $0 + spend[$1] }
            let amount = cells.reduce(0) { $0 + bought[$1] }
            guard cost > 0 && amount > 0 else { continue }
            return amount / cost / (model.scaling.media[channel] * people(geo))
        }
        throw .noPrice(line: media[channel].name)
    }

    /// What there was of a channel in a geo in all periods, on the model's scale.
    func before(_ channel: Int, geo: Int) -> [Double] {
        let (people, divisor) = (people(geo), model.scaling.media[channel])
        return media[channel].amount[geo * periods..<(geo + 1) * periods]
            .map { $0 / people / divisor }
    }

    /// A line of some geos: what is spent now, and what was observed.
    func line(_ channel: Int, geo: String?, _ geos: [Int]) -> MixBudget.Line {
        let own = panel.channels[channel]
        let spend = (0..<periods).map { period in
            geos.reduce(0) { $0 + own.spend[$1 * periods + period] }
        }
        let current = spend[window].reduce(0, +) / Double(window.count)
        return MixBudget.Line(
            channel: own.name,
            geo: geo,
            budget: BudgetLine(
                name: geo.map { "\(own.name) in \($0)" } ?? own.name,
                current: Array(repeating: current, count: planned),
                observed: (spend.min() ?? 0)...(spend.max() ?? 0)
            )
        )
    }

    /// What one unit of the outcome is worth, by the mean over the window and the planned geos.
    var valuePerOutcome: Double {
        guard let values = panel.valuePerOutcome else { return 1 }
        let outcome = panel.outcome.values
        let cells = geos.flatMap { geo in window.map { geo * periods + $0 } }
        let all = cells.reduce(0) { $0 + outcome[$1] }
        guard all > 0 else { return cells.reduce(0) { $0 + values[$1] } / Double(cells.count) }
        return cells.reduce(0) { $0 + values[$1] * outcome[$1] } / all
    }
}
