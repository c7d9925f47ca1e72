internal import Numerics
public import Panels

/// What an experiment measured: how the outcome moved when a medium was changed for a while.
public struct LiftTest: Sendable, Hashable {
    /// The medium.
    public var channel: String
    /// The geos where it was changed; nil for all.
    public var geos: [String]?
    /// The first day on which it was changed.
    public var first: PanelDay
    /// The last day.
    public var last: PanelDay
    /// The last day on which the outcome was measured: effects carry over.
    public var measuredUntil: PanelDay
    /// How it was changed.
    public var change: Change
    /// By how much the outcome was larger than it would have been, in its own units and in all.
    public var lift: Double
    /// The standard error of that, above 0.
    public var standardError: Double
    /// Degrees of freedom of the error's t distribution; nil if it is normal.
    public var degrees: Double?

    /// How a medium was changed.
    public enum Change: Sendable, Hashable {
        /// By a share of what there was; −1 is nothing at all.
        case share(Double)
        /// By so much spend in all, spread evenly over periods and people.
        case spend(Double)
    }

    /// A measurement.
    ///
    /// - Parameters:
    ///   - channel: the medium.
    ///   - geos: the geos where it was changed; nil for all.
    ///   - first: the first day on which it was changed.
    ///   - last: the last day.
    ///   - measuredUntil: the last day of the measurement; nil for the last day of the change.
    ///   - change: how it was changed.
    ///   - lift: by how much the outcome was larger, in its own units and in all.
    ///   - standardError: the standard error of that.
    ///   - degrees: of the error's t distribution; nil if it is normal.
    public init(
        channel: String,
        geos: [String]? = nil,
        first: PanelDay,
        last: PanelDay,
        measuredUntil: PanelDay? = nil,
        change: Change,
        lift: Double,
        standardError: Double,
        degrees: Double? = nil
    ) {
        self.channel = channel
        self.geos = geos
        self.first = first
        self.last = last
        self.measuredUntil = measuredUntil ?? last
        self.change = change
        self.lift = lift
        self.standardError = standardError
        self.degrees = degrees
    }
}

/// A lift test, found in a panel.
struct PlacedLift: Sendable {
    let medium: Int
    let geos: [Int]
    /// The periods in which the medium was changed.
    let periods: Range<Int>
    /// The periods in which the outcome was measured.
    let readout: Range<Int>
    let share: Double
    /// What was added in each period of each of the geos, on the model's scale.
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
        let (share, addition) = try Self.change(
            test,
            panel,
            media[medium],
            scaled[medium],
            units[medium],
            geos,
            periods
        )
        self.share = share
        self.addition = addition
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
}

extension Panel {
    /// The periods that start from one day to another.
    func indices(from first: PanelDay, to last: PanelDay) -> Range<Int> {
        let start = periods.firstIndex { $0 >= first } ?? periods.count
        let end = periods.lastIndex { $0 <= last }.map { $0 + 1 } ?? 0
        return start..<max(start, end)
    }
}
