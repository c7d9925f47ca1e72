/// What the shop's analyst measured of a test by states: from what was spent and sold alone, as
/// anyone has it in the files, never from the truth.
///
/// Orders of the treated states are predicted from those of all others by the ratio of both on
/// quiet days, on which no test was or had been within four weeks; the lift is what there was
/// more. It is worth what an order was worth on the average, which tells more than revenue would:
/// orders vary less than what they are worth. Its error is the root mean square of the same on all
/// windows of quiet days that are as long, each without its own share in the ratio, and never
/// below that of counts. Spend without the test is predicted likewise.
///
/// Vaver and Koehler, "Measuring Ad Effectiveness Using Geo Experiments", Google, 2011; Kerman,
/// Wang and Vaver, "Estimating Ad Effectiveness using Geo Experiments in a Time-Based Regression
/// Framework", Google, 2017; for the error, placebos in time: Abadie, Diamond and Hainmueller,
/// "Comparative Politics and the Synthetic Control Method", 2015.
public struct StateReadout: Hashable, Sendable {
    /// What was tested.
    public let test: PlantedEvents.GeoTest
    /// How much more was sold in the treated states on the days of the test, in the world's
    /// currency; negative for less.
    public let lift: Double
    /// The standard error of that, above 0.
    public let standardError: Double
    /// How much more was spent there on these days, in the world's currency; negative for less.
    public let spendDelta: Double
    /// Which part of all people lives there, between 0 and 1.
    public let portion: Double
}

extension World {
    /// What the shop's analyst measured of tests by states.
    ///
    /// - Parameter outcomes: what was sold.
    /// - Returns: in the order of the tests; without those of which there are too few quiet days,
    ///   or orders, to say anything.
    /// - Complexity: linear in days times states, and times the length of tests.
    public func readouts(_ outcomes: WorldOutcomes) -> [StateReadout] {
        planted.geoTests.compactMap { readout(of: $0, outcomes) }
    }

    private func readout(
        of test: PlantedEvents.GeoTest,
        _ outcomes: WorldOutcomes
    ) -> StateReadout? {
        let quiet = (0..<scale.days).map { day in
            !planted.geoTests.contains {
                ($0.days.lowerBound..<$0.days.upperBound + StateComparison.washout).contains(day)
            }
        }
        let orders = StateComparison(outcomes.orders, test, quiet)
        let spend = StateComparison(spend(on: test.channel), test, quiet)
        let (cents, count) = (outcomes.cents.reduce(0, +), outcomes.orders.reduce(0, +))
        guard orders.quiet >= StateComparison.fewestWindows * test.days.count, count > 0,
            let more = orders.more, let error = orders.error, let delta = spend.more, delta != 0
        else { return nil }
        let value = Double(cents) / Double(count) / 100
        let people = geos.reduce(0) { $0 + $1.population }
        return StateReadout(
            test: test,
            lift: more * value,
            standardError: error * value,
            spendDelta: delta / 100,
            portion: Double(test.treated.reduce(0) { $0 + geos[$1].population }) / Double(people)
        )
    }
}

/// Sums of treated states beside those of all others.
private struct StateComparison {
    /// Of treated states, by day.
    private let treated: [Double]
    /// Of all others, by day.
    private let others: [Double]
    private let days: Range<Int>
    private let isQuiet: [Bool]
    /// Sums of quiet days.
    private let all: (treated: Double, others: Double)
    /// How many quiet days there are.
    let quiet: Int

    /// How many days after a test its effects may still be there.
    static let washout = 28
    /// How many tests quiet days have to be as long as, at least.
    static let fewestWindows = 4

    /// - Parameters:
    ///   - series: what is compared, at the first state's first day first, `[geos * days]`.
    ///   - test: what was tested.
    ///   - isQuiet: whether no test was on a day, or had been shortly before.
    init(_ series: [Int], _ test: PlantedEvents.GeoTest, _ isQuiet: [Bool]) {
        var (treated, others) = (isQuiet.map { _ in 0.0 }, isQuiet.map { _ in 0.0 })
        let own = Set(test.treated)
        for place in series.indices {
            let (geo, day) = place.quotientAndRemainder(dividingBy: isQuiet.count)
            if own.contains(geo) {
                treated[day] += Double(series[place])
            } else {
                others[day] += Double(series[place])
            }
        }
        (self.treated, self.others, self.isQuiet) = (treated, others, isQuiet)
        days = test.days
        let places = isQuiet.indices.filter { isQuiet[$0] }
        quiet = places.count
        all = (
            places.reduce(0) { $0 + treated[$1] }, places.reduce(0) { $0 + others[$1] }
        )
    }

    private func sums(_ days: Range<Int>) -> (treated: Double, others: Double) {
        (days.reduce(0) { $0 + treated[$1] }, days.reduce(0) { $0 + others[$1] })
    }

    /// How much more there was in treated states during the test than others let one expect; nil if
    /// the others had nothing.
    var more: Double? {
        guard all.others > 0 else { return nil }
        let sums = sums(days)
        return sums.treated - all.treated / all.others * sums.others
    }

    /// The standard error of that where counts are compared; nil without quiet windows.
    var error: Double? {
        let length = days.count
        let during = sums(days).others
        guard all.others > 0, during > 0, isQuiet.count >= length else { return nil }
        var squares: [Double] = []
        for first in 0...isQuiet.count - length {
            let window = first..<first + length
            let sums = sums(window)
            guard window.allSatisfy({ isQuiet[$0] }), sums.others > 0,
                all.others > sums.others
            else { continue }
            let ratio = (all.treated - sums.treated) / (all.others - sums.others)
            let error = (sums.treated - ratio * sums.others) / sums.others * during
            squares.append(error * error)
        }
        guard !squares.isEmpty else { return nil }
        // Counts of Poisson's distribution: of the test's days, and of those that the ratio is of.
        let ratio = all.treated / all.others
        let counted = ratio * (1 + ratio) * during * (1 + during / all.others)
        let found = squares.reduce(0, +) / Double(squares.count)
        let variance = max(found, counted)
        return variance > 0 ? variance.squareRoot() : nil
    }
}
