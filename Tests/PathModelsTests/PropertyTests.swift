import Numerics
import PathModels
import Testing

@Suite("Every path model")
struct PropertyTests {
    @Test("gives out all conversions and all value, and no number that is none", arguments: 1...8)
    func totals(seed: UInt64) throws {
        let table = try RandomTables.table(seed: seed)
        for model in try RandomTables.models() {
            let credit = try model.credit(table)
            let conversions = credit.conversions.reduce(0, +)
            let value = credit.value.reduce(0, +)
            #expect(distance(conversions, Double(table.totalConversions)) < 1e-12, "\(model)")
            #expect(distance(value, table.totalValue.double) < 1e-12, "\(model)")
            // The rate game alone has channels that lower rates.
            let isSigned = model is Shapley
            #expect((credit.conversions + credit.value).allSatisfy { $0 >= 0 || isSigned })
        }
    }

    @Test("sees the same in rows of any order, split, merged or by day", arguments: 1...4)
    func invariance(seed: UInt64) throws {
        var random = RandomStream(seed: seed, stream: 9)
        let rows = RandomTables.rows(seed: seed)
        let table = try RandomTables.table(rows)
        var journeys: [RandomTables.Row] = []
        for row in rows {
            for index in 0..<row.conversions {
                // The value of a path is the sum of its rows' values, whichever row has it.
                journeys.append((row.path, 1, index == 0 ? row.value : 0, 0))
            }
            for _ in 0..<row.nulls { journeys.append((row.path, 0, 0, 1)) }
        }
        journeys.shuffle(using: &random)
        let split = try RandomTables.table(journeys)
        var days = PathTable()
        let half = journeys.count / 2
        try days.merge(RandomTables.table(Array(journeys[half...])))
        try days.merge(RandomTables.table(Array(journeys[..<half])))
        for other in [split, days] {
            #expect(other.totalConversions == table.totalConversions)
            #expect(other.totalNulls == table.totalNulls)
            #expect(other.totalValue == table.totalValue)
            for model in try RandomTables.models() {
                let own = try model.credit(table).named(table)
                let theirs = try model.credit(other).named(other)
                #expect(isClose(own, theirs, table.totalValue.double), "\(model)")
            }
        }
    }

    @Test("gives all to the only channel there is")
    func single() throws {
        var table = PathTable()
        try table.add("a > a > a", conversions: 3, value: 1.5, nulls: 4)
        try table.add("a", nulls: 2)
        for model in try RandomTables.models() {
            #expect(try model.credit(table) == Credit(conversions: [3], value: [1.5]), "\(model)")
        }
    }

    @Test("takes conversions that are worth nothing, and paths that nobody took")
    func nothing() throws {
        var table = PathTable()
        try table.add("a > b", conversions: 3)
        try table.add("b > c")
        for model in try RandomTables.models() {
            let credit = try model.credit(table)
            #expect(distance(credit.conversions.reduce(0, +), 3) < 1e-12)
            #expect(credit.conversions[2] == 0, "nobody was in c")
            #expect(credit.value == [0, 0, 0])
        }
    }

    @Test("says that there are no conversions, and divides nothing")
    func noConversions() throws {
        var nulls = PathTable()
        try nulls.add("a > b", nulls: 5)
        for table in [nulls, PathTable()] {
            for model in try RandomTables.models() {
                #expect(throws: AttributionFailure.noConversions) { try model.credit(table) }
            }
        }
        #expect(throws: AttributionFailure.noConversions) { try OrderByAUC.scores(nulls) }
        #expect(throws: AttributionFailure.noConversions) { try OrderByLikelihood.scores(nulls) }
        #expect(throws: AttributionFailure.noConversions) {
            try OrderedShapley().positions(nulls)
        }
    }

    @Test("takes journeys of 10,000 touches")
    func long() throws {
        var table = PathTable()
        let path = (0..<10_000).map { "c\($0 % 3)" }.joined(separator: ">")
        try table.add(path, conversions: 2, value: 10, nulls: 1)
        try table.add("c0 > c1", conversions: 1, value: 2, nulls: 5)
        for model in try RandomTables.models() where !(model is Counterfactual) {
            let credit = try model.credit(table)
            #expect(distance(credit.conversions.reduce(0, +), 3) < 1e-9, "\(model)")
        }
    }
}
