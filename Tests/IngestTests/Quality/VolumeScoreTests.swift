import Testing
import TestKit

@testable import Ingest

@Suite("The score of a volume")
struct VolumeScoreTests {
    @Test("is the distance from the median in units of the scale")
    func closedForm() throws {
        // The median is 105, distances from it are 5, 5, 15, 15, 5, 5, 15, 895.
        let before: [Double] = [100, 110, 90, 120, 100, 110, 90, 1_000]
        let score = try #require(VolumeScore(of: 30, after: before, isCount: true))
        #expect(score.median == 105 && score.deviation == 10 && score.weeks == 8)
        #expect(abs(score.scale - 14.826) < 1e-12)
        #expect(abs(score.value - (30 - 105) / 14.826) < 1e-12)
    }

    @Test(
        "has a least scale: a tenth of the median, and of counts its root and one",
        arguments: [
            (100.0, true, 10.0), (25, true, 5), (0, true, 1), (1_000_000, true, 100_000),
            (25, false, 2.5),
        ]
    )
    func leastScale(median: Double, isCount: Bool, scale: Double) throws {
        let before = [Double](repeating: median, count: 4)
        let score = try #require(VolumeScore(of: median + scale, after: before, isCount: isCount))
        #expect(score.scale == scale && score.value == 1)
    }

    @Test("is none of fewer than four weekdays, or of money that never was")
    func none() {
        #expect(VolumeScore(of: 1, after: [1, 2, 3], isCount: true) == nil)
        #expect(VolumeScore(of: 1, after: [0, 0, 0, 0], isCount: false) == nil)
    }

    @Test("is of the same weekdays since the series began, those without anything being zero")
    func weekdays() throws {
        var series = DaySeries([:])
        // It begins five weeks before; two weeks before nothing came.
        for week: Int32 in [0, 1, 3, 4, 5] { series.add(Double(10 * week), on: 700 - 7 * week) }
        for day: Int32 in 690..<693 { series.add(5_000, on: day) }
        let score = try #require(series.score(on: 700, isCount: true))
        #expect(score == VolumeScore(of: 0, after: [10, 0, 30, 40, 50], isCount: true))
        #expect(series.score(on: 692, isCount: true) == nil)
    }

    /// A world whose outages and spikes are known: weekdays that differ, growth, noise of seven
    /// per cent beside that of counting.
    private struct World {
        var series = DaySeries([:])
        var outages: [Int32] = []
        var spikes: [Int32] = []
        var days: ClosedRange<Int32> = 60...179

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            func normal() -> Double {
                var sum: Double = -6
                for _ in 0..<12 { sum += Double.random(in: 0..<1, using: &random) }
                return sum
            }
            let weekdays: [Double] = [1, 1.05, 1.1, 1, 0.95, 0.6, 0.55]
            let bases: [Double] = [300, 3_000, 30_000]
            let base = bases[Int.random(in: 0..<3, using: &random)]
            let growth = Double.random(in: -0.005...0.01, using: &random)
            for day: Int32 in 0...179 {
                let grown: Double = 1 + growth * Double(day) / 7
                let usual: Double = base * weekdays[Int(day % 7)] * grown
                let noise: Double = 0.07 * usual * normal()
                var amount: Double = usual + noise + usual.squareRoot() * normal()
                if days.contains(day), Int.random(in: 0..<40, using: &random) == 0 {
                    if Bool.random(using: &random) {
                        amount *= Double.random(in: 0...0.25, using: &random)
                        outages.append(day)
                    } else {
                        amount *= Double.random(in: 2.5...4, using: &random)
                        spikes.append(day)
                    }
                }
                series.add(max(0, amount.rounded()), on: day)
            }
        }
    }

    @Test("beyond four finds all outages and spikes of simulated worlds, and few other days")
    func simulation() {
        var (planted, missed, usual, false_) = (0, 0, 0, 0)
        for seed: UInt64 in 1...100 {
            let world = World(seed: seed)
            for day in world.days {
                let value = world.series.score(on: day, isCount: true)?.value ?? 0
                if world.outages.contains(day) {
                    planted += 1
                    missed += value < -4 ? 0 : 1
                } else if world.spikes.contains(day) {
                    planted += 1
                    missed += value > 4 ? 0 : 1
                } else {
                    usual += 1
                    false_ += abs(value) > 4 ? 1 : 0
                }
            }
        }
        #expect(planted > 200 && usual > 11_000)
        #expect(missed == 0)
        // The rate is stated beside the rule: at most one day of a thousand.
        #expect(Double(false_) / Double(usual) <= 0.001, "\(false_) of \(usual)")
    }

    @Test(
        "of freshness: the usual gap is the longest but a tenth",
        arguments: [
            // Every day; the last three are missing.
            (Array(0...30), Int32(33), 4, 1),
            // Monday to Friday, looked at on a Sunday, and on the Tuesday after.
            ((0..<63).filter { $0 % 7 < 5 }, Int32(62), 3, 3),
            ((0..<61).filter { $0 % 7 < 5 }, Int32(64), 5, 3),
            // Once a week.
            (stride(from: 0, through: 56, by: 7).map { $0 }, Int32(57), 2, 7),
        ] as [([Int], Int32, Int, Int)]
    )
    func freshness(days: [Int], day: Int32, age: Int, gap: Int) throws {
        let fresh = try #require(Freshness(of: days.shuffled().map(Int32.init), at: day))
        #expect(fresh.age == age && fresh.usualGap == gap)
        #expect(fresh.ratio == Double(age) / Double(gap))
        #expect(Freshness(of: [1, 2, 3, 4], at: 5) == nil)
    }
}
