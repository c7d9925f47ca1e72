import Numerics
import PathModels
import Testing

@Suite("Division of journeys among touches")
struct TouchDivisionTests {
    @Test("knows the model's credit of channels, to the bit", arguments: 0..<8)
    func credit(_ seed: UInt64) throws {
        let table = try RandomTables.table(seed: seed)
        for model in try RandomTables.models() {
            let division = try model.division(table)
            #expect(try division.credit(table) == model.credit(table), "\(model.name)")
            for path in 0..<table.count {
                let shares = try division.shares(path, of: table)
                #expect(shares.conversion.count == table.path(path).count)
                for numbers in [shares.conversion, shares.value] {
                    #expect(abs(numbers.reduce(0, +) - 1) < 1e-12 && numbers.min() ?? 0 >= 0)
                }
            }
        }
    }

    @Test("by rules adds up to the credit of channels; by others it is in proportion to it")
    func sums() throws {
        let table = try RandomTables.table(seed: 5)
        for model in try RandomTables.models() {
            let division = try model.division(table)
            let credit = try model.credit(table)
            var sums = [Double](repeating: 0, count: table.channels.count)
            for path in 0..<table.count {
                let touches = table.path(path)
                let shares = try division.shares(path, of: table)
                var whole = 0.0
                for touch in touches.indices { whole += max(0, credit.value[Int(touches[touch])]) }
                for touch in touches.indices {
                    let channel = Int(touches[touch])
                    sums[channel] += shares.conversion[touch] * Double(table.conversions[path])
                    if case .normalised = division, whole > 0 {
                        let expected = max(0, credit.value[channel]) / whole
                        #expect(abs(shares.value[touch] - expected) < 1e-12)
                    }
                }
            }
            let total = Double(table.totalConversions)
            #expect(abs(sums.reduce(0, +) - total) < 1e-9 * total, "\(model.name)")
            guard case .rule = division else { continue }
            for (sum, own) in zip(sums, credit.conversions) {
                #expect(abs(sum - own) < 1e-9 * total, "\(model.name)")
            }
        }
    }

    @Test("has a closed form of two channels, one of which every journey has")
    func closedForm() throws {
        var table = PathTable()
        for (path, conversions, nulls) in [("a > b", 4, 4), ("a", 2, 6)] {
            try table.add(path, conversions: conversions, value: Double(conversions), nulls: nulls)
        }
        // Without a nothing converts; without b only what a alone converts: 2 of 6.
        let shares = try Markov().division(table).shares(0, of: table)
        #expect(abs(shares.conversion[0] - 1 / (1 + 4.0 / 6)) < 1e-12)
        #expect(abs(shares.conversion[1] - 4.0 / 6 / (1 + 4.0 / 6)) < 1e-12)
        #expect(try Linear().division(table).shares(0, of: table).conversion == [0.5, 0.5])
    }

    @Test("by hazards is what fits the journeys, and equal paths have one number without times")
    func timed() throws {
        var table = PathTable(isTimed: true)
        let ids = [try table.channel("a"), try table.channel("b")]
        var random = RandomStream(seed: 4)
        for journey in 0..<200 {
            // What converts does so soon after a touch: there is a hazard to find.
            let last = UInt32(journey % 3 == 0 ? random.integer(below: 500) : 50_000)
            let ages = [last + UInt32(random.integer(below: 20_000)), last]
            let path = [ids[random.integer(below: 2)], ids[random.integer(below: 2)]]
            try table.append(
                path.span,
                ages: ages.span,
                conversions: journey % 3 == 0 ? 1 : 0,
                value: .zero,
                nulls: journey % 3 == 0 ? 0 : 1
            )
        }
        let rule = try AdditiveHazard().fit(table)
        let division = try AdditiveHazard().division(table)
        for path in 0..<table.count {
            #expect(
                try division.shares(path, of: table).conversion
                    == rule.touchShares(path, of: table)
            )
        }
        #expect(try division.credit(table) == AdditiveHazard().credit(table))
        let plain = try table.withoutTimes()
        #expect(table.count > 100 && plain.count == 4)
        for (path, number) in table.numbers(in: plain).enumerated() {
            let (own, other) = (table.path(path), plain.path(number))
            #expect(own[0] == other[0] && own[1] == other[1])
        }
    }
}
