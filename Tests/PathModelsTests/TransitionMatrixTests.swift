import PathModels
import Testing

@Suite("Matrices of transitions")
struct TransitionMatrixTests {
    /// A place by the names of its channels.
    private static func name(
        _ place: TransitionMatrix.Place,
        _ matrix: TransitionMatrix,
        _ table: PathTable
    ) -> String {
        switch place {
        case .start: "(start)"
        case .rest: "(rest)"
        case .conversion: "(conversion)"
        case .null: "(null)"
        case .state(let state):
            matrix.states[state].channels.map { table.channels.names[Int($0)] }
                .joined(separator: "+")
        }
    }

    /// The states of a path, by names: windows of so many channels, equal neighbours as one.
    private static func states(_ path: [String], _ order: Int) -> [String] {
        guard path.count > order else { return [path.joined(separator: "+")] }
        var states: [String] = []
        for end in order...path.count {
            let state = path[end - order..<end].joined(separator: "+")
            if states.last != state { states.append(state) }
        }
        return states
    }

    @Test("are those of all steps, counted one by one", arguments: 1...4, [1, 3, 500])
    func counts(_ order: Int, _ most: Int) throws {
        let rows = RandomTables.rows(seed: UInt64(order), count: 80)
        let table = try RandomTables.table(rows)
        let chain = try MarkovChain(table, order: order)
        let matrix = TransitionMatrix(chain, most: most)
        let told = Set(
            matrix.states.indices.map { Self.name(.state($0), matrix, table) }
        )
        var counts: [String: Int] = [:]
        var visits: [String: Int] = [:]
        for row in rows {
            let path = row.path.split(separator: " > ").map(String.init)
            let states = Self.states(path, order)
            for state in states { visits[state, default: 0] += row.conversions + row.nulls }
            let places = states.map { told.contains($0) ? $0 : "(rest)" }
            for (source, target) in zip(["(start)"] + places, places) {
                counts["\(source) \(target)", default: 0] += row.conversions + row.nulls
            }
            counts["\(places.last ?? "") (conversion)", default: 0] += row.conversions
            counts["\(places.last ?? "") (null)", default: 0] += row.nulls
        }
        let known = visits.filter { $0.value > 0 }
        #expect(matrix.states.count == min(most, known.count))
        #expect(matrix.rest.states == known.count - matrix.states.count)
        let highest = known.values.sorted(by: >).prefix(most)
        #expect(matrix.states.map(\.visits) == Array(highest))
        #expect(matrix.rest.visits == known.values.reduce(0, +) - highest.reduce(0, +))
        var found: [String: Int] = [:]
        var sums: [String: Double] = [:]
        for step in matrix.steps {
            let source = Self.name(step.source, matrix, table)
            found["\(source) \(Self.name(step.target, matrix, table))"] = step.count
            sums[source, default: 0] += step.probability
        }
        #expect(found == counts.filter { $0.value > 0 })
        #expect(sums.values.allSatisfy { abs($0 - 1) < 1e-12 })
    }

    @Test("of every state have the chain's own probabilities")
    func probabilities() throws {
        let table = try RandomTables.table(seed: 3)
        let chain = try MarkovChain(table, order: 2)
        let matrix = TransitionMatrix(chain, most: 10_000)
        let own = chain.transitions().map { "\($0.count) \($0.probability)" }.sorted()
        #expect(matrix.steps.map { "\($0.count) \($0.probability)" }.sorted() == own)
        #expect(matrix.rest.states == 0 && matrix.rest.visits == 0)
        #expect(matrix.steps.count == chain.transitionCount)
    }
}
