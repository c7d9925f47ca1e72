import Foundation
import Numerics
import Testing

@testable import PathModels

@Suite("Intervals by drawing journeys again")
struct BootstrapTests {
    private static let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"

    @Test("have the same bits on any number of threads")
    func threads() async throws {
        let table = try RandomTables.table(RandomTables.rows(seed: 1, count: 200))
        let model = try Markov()
        let one = try await Bootstrap(seed: 4, replicates: 40, threads: 1)
            .estimates(of: model, on: table)
        for threads in [2, 7] {
            let other = try await Bootstrap(seed: 4, replicates: 40, threads: threads)
                .estimates(of: model, on: table)
            #expect(one == other)
        }
        let seeded = try await Bootstrap(seed: 5, replicates: 40).estimates(of: model, on: table)
        #expect(seeded != one)
    }

    @Test("have the same numbers for rows of any order")
    func order() throws {
        let rows = RandomTables.rows(seed: 2, count: 100)
        let table = try RandomTables.table(rows)
        let other = try RandomTables.table(rows.reversed())
        for replicate in 0..<5 {
            let one = Replicates(table, seed: 9).table(replicate)
            let two = Replicates(other, seed: 9).table(replicate)
            #expect(one.totalConversions == two.totalConversions)
            #expect(one.totalNulls == two.totalNulls && one.totalValue == two.totalValue)
            let credit = try Markov().credit(one).named(one)
            #expect(isClose(credit, try Markov().credit(two).named(two), one.totalValue.double))
        }
    }

    @Test("credit each draw as the model does, to the bit", arguments: 1...6)
    func repeated(order: Int) throws {
        let rows = RandomTables.rows(seed: UInt64(order), count: 300, channels: 7, longest: 9)
        let table = try RandomTables.table(rows)
        let source = Replicates(table, seed: 3)
        for hasNulls in [true, false] {
            let model = try Markov(order: order, hasNulls: hasNulls)
            try expectSame(try model.repeated(on: source), model, source)
            var none = PathTable()
            try none.add("c1", nulls: 1)
            let nothing = try model.repeated(on: Replicates(none, seed: 3))
            #expect(nothing(4..<6) == Array(repeating: .failure(.noConversions), count: 2))
        }
        try expectSame(try Linear().repeated(on: source), Linear(), source)
    }

    /// Expects what comes of replicates at once to be what comes of the table of each.
    private func expectSame(
        _ repeated: (Range<Int>) -> [Replicates.Outcome],
        _ model: some AttributionModel,
        _ source: Replicates
    ) throws {
        for numbers in [0..<Replicates.atOnce, 8..<8 + Replicates.atOnce, 12..<13] {
            let outcomes = repeated(numbers)
            #expect(outcomes.count == numbers.count)
            for (number, outcome) in zip(numbers, outcomes) {
                #expect(try outcome.get() == model.credit(source.table(number)))
            }
        }
    }

    @Test("draw numbers of the Poisson distribution", arguments: [0, 1, 3, 31, 32, 50, 1_000])
    func poisson(mean: Int) {
        let quantiles = PoissonQuantiles()
        // Sums of probabilities in logarithms, one after the other.
        var sum = 0.0
        var number = 0
        for share in stride(from: 0.000_5, to: 1, by: 0.001_01) {
            while sum < share {
                let rate = Double(mean)
                let log =
                    rate == 0
                    ? (number == 0 ? 0 : -Double.infinity)
                    : Double(number) * Foundation.log(rate) - rate - lgamma(Double(number) + 1)
                sum += Foundation.exp(log)
                number += 1
            }
            #expect(quantiles.quantile(share, mean: mean) == number - 1)
        }
    }

    @Test("say what is too few, and what is out of range")
    func failures() async throws {
        var table = PathTable()
        try table.add("a > b", conversions: 4, nulls: 10)
        let failure = AttributionFailure.tooFewConversions(4, least: 5)
        await #expect(throws: failure) {
            try await Bootstrap(seed: 1).estimates(of: Linear(), on: table)
        }
        try table.add("b", conversions: 1)
        await #expect(throws: AttributionFailure.timesMissing) {
            try await Bootstrap(seed: 1).estimates(of: TimeDecay(), on: table)
        }
        #expect(throws: AttributionFailure.self) { try Bootstrap(seed: 1, replicates: 19) }
        #expect(throws: AttributionFailure.self) { try Bootstrap(seed: 1, level: .nan) }
        #expect(throws: AttributionFailure.self) { try Bootstrap(seed: 1, level: 1) }
        // Replicates without a conversion are counted, and say nothing.
        let estimates = try await Bootstrap(seed: 1, replicates: 2_000)
            .estimates(of: Linear(), on: table)
        #expect((1...60).contains(estimates.emptyReplicates))
        #expect(estimates.conversionShares.allSatisfy { $0.lower <= $0.upper && $0.mean >= 0 })
        #expect(estimates.valueShares.allSatisfy { $0.mean == 0 && $0.upper == 0 })
    }

    @Test("are none, rather than those of few replicates, when nobody waits for them")
    func cancellation() async throws {
        let table = try RandomTables.table(RandomTables.rows(seed: 1, count: 200))
        let bootstrap = try Bootstrap(seed: 4, replicates: 400, threads: 1)
        let task = Task {
            // Cancelled before it waits, it is told so at once.
            while !Task.isCancelled { await Task.yield() }
            return try await bootstrap.estimates(of: Linear(), on: table)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// A world of journeys whose chain is known: channels, and how each goes on.
    private struct World {
        static let steps: [[Double]] = [
            [0.0, 0.25, 0.15, 0.10, 0.12], [0.20, 0.0, 0.20, 0.05, 0.08],
            [0.15, 0.15, 0.0, 0.15, 0.05], [0.10, 0.20, 0.20, 0.0, 0.20],
        ]
        static let starts = [0.4, 0.3, 0.2, 0.1]

        static func journeys(_ count: Int, seed: UInt64) throws -> PathTable {
            var random = RandomStream(seed: 2_026, stream: seed)
            var table = PathTable()
            for channel in 0..<4 { _ = try table.channel("c\(channel)") }
            for _ in 0..<count {
                var path: [ChannelNames.ID] = []
                var next: Int? = Self.draw(starts, &random)
                while let channel = next, channel < 4 {
                    path.append(ChannelNames.ID(channel))
                    next = Self.draw(steps[channel], &random)
                }
                let isConversion = next == 4
                try table.append(
                    path.span,
                    conversions: isConversion ? 1 : 0,
                    value: .zero,
                    nulls: isConversion ? 0 : 1
                )
            }
            return table
        }

        /// A number by its weight; nil by what is left to 1.
        private static func draw(_ weights: [Double], _ random: inout RandomStream) -> Int? {
            var rest = random.uniform()
            for (index, weight) in weights.enumerated() {
                rest -= weight
                if rest < 0 { return index }
            }
            return nil
        }

        /// The shares of effects, by walking every journey's distribution without each channel.
        static var shares: [Double] {
            func conversions(without removed: Int?) -> Double {
                var now = starts
                var sum = 0.0
                for _ in 0..<500 {
                    if let removed { now[removed] = 0 }
                    var next = [Double](repeating: 0, count: 4)
                    for source in 0..<4 {
                        sum += now[source] * steps[source][4]
                        for target in 0..<4 { next[target] += now[source] * steps[source][target] }
                    }
                    now = next
                }
                return sum
            }
            let base = conversions(without: nil)
            let effects = (0..<4).map { 1 - conversions(without: $0) / base }
            return effects.map { $0 / effects.reduce(0, +) }
        }
    }

    @Test("cover the truth as often as they say, for shares of a Markov chain")
    func coverage() async throws {
        let worlds = Self.isLong ? 1_000 : 30
        let truth = World.shares
        var covered = 0
        for world in 1...worlds {
            let table = try World.journeys(2_000, seed: UInt64(world))
            let bootstrap = try Bootstrap(
                seed: UInt64(world),
                replicates: Self.isLong ? 200 : 100,
                threads: 2
            )
            let estimates = try await bootstrap.estimates(of: Markov(), on: table)
            for (estimate, share) in zip(estimates.conversionShares, truth) {
                covered += (estimate.lower...estimate.upper).contains(share) ? 1 : 0
            }
        }
        let rate = Double(covered) / Double(worlds * truth.count)
        print("coverage of 90 % intervals: \(rate) in \(worlds) worlds")
        #expect((Self.isLong ? 0.87...0.93 : 0.75...0.99).contains(rate))
    }
}
