import Foundation
import MediaMix
import Numerics
import Panels
import TestKit
import Testing

@Suite(
    "Lift tests against a confounder",
    .enabled(if: Reference.folder != nil, "there is no reference data")
)
struct CalibrationTests {
    /// How a channel made sales in the example, and what it earned per unit of spend in all.
    struct Truth: Sendable {
        let channel: String
        let carryOver, rate, strength, earned: Double

        /// Its sales in each week.
        func sales(_ spend: [Double]) -> [Double] {
            let weights = (0..<4).map { pow(carryOver, Double($0)) }
            let sum = weights.reduce(0, +)
            return spend.indices.map { week in
                let carried = (0...min(3, week)).reduce(0) {
                    $0 + weights[$1] / sum * spend[week - $1]
                }
                return 100 * strength * tanh(0.5 * rate * carried)
            }
        }
    }

    static let truths = [
        Truth(channel: "x1", carryOver: 0.3, rate: 1, strength: 2, earned: 93.388),
        Truth(channel: "x2", carryOver: 0.5, rate: 2.5, strength: 1.5, earned: 171.409),
    ]

    /// Weeks in which a channel paused, measured for four weeks more.
    ///
    /// So exactly that they weigh more than all other weeks, which tell of twice the truth.
    private static func pauses(_ panel: Panel) throws -> [LiftTest] {
        var random = RandomStream(seed: 4)
        var tests: [LiftTest] = []
        for (index, truth) in truths.enumerated() {
            for start in [18, 60, 98] {
                let weeks = start + 7 * index..<start + 7 * index + 5
                let spend = panel.channels[index].spend
                var paused = spend
                for week in weeks { paused[week] = 0 }
                let lift = zip(truth.sales(paused), truth.sales(spend))
                    .reduce(0) { $0 + $1.0 - $1.1 }
                let error = 0.03 * abs(lift)
                tests.append(
                    LiftTest(
                        channel: truth.channel,
                        first: panel.periods[weeks.lowerBound],
                        last: panel.periods[weeks.upperBound - 1],
                        measuredUntil: panel.periods[weeks.upperBound + 3],
                        change: .share(-1),
                        lift: lift + error * random.normal(),
                        standardError: error
                    )
                )
            }
        }
        return tests
    }

    /// What each channel earned per unit of spend: the 5 % and 95 % quantiles, by channel.
    private func returns(_ lifts: [LiftTest]) async throws -> [ClosedRange<Double>] {
        let panel = try ReferencePanels.confounded()
        var configuration = MixConfiguration.pymcQuickstart
        configuration.channel.adstock = Adstock(kind: .geometric, lags: 4)
        configuration.hasTrend = true
        let model = try MediaMixModel(panel, configuration, lifts: lifts)
        let posterior = try await SamplingRun(
            MixDensity(model),
            SamplingConfiguration(seed: 6),
            starts: MixDensity(model).starts(chains: 4, seed: 6)
        ).posterior()
        #expect(NamedDraws(posterior, model).worstRHat < 1.01)
        #expect(posterior.divergences <= 4)
        var density = MixDensity(model)
        return panel.channels.indices.map { index in
            let spend = panel.channels[index].spend.reduce(0, +)
            let all = posterior.draws { point in
                density.contributions(at: point)[index].reduce(0, +) / spend
            }
            let sorted = all.flatMap { $0 }.sorted()
            return Diagnostics.quantile(sorted, 0.05)...Diagnostics.quantile(sorted, 0.95)
        }
    }

    @Test("the example's sales are made as the tests say")
    func example() throws {
        let table = try Table("data/mmm/pymc_mmm_roas_data.csv")
        let panel = try ReferencePanels.confounded()
        for (index, truth) in Self.truths.enumerated() {
            let spend = panel.channels[index].spend
            let without = try table.numbers("y0\(index + 1)")
            let made = zip(panel.outcome.values, without).map { $0 - $1 }
            #expect(isNear(truth.sales(spend), made, within: 1e-9))
            let earned = made.reduce(0, +) / spend.reduce(0, +)
            #expect(abs(earned - truth.earned) < 1e-3)
        }
    }

    @Test("without lift tests, x1 is given what the confounder did")
    func uncalibrated() async throws {
        let intervals = try await returns([])
        print("uncalibrated: \(intervals)")
        #expect(intervals[0].lowerBound > Self.truths[0].earned)
    }

    @Test("with lift tests, intervals contain the truth and are narrower")
    func calibrated() async throws {
        let lifts = try Self.pauses(try ReferencePanels.confounded())
        let intervals = try await returns(lifts)
        let before = try await returns([])
        print("calibrated: \(intervals)")
        for (index, truth) in Self.truths.enumerated() {
            #expect(intervals[index].contains(truth.earned), "\(truth.channel)")
        }
        func width(_ interval: ClosedRange<Double>) -> Double {
            interval.upperBound - interval.lowerBound
        }
        #expect(width(intervals[1]) < width(before[1]))
    }
}
