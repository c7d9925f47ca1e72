import Numerics
import Testing

@testable import PathModels

@Suite("Markov chains of journeys")
struct MarkovTests {
    /// A chain as the definition has it: dictionaries of names, every path walked by hand.
    private struct PlainChain {
        var counts: [[String]: [[String]: Double]] = [:]
        var values: [[String]: Double] = [:]

        init(_ table: PathTable, order: Int) {
            for row in table.rows where row.conversions + row.nulls > 0 {
                let weight = Double(row.conversions + row.nulls)
                var states: [[String]] = []
                for end in min(order, row.path.count)...row.path.count {
                    let state = Array(row.path[max(0, end - order)..<end])
                    if states.last != state { states.append(state) }
                }
                var last = ["(start)"]
                for state in states {
                    counts[last, default: [:]][state, default: 0] += weight
                    last = state
                }
                counts[last, default: [:]][["(conversion)"], default: 0] += Double(row.conversions)
                counts[last, default: [:]][["(null)"], default: 0] += Double(row.nulls)
                values[last, default: 0] += row.value
            }
        }

        /// What a journey converts and is worth, without one channel: Gaussian elimination with
        /// pivots over all states.
        func result(without channel: String?) -> (conversions: Double, value: Double) {
            let states = Array(counts.keys).filter { channel.map($0.contains) != true }
            var rows = states.map { state in
                let leaving = counts[state] ?? [:]
                let all = leaving.values.reduce(0, +)
                let row = states.map { other in
                    (state == other ? 1.0 : 0) - (leaving[other] ?? 0) / all
                }
                let converts = (leaving[["(conversion)"]] ?? 0) / all
                return row + [converts, (values[state] ?? 0) / all]
            }
            let size = states.count
            for pivot in 0..<size {
                let best = (pivot..<size).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) }
                rows.swapAt(pivot, best ?? pivot)
                for row in 0..<size where row != pivot {
                    let factor = rows[row][pivot] / rows[pivot][pivot]
                    if factor == 0 { continue }
                    for column in pivot..<size + 2 {
                        rows[row][column] -= factor * rows[pivot][column]
                    }
                }
            }
            guard let start = states.firstIndex(of: ["(start)"]) else { return (0, 0) }
            // Rows have been exchanged, but the solution of column k is in row k.
            return (
                rows[start][size] / rows[start][start], rows[start][size + 1] / rows[start][start]
            )
        }
    }

    @Test("lose what removal by elimination does, at every order", arguments: 1...6, 1...4)
    func removal(order: Int, seed: UInt64) throws {
        let table = try RandomTables.table(RandomTables.rows(seed: seed, count: 25, channels: 4))
        let plain = PlainChain(table, order: order)
        let base = plain.result(without: nil)
        let chain = try MarkovChain(table, order: order)
        // What flows in flows out: the chain converts as the journeys did.
        #expect(distance(chain.conversionProbability, base.conversions) < 1e-11)
        #expect(distance(chain.valuePerJourney, base.value) < 1e-11)
        let effects = try chain.removalEffects(channels: table.channels.count)
        for (channel, name) in table.channels.names.enumerated() {
            let rest = plain.result(without: name)
            #expect(
                abs(effects.conversions[channel] - 1 + rest.conversions / base.conversions) < 1e-11
            )
            #expect(abs(effects.value[channel] - 1 + rest.value / base.value) < 1e-11)
        }
    }

    @Test("lose the same by iteration and by elimination", arguments: 2...4)
    func iteration(order: Int) throws {
        let rows = RandomTables.rows(seed: 77, count: 200, channels: 10, longest: 6)
        let table = try RandomTables.table(rows)
        let chain = try MarkovChain(table, order: order)
        let channels = (0..<table.channels.count).map { ChannelNames.ID($0) }
        let iterated = try RemovalIteration(chain).removals(channels)
        for channel in channels {
            let kept = chain.states.indices.filter { !chain.states[$0].contains(channel) }
            let converts = DenseChain(chain, keeping: kept).solve(
                kept.map { chain.rates($0).conversions }
            )
            var sum = 0.0
            for (place, state) in kept.enumerated() {
                sum += Double(chain.starts[state]) / Double(chain.totalJourneys) * converts[place]
            }
            #expect(distance(iterated[Int(channel)].conversions, sum) < 1e-12)
        }
    }

    @Test("convert as often as the journeys, whatever the order", arguments: 1...6)
    func conservation(order: Int) throws {
        let table = try RandomTables.table(seed: 5)
        let chain = try MarkovChain(table, order: order)
        // Follows all journeys along the reported matrix.
        var now = [Double](repeating: 0, count: chain.states.count)
        var converted = 0.0
        let transitions = chain.transitions()
        for transition in transitions {
            if case (.start, .state(let state)) = (transition.source, transition.target) {
                now[state] = transition.probability
            }
        }
        for _ in 0..<2_000 {
            var next = [Double](repeating: 0, count: now.count)
            for transition in transitions {
                guard case .state(let source) = transition.source else { continue }
                let flow = now[source] * transition.probability
                switch transition.target {
                case .state(let target): next[target] += flow
                case .conversion: converted += flow
                case .null, .start: break
                }
            }
            now = next
        }
        let journeys = Double(table.totalConversions + table.totalNulls)
        #expect(distance(converted, Double(table.totalConversions) / journeys) < 1e-12)
    }

    @Test("foretell best at the order that journeys were made with", arguments: 1...3)
    func likelihood(order: Int) throws {
        var random = RandomStream(seed: 3, stream: UInt64(order))
        // What comes next hangs on the touch `order` steps back, and so do conversions.
        var table = PathTable()
        for channel in 0..<3 { _ = try table.channel("c\(channel)") }
        for _ in 0..<6_000 {
            var path = (0..<order).map { _ in ChannelNames.ID(random.integer(below: 3)) }
            while random.uniform() < 0.8, path.count < 12 {
                let before = path[path.count - order]
                let isFollowed = random.uniform() < 0.7
                path.append(
                    isFollowed ? (before + 1) % 3 : ChannelNames.ID(random.integer(below: 3))
                )
            }
            let converts = random.uniform() < (path[path.count - order] == 0 ? 0.5 : 0.1)
            try table.append(
                path.span,
                conversions: converts ? 1 : 0,
                value: .zero,
                nulls: converts ? 0 : 1
            )
        }
        let scores = try OrderByLikelihood.scores(table)
        #expect(scores.max { $0.logLikelihood < $1.logLikelihood }?.order == order)
        #expect(scores.allSatisfy { $0.logLikelihood < 0 && $0.logLikelihood.isFinite })
    }

    @Test("say which order and how many channels they can take")
    func limits() throws {
        for order in [0, 7] {
            let failure = AttributionFailure.parameterOutOfRange(
                "order",
                value: Double(order),
                range: 1...6
            )
            #expect(throws: failure) { try Markov(order: order) }
            #expect(throws: failure) { try MarkovChain(PathTable(), order: order) }
        }
        var table = PathTable()
        for channel in 0..<520 { try table.add("c\(channel)", conversions: 1, nulls: 1) }
        #expect(throws: AttributionFailure.tooManyChannels(most: 511, for: "a chain of order 6")) {
            try MarkovChain(table, order: 6)
        }
        #expect(try MarkovChain(table, order: 5).states.count == 520)
    }
}
