internal import Panels

/// What plans for a fitted model are of: how long, where, and what is assumed around them.
public struct MixBudgetFrame: Sendable, Hashable {
    /// How many periods plans have.
    public var periods: Int
    /// How many periods after them are counted, in which nothing is spent; nil for as many as
    /// effects last.
    public var periodsAfter: Int?
    /// Whether each geo of a channel is a line of its own; else money is split as it was.
    public var splitsGeos = false
    /// The names of the geos that are planned for; nil for all of them.
    public var geos: [String]?
    /// How many of the panel's last periods say what is spent now, how it is split, what it buys,
    /// and what an outcome is worth; nil for a year, or all if there are fewer.
    public var window: Int?
    /// Whether what was spent in the panel's last periods carries over into plans; else nothing
    /// was spent before them.
    public var carriesOver = true
    /// The most draws that are looked at, evenly thinned.
    public var draws = 400

    /// The longest plans.
    public static let mostPeriods = 208
    /// The most numbers that it may take to know the outcomes of a plan.
    public static let mostWork = 20_000_000

    /// Plans for all geos together, as the panel went on.
    ///
    /// - Parameter periods: how many periods plans have.
    public init(periods: Int) { self.periods = periods }

    /// Refuses what breaks a rule by itself.
    func check(_ panel: Panel) throws(BudgetRefusal) {
        func require(_ field: String, _ isMet: Bool, _ rule: String) throws(BudgetRefusal) {
            guard isMet else { throw .badRequest(field: field, rule: rule) }
        }
        let most = Self.mostPeriods
        try require("periods", (1...most).contains(periods), "must be 1 to \(most)")
        let after = periodsAfter ?? 0
        try require("periods_after", (0...most).contains(after), "must be 0 to \(most)")
        let all = panel.periods.count
        let rule = "must be 1 to \(all), the periods that there are"
        try require("window", (1...all).contains(window ?? 1), rule)
        try require("draws", (1...10_000).contains(draws), "must be 1 to 10000")
        guard let geos else { return }
        try require("geos", !geos.isEmpty, "must name at least one; leave it out for all")
        try require("geos", Set(geos).count == geos.count, "one is named twice; leave it out once")
        let known = panel.geos.map(\.name)
        if let stray = geos.first(where: { !known.contains($0) }) {
            let names = known.prefix(20).joined(separator: ", ")
            try require("geos", false, "the model knows no '\(stray)', only \(names)")
        }
    }
}
