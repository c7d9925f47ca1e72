import Foundation
import PathModels
import Testing

@Suite("Rules that look at one journey")
struct RuleTests {
    private func shares(_ model: any AttributionModel, _ path: String) throws -> [Double] {
        var table = PathTable()
        try table.add(path, conversions: 1)
        let rule = try #require(model as? any PathRule)
        return try rule.touchShares(0, of: table)
    }

    private func isClose(_ one: [Double], _ other: [Double]) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) < 1e-15 }
    }

    @Test("divide by position as the weights say")
    func position() throws {
        let usual = try PositionBased()
        #expect(try shares(usual, "a") == [1])
        #expect(try shares(usual, "a > b") == [0.5, 0.5])
        #expect(try isClose(shares(usual, "a > b > c > d"), [0.4, 0.1, 0.1, 0.4]))
        let other = try PositionBased(first: 0.3, last: 0.1)
        #expect(try isClose(shares(other, "a > b"), [0.75, 0.25]))
        #expect(try isClose(shares(other, "a > b > c"), [0.3, 0.6, 0.1]))
        let none = try PositionBased(first: 0, last: 0)
        #expect(try shares(none, "a > b") == [0.5, 0.5])
        #expect(throws: AttributionFailure.weightsAboveOne(first: 0.6, last: 0.5)) {
            try PositionBased(first: 0.6, last: 0.5)
        }
        #expect(throws: AttributionFailure.self) { try PositionBased(first: .nan) }
        #expect(throws: AttributionFailure.self) { try PositionBased(last: -0.1) }
    }

    @Test("divide by three milestones, also where one touch is two of them")
    func wShaped() throws {
        let third = 1.0 / 3
        #expect(try shares(WShaped(), "a") == [1])
        #expect(try shares(WShaped(), "a > b") == [0.5, 0.5])
        #expect(try isClose(shares(WShaped(), "a > b > c"), [third, third, third]))
        #expect(try isClose(shares(WShaped(), "a > b > c > d"), [0.3, 0.1, 0.3, 0.3]))
        let five = [0.3, 0.05, 0.3, 0.05, 0.3]
        #expect(try isClose(shares(WShaped(), "a > b > c > d > e"), five))
        var own = [Double](repeating: 7, count: 4)
        var places = own.mutableSpan
        WShaped.divide(&places, lead: 0, opportunity: 2)
        #expect(isClose(own, [0.6, 0.05, 0.3, 0.05]))
        places = own.mutableSpan
        WShaped.divide(&places, lead: 0, opportunity: 0)
        #expect(isClose(own, [0.9, 0.1 / 3, 0.1 / 3, 0.1 / 3]))
    }

    @Test("leave direct touches out, unless there are no others")
    func lastNonDirect() throws {
        #expect(try shares(LastNonDirect(), "a > b > direct > direct") == [0, 1, 0, 0])
        #expect(try shares(LastNonDirect(), "direct > direct") == [0, 1])
        #expect(try shares(LastNonDirect(), "a > b") == [0, 1])
        #expect(try shares(LastNonDirect(direct: ["a", "b"]), "c > a > b") == [1, 0, 0])
    }

    @Test("halve by half-lives, and lose nothing after hundreds of years")
    func decay() throws {
        var table = PathTable(isTimed: true)
        let (a, b) = (try table.channel("a"), try table.channel("b"))
        let week: UInt32 = 604_800
        try table.append(
            [a, b, a].span,
            ages: [week * 3, week * 2, week].span,
            conversions: 7,
            value: PathValue(14),
            nulls: 0
        )
        let credit = try TimeDecay().credit(table)
        #expect(isClose(credit.conversions, [5, 2]) && isClose(credit.value, [10, 4]))
        // By the formula, from the conversion on and not from the last touch.
        try table.append(
            [a, b].span,
            ages: [100_000, 50_000].span,
            conversions: 1,
            value: .zero,
            nulls: 0
        )
        let decay = try TimeDecay(halfLife: 30_000)
        let weights = [pow(2, -100_000.0 / 30_000), pow(2, -50_000.0 / 30_000)]
        let truth = weights.map { $0 / (weights[0] + weights[1]) }
        let own = try decay.touchShares(1, of: table)
        #expect(zip(own, truth).allSatisfy { distance($0, $1) < 1e-14 })
        // All weights would vanish if they were counted from the conversion.
        try table.append(
            [a, b].span,
            ages: [4_000_000_000, 4_000_000_000].span,
            conversions: 1,
            value: .zero,
            nulls: 0
        )
        #expect(try TimeDecay(halfLife: 60).touchShares(2, of: table) == [0.5, 0.5])
        for halfLife in [0, -1, 59, .nan, .infinity] {
            #expect(throws: AttributionFailure.self) { try TimeDecay(halfLife: halfLife) }
        }
    }

    @Test("say that times are missing, or too much")
    func times() throws {
        var table = PathTable()
        try table.add("a > b", conversions: 1)
        let decay = try TimeDecay()
        #expect(throws: AttributionFailure.timesMissing) { try decay.credit(table) }
        #expect(throws: AttributionFailure.timesMissing) { try decay.touchShares(0, of: table) }
        #expect(throws: AttributionFailure.timesMissing) { try AdditiveHazard().credit(table) }
        var timed = PathTable(isTimed: true)
        let a = try timed.channel("a")
        try timed.append([a].span, ages: [1].span, conversions: 1, value: .zero, nulls: 0)
        #expect(throws: AttributionFailure.timesUnexpected) {
            try Counterfactual().credit(timed)
        }
        #expect(try Counterfactual().credit(timed.withoutTimes()).conversions == [1])
    }

    @Test("have all names and aliases, and say which numbers they take")
    func catalogue() throws {
        for (alias, name) in [
            ("last_touch", "last"), ("Last_Click", "last"), ("position_based", "position"),
            ("time_decay", "decay"), ("first_touch", "first"),
            ("shapley_additive", "shapley_ordered"),
        ] {
            #expect(try ModelCatalogue.model(alias).name == name)
        }
        let names = ModelCatalogue.kinds.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        for kind in ModelCatalogue.kinds {
            #expect(try ModelCatalogue.model(kind.name).name == kind.name)
            for parameter in kind.parameters {
                #expect(parameter.range.contains(parameter.usual))
                let bad = [parameter.range.lowerBound - 1, parameter.range.upperBound + 1, .nan]
                for value in bad + (parameter.isWhole ? [parameter.usual + 0.5] : []) {
                    #expect(throws: AttributionFailure.self) {
                        try ModelCatalogue.model(kind.name, parameters: [parameter.name: value])
                    }
                }
            }
        }
        #expect(throws: AttributionFailure.self) { try ModelCatalogue.model("markow") }
        #expect(throws: AttributionFailure.self) {
            try ModelCatalogue.model("linear", parameters: ["order": 1])
        }
        let markov = try ModelCatalogue.model("markov", parameters: ["order": 3, "nulls": 0])
        #expect((markov as? Markov)?.order == 3 && (markov as? Markov)?.hasNulls == false)
    }
}
