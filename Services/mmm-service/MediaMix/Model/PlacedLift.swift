internal import Numerics
internal import Panels

/// A lift test, found in a panel.
struct PlacedLift: Sendable {
    let medium: Int
    let geos: [Int]
    /// The periods in which the medium was changed.
    let periods: Range<Int>
    /// The periods in which the outcome was measured.
    let readout: Range<Int>
    /// Which part of all people it was changed for.
    let portion: Double
    /// By which share there was more of it than the panel has, before the change.
    let base: Double
    /// By which share there was more of it than the panel has, after the change.
    let share: Double
    /// What was added to that in each period of each of the geos, on the model's scale.
    let addition: [Double]
    let lift: Double
    let standardError: Double
    let degrees: Double?

    init(
        _ test: LiftTest,
        _ panel: Panel,
        _ media: [Medium],
        _ scaled: [[Double]],
        _ units: [[Double]]
    ) throws(MixModelError) {
        func refuse(unless isMet: Bool, _ rule: String) throws(MixModelError) {
            guard isMet else { throw .lift(test.channel, rule: rule) }
        }
        guard let medium = media.firstIndex(where: { $0.name == test.channel }) else {
            throw .lift(test.channel, rule: "names a medium that the panel does not have")
        }
        self.medium = medium
        let names = test.geos ?? panel.geos.map(\.name)
        geos = names.compactMap { name in panel.geos.firstIndex { $0.name == name } }
        try refuse(unless: geos.count == names.count, "names a geo that the panel does not have")
        try refuse(unless: !geos.isEmpty && Set(geos).count == geos.count, "names a geo twice")
        periods = panel.indices(from: test.first, to: test.last)
        readout = panel.indices(from: test.first, to: test.measuredUntil)
        try refuse(unless: !periods.isEmpty, "lies outside the panel's days")
        let end = panel.periods.last.map { $0.number + panel.daysPerPeriod - 1 } ?? 0
        try refuse(
            unless: test.first >= panel.periods[0] && test.measuredUntil.number <= end,
            "began before the panel's days, or was measured beyond them"
        )
        try refuse(
            unless: readout.upperBound >= periods.upperBound,
            "was measured for a shorter time than the medium was changed"
        )
        try refuse(
            unless: test.standardError > 0 && test.standardError.isFinite && test.lift.isFinite,
            "needs a finite lift and a standard error above 0"
        )
        try refuse(unless: test.degrees.map { $0 > 0 } ?? true, "needs degrees above 0")
        portion = test.portion
        try refuse(
            unless: portion == 1 || (portion > 0 && portion < 1 && panel.geos.count == 1),
            "needs a portion above 0, and of all people where there are several geos"
        )
        if case .spend(let spend) = test.change, portion < 1 {
            (base, share) = try Self.shares(test, spend, media[medium], periods)
            addition = geos.map { _ in 0 }
        } else {
            base = 0
            (share, addition) = try Self.change(
                test,
                panel,
                media[medium],
                scaled[medium],
                units[medium],
                geos,
                periods
            )
        }
        (lift, standardError, degrees) = (test.lift, test.standardError, test.degrees)
    }

    private static func change(
        _ test: LiftTest,
        _ panel: Panel,
        _ medium: Medium,
        _ scaled: [Double],
        _ unit: [Double],
        _ geos: [Int],
        _ periods: Range<Int>
    ) throws(MixModelError) -> (share: Double, addition: [Double]) {
        let count = panel.periods.count
        let cells = geos.flatMap { geo in periods.map { geo * count + $0 } }
        switch test.change {
        case .share(let share):
            guard share >= -1, share != 0, share.isFinite else {
                throw .lift(test.channel, rule: "needs a share from −1 that is not 0")
            }
            guard cells.contains(where: { scaled[$0] > 0 }) else {
                throw .lift(test.channel, rule: "changes by a share what was 0 all the time")
            }
            return (share, geos.map { _ in 0 })
        case .spend(let spend):
            guard let cost = medium.spend?.span.sum(), cost > 0, spend != 0, spend.isFinite else {
                throw .lift(test.channel, rule: "changes spend by 0, or of what costs nothing")
            }
            let people = geos.reduce(0) { $0 + panel.geos[$1].population }
            // Prices of the whole panel turn spend into what people saw.
            let price = cost / medium.amount.span.sum()
            let units = spend / price / Double(periods.count) / people
            // Also where the medium was never on before.
            let additions = geos.map { units * panel.geos[$0].population * unit[$0] }
            for (index, geo) in geos.enumerated() {
                for period in periods where scaled[geo * count + period] + additions[index] < 0 {
                    throw .lift(test.channel, rule: "takes away more spend than there was")
                }
            }
            return (0, additions)
        }
    }

    /// By how much more than the panel has there was for a portion of people, before and after
    /// their spend was changed; see ``LiftTest/portion``.
    private static func shares(
        _ test: LiftTest,
        _ change: Double,
        _ medium: Medium,
        _ periods: Range<Int>
    ) throws(MixModelError) -> (base: Double, share: Double) {
        let portion = test.portion
        guard let spend = medium.spend, change != 0, change.isFinite else {
            throw .lift(test.channel, rule: "changes spend by 0, or of what costs nothing")
        }
        let spent = periods.reduce(0) { $0 + spend[$1] }
        guard spent > 0 else {
            throw .lift(test.channel, rule: "is of days on which nothing was spent anywhere")
        }
        let share = change / spent
        let base = -(1 - portion) / portion * share
        guard min(base, share) >= -1 - leeway else {
            throw .lift(test.channel, rule: "takes away more spend than there was")
        }
        // The difference in spend is that of the test in any case: the lift is of all of it.
        let all = change / (portion * spent)
        if base < -1 { return (-1, all - 1) }
        if share < -1 { return (-all - 1, -1) }
        return (base, share)
    }

    /// By how much more than there was a portion's spend may be changed before it is refused:
    /// places differ, and weeks begin on other days than tests.
    private static let leeway = 0.5

    /// What there was of the medium in a period of the change.
    ///
    /// - Parameters:
    ///   - amount: what the panel has, on the model's scale.
    ///   - place: which of the geos.
    /// - Returns: amounts on the same scale, before the change and after it.
    func amounts(_ amount: Double, place: Int) -> (before: Double, after: Double) {
        (amount * (1 + base), amount * (1 + share) + addition[place])
    }
}

extension Panel {
    /// The periods that start from one day to another.
    func indices(from first: PanelDay, to last: PanelDay) -> Range<Int> {
        let start = periods.firstIndex { $0 >= first } ?? periods.count
        let end = periods.lastIndex { $0 <= last }.map { $0 + 1 } ?? 0
        return start..<max(start, end)
    }
}
