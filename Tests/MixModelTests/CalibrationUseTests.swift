import MediaMix
import Messages
import Numerics
import Panels
import Testing

@testable import MixModel

@Suite("Calibrations in models")
struct CalibrationUseTests {
    /// Two places over 40 weeks, and two channels.
    private func panel(adding delta: Double = 0) -> Panel {
        var random = RandomStream(seed: 3)
        let start = 20_458  // 2026-01-05, a Monday
        let people = [1000.0, 3000]
        func column() -> [Double] { (0..<80).map { people[$0 / 40] * (0.2 + random.uniform()) } }
        var social = column()
        for period in 4..<8 { social[period] += delta / 4 }
        return Panel(
            periods: (0..<40).map { PanelDay(number: start + 7 * $0) },
            daysPerPeriod: 7,
            geos: [
                PanelGeo(name: "Geo1", population: people[0]),
                PanelGeo(name: "Geo2", population: people[1]),
            ],
            outcome: PanelColumn(name: "revenue", values: column().map { 10 * $0 }),
            channels: [
                PanelChannel(name: "paid_social", spend: social),
                PanelChannel(name: "email", spend: column()),
            ]
        )
    }

    /// Four weeks of a test in the first place, from the fifth week on.
    private var calibration: MixModelV1.Calibration {
        var calibration = MixModelV1.Calibration.geoTest
        calibration.geos = ["Geo1"]
        (calibration.firstDate, calibration.lastDate) = ("2026-02-02", "2026-03-01")
        calibration.spendDelta = 2_000
        calibration.currency = "EUR"
        return calibration
    }

    private func test(
        _ calibration: MixModelV1.Calibration,
        _ panel: Panel
    ) throws -> LiftTest {
        guard case .used(let test, _) = CalibrationUse(calibration, of: panel, in: "EUR") else {
            throw Unused(use: CalibrationUse(calibration, of: panel, in: "EUR"))
        }
        return test
    }

    private struct Unused: Error {
        let use: CalibrationUse
    }

    @Test("hold a model to what it says happened", arguments: [0.0, 2_000])
    func lift(delta: Double) throws {
        // What the test added is in the data; without it, or if all spend is meant, in none.
        let panel = panel(adding: delta)
        // By coefficients: returns would be of another spend without the test's.
        var configuration = MixConfiguration()
        configuration.channel.effect = .coefficient
        let plain = try MediaMixModel(panel, configuration)
        var random = RandomStream(seed: 9)
        let point = (0..<MixDensity(plain).dimension).map { _ in 0.5 * random.normal() }
        var less = panel
        for period in 4..<8 {
            if delta == 0 { less.channels[0].spend[period] = 0 }
            less.channels[0].spend[period] -= delta / 4
        }
        var density = MixDensity(plain)
        var without = MixDensity(try MediaMixModel(less, configuration, scaling: plain.scaling))
        let sums = [
            density.contributions(at: point.span)[0], without.contributions(at: point.span)[0],
        ].map { $0[4..<10].reduce(0, +) }
        var calibration = calibration
        calibration.spendDelta = delta
        calibration.measuredUntil = "2026-03-15"
        (calibration.value, calibration.standardError) = (sums[0] - sums[1], 50)
        var tests = [try test(calibration, panel)]
        var held = MixDensity(try MediaMixModel(panel, configuration, lifts: tests))
        // At its own lift the term is the normal density's peak.
        let term = held.value(at: point) - density.value(at: point)
        let peak = -Elementary.log(2 * .pi) / 2 - Elementary.log(50)
        #expect(abs(term - peak) < 1e-9 * abs(peak), "\(term) is not \(peak)")
        calibration.value += 100
        tests = [try test(calibration, panel)]
        held = MixDensity(try MediaMixModel(panel, configuration, lifts: tests))
        let lower = held.value(at: point) - density.value(at: point)
        #expect(abs(lower - (peak - 2)) < 1e-9 * abs(peak))
    }

    @Test("count the weeks that most of their days are of")
    func weeks() throws {
        let panel = panel()
        var calibration = calibration
        func weeks() throws -> ClosedRange<Int> {
            let test = try test(calibration, panel)
            let numbers = [test.first, test.last].map { ($0.number - 20_458) / 7 }
            return numbers[0]...numbers[1]
        }
        #expect(try weeks() == 4...7)
        calibration.firstDate = "2026-02-05"  // three of seven days are not in it
        #expect(try weeks() == 4...7)
        calibration.firstDate = "2026-02-06"
        calibration.lastDate = "2026-03-04"
        #expect(try weeks() == 5...7)
        calibration.lastDate = "2026-03-05"
        #expect(try weeks() == 5...8)
        let until = try test(calibration, panel).measuredUntil
        #expect(until == panel.periods[8])
        calibration.likelihood = .studentT
        #expect(try test(calibration, panel).degrees == 4)
    }

    @Test("are left out with the reason")
    func reasons() {
        let panel = panel()
        func reason(
            _ currency: String = "EUR",
            _ change: (inout MixModelV1.Calibration) -> Void
        ) -> String {
            var other = calibration
            change(&other)
            guard case .leftOut(let reason) = CalibrationUse(other, of: panel, in: currency) else {
                return "it was used"
            }
            return reason
        }
        #expect(reason { $0.kpi = "orders" } == "it is of orders, the model of revenue")
        #expect(reason { $0.channel = "tv" } == "the model has no channel tv")
        #expect(reason("USD") { _ in } == "it is in EUR, the model in USD")
        #expect(reason { $0.geos = ["Geo1", "Geo7"] } == "the model has no place Geo7")
        let days = "its days are not all among those of the model"
        #expect(reason { $0.firstDate = "2026-01-04" } == days)
        #expect(reason { $0.measuredUntil = "2026-10-12" } == days)
        #expect(reason { $0.measuredUntil = "2026-10-11" } == "it was used")
        #expect(
            reason { ($0.firstDate, $0.lastDate) = ("2026-02-05", "2026-02-07") }
                == "no week of the model has most of its days in the test"
        )
    }

    @Test("of some places hold a national model if their spend is known")
    func national() throws {
        var national = panel()
        national.geos = [PanelGeo(name: "national", population: 1)]
        national.outcome.values.removeLast(40)
        for index in national.channels.indices { national.channels[index].spend.removeLast(40) }
        guard case .used(let test, let note) = CalibrationUse(calibration, of: national, in: "")
        else {
            Issue.record("it was left out")
            return
        }
        #expect(test.geos == nil && test.change == .spend(-2_000) && test.lift == -12_000)
        #expect(note?.contains("some places") == true)
        var unknown = calibration
        unknown.spendDelta = 0
        let use = CalibrationUse(unknown, of: national, in: "")
        guard case .leftOut(let reason) = use else {
            Issue.record("it was used")
            return
        }
        #expect(reason.contains("or its spend_delta"))
        // Whose people are a part of all, is a test of them.
        unknown.portion = 0.25
        guard case .used(let part, let words) = CalibrationUse(unknown, of: national, in: "")
        else {
            Issue.record("it was left out")
            return
        }
        #expect(part.geos == nil && part.portion == 0.25 && part.change == .share(-1))
        #expect(words?.contains("as everywhere") == true)
        // A model that knows its places needs no portion.
        #expect(try self.test(unknown, panel()).portion == 1)
    }

    /// One place over 40 weeks whose people had an amount of a medium each.
    private func everywhere(_ heads: [Double]) -> Panel {
        var panel = panel()
        panel.geos = [PanelGeo(name: "national", population: 1)]
        panel.outcome.values.removeLast(40)
        panel.channels[0].spend = heads.map { 4_000 * $0 }
        panel.channels[1].spend.removeLast(40)
        return panel
    }

    @Test("of a quarter of people are a quarter of a country like them", arguments: [2.5, 0, 0.6])
    func quarter(factor: Double) throws {
        // What each head had in the test's places and in all others.
        var random = RandomStream(seed: 12)
        let others = (0..<40).map { _ in 0.2 + random.uniform() }
        var own = others
        for week in 4..<8 { own[week] *= factor }
        let mean = zip(own, others).map { 0.25 * $0 + 0.75 * $1 }
        let national = everywhere(mean)
        var configuration = MixConfiguration()
        configuration.channel.effect = .coefficient
        let plain = try MediaMixModel(national, configuration)
        let point = (0..<MixDensity(plain).dimension).map { _ in 0.5 * random.normal() }
        // Weeks before the test had what all had, so that only what is carried into it counts.
        func outcome(_ heads: [Double]) throws -> Double {
            var all = mean
            for week in 4..<8 { all[week] = heads[week] }
            var density = MixDensity(
                try MediaMixModel(everywhere(all), configuration, scaling: plain.scaling)
            )
            return density.contributions(at: point.span)[0][4..<10].reduce(0, +)
        }
        var calibration = calibration
        (calibration.geos, calibration.portion) = (["Bavaria"], 0.25)
        calibration.spendDelta = (4..<8).reduce(0) { $0 + 1_000 * (own[$1] - others[$1]) }
        calibration.measuredUntil = "2026-03-15"
        calibration.value = 0.25 * (try outcome(own) - outcome(others))
        calibration.standardError = 50
        let tests = [try test(calibration, national)]
        var held = MixDensity(try MediaMixModel(national, configuration, lifts: tests))
        var density = MixDensity(plain)
        let term = held.value(at: point) - density.value(at: point)
        let peak = -Elementary.log(2 * .pi) / 2 - Elementary.log(50)
        #expect(abs(term - peak) < 1e-9 * abs(peak), "\(term) is not \(peak)")
        #expect(abs(calibration.value) > 1)
    }
}

extension MixDensity {
    /// The log density at a point.
    fileprivate mutating func value(at point: [Double]) -> Double {
        var gradient = point
        var target = gradient.mutableSpan
        return logDensity(at: point.span, gradient: &target)
    }
}
