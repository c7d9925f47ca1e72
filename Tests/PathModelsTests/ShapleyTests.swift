import Numerics
import Testing

@testable import PathModels

@Suite("Shapley values")
struct ShapleyTests {
    /// The definition: over all orders of joining, what each channel adds to the worth of a set.
    private func plain(_ table: PathTable, _ worth: (Set<String>) -> Double) -> [String: Double] {
        let names = table.channels.names
        var sums: [String: Double] = [:]
        var orders = 0.0
        var known: [Set<String>: Double] = [:]
        func worthOnce(_ set: Set<String>) -> Double {
            if let number = known[set] { return number }
            let number = worth(set)
            known[set] = number
            return number
        }
        func join(_ order: [String], _ rest: [String]) {
            if rest.isEmpty {
                orders += 1
                for end in order.indices {
                    let before = worthOnce(Set(order[..<end]))
                    sums[order[end], default: 0] += worthOnce(Set(order[...end])) - before
                }
            }
            for name in rest { join(order + [name], rest.filter { $0 != name }) }
        }
        join([], names)
        return sums.mapValues { $0 / orders }
    }

    @Test("are those of all orders of joining", arguments: 1...4)
    func permutations(seed: UInt64) throws {
        let table = try RandomTables.table(seed: seed)
        func sum(_ set: Set<String>, _ number: (Int, Double, Int) -> Double) -> Double {
            table.rows.filter { set.isSuperset(of: $0.path) }.reduce(0) {
                $0 + number($1.conversions, $1.value, $1.nulls)
            }
        }
        let game = try RateGame(table).exact()
        let ordered = try OrderedShapley().credit(table)
        for (own, additive, number) in [
            (game.conversions, ordered.conversions, { count, _, _ in Double(count) }),
            (game.value, ordered.value, { _, value, _ in value }),
        ] as [([Double], [Double], (Int, Double, Int) -> Double)] {
            let rates = plain(table) { set in
                let journeys = sum(set) { Double($0 + $2) }
                return journeys == 0 ? 0 : sum(set, number) / journeys
            }
            let sums = plain(table) { sum($0, number) }
            for (channel, name) in table.channels.names.enumerated() {
                #expect(abs(own[channel] - rates[name, default: .nan]) < 1e-12)
                #expect(abs(additive[channel] - sums[name, default: .nan]) < 1e-9)
            }
        }
    }

    @Test("are within the errors that samples state, and closer with more samples")
    func sampled() throws {
        let rows = RandomTables.rows(seed: 6, count: 400, channels: 12)
        let game = try RateGame(RandomTables.table(rows))
        let truth = game.exact()
        for (pairs, seed) in [(100, 1), (1_000, 2)] as [(Int, UInt64)] {
            let sample = game.sample(pairs: pairs, seed: seed)
            let moments = sample.conversions
            for place in moments.means.indices {
                let distance = abs(moments.means[place] - truth.conversions[place])
                #expect(distance < 5 * moments.errors[place])
            }
            let total = moments.means.reduce(0, +)
            #expect(abs(total - truth.conversions.reduce(0, +)) < 1e-12)
        }
        let few = game.sample(pairs: 100, seed: 3).conversions.errors.reduce(0, +)
        let many = game.sample(pairs: 2_500, seed: 3).conversions.errors.reduce(0, +)
        #expect(abs(few / many - 5) < 1.5)
    }

    @Test("are sampled above 20 channels, by the seed, with errors stated")
    func manyChannels() throws {
        let rows = RandomTables.rows(seed: 8, count: 300, channels: 24)
        let table = try RandomTables.table(rows)
        let model = try Shapley(permutations: 400, seed: 5)
        let credit = try model.credit(table)
        let errors = try #require(credit.errors)
        #expect(errors.conversions.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(errors.conversions.contains { $0 > 0 })
        #expect(distance(credit.conversions.reduce(0, +), Double(table.totalConversions)) < 1e-12)
        #expect(try model.credit(table) == credit)
        let other = try Shapley(permutations: 40_000, seed: 6).credit(table)
        for channel in other.conversions.indices {
            let error = errors.conversions[channel]
            #expect(abs(other.conversions[channel] - credit.conversions[channel]) < 5 * error)
        }
        #expect(throws: AttributionFailure.self) { try Shapley(permutations: 99) }
    }

    @Test("take 20 channels without samples")
    func twentyChannels() throws {
        let rows = RandomTables.rows(seed: 8, count: 300, channels: 20)
        let table = try RandomTables.table(rows)
        #expect(table.channels.count == 20)
        let credit = try Shapley().credit(table)
        #expect(credit.errors == nil)
        #expect(distance(credit.conversions.reduce(0, +), Double(table.totalConversions)) < 1e-12)
    }

    @Test("by position add up to those of all positions")
    func positions() throws {
        let table = try RandomTables.table(seed: 2)
        let credit = try OrderedShapley().credit(table)
        let positions = try OrderedShapley().positions(table)
        for channel in credit.conversions.indices {
            let sum = positions.conversions[channel].reduce(0, +)
            #expect(abs(sum - credit.conversions[channel]) < 1e-9)
            #expect(abs(positions.value[channel].reduce(0, +) - credit.value[channel]) < 1e-9)
        }
    }
}
