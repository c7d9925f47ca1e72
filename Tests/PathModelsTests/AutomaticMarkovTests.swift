import PathModels
import Testing

@Suite("A Markov chain of its own order")
struct AutomaticMarkovTests {
    @Test("has the order of the best score, by either choice", .enabled(if: Oracle.isThere))
    func choice() throws {
        let table = try Oracle.journeys.get()
        // The reference's choice by area is 4.
        #expect(try AutomaticMarkov(by: .area).best(for: table).order == 4)
        let scores = try OrderByLikelihood.scores(table)
        let best = try #require(scores.max { $0.logLikelihood < $1.logLikelihood })
        let model = try AutomaticMarkov().best(for: table)
        #expect(model.order == best.order)
        #expect(try AutomaticMarkov().credit(table) == model.credit(table))
    }

    @Test("is of a lower order where channels are too many for a higher one")
    func channels() throws {
        var table = PathTable()
        for channel in 0..<600 { try table.add("c\(channel)", conversions: 1, nulls: 1) }
        #expect(try AutomaticMarkov().best(for: table).order == 1)
        let failure = AttributionFailure.tooManyChannels(
            most: 509,
            for: "choosing among orders up to 6"
        )
        #expect(throws: failure) { try OrderByLikelihood.scores(table) }
        for channel in 600..<1_100 { try table.add("c\(channel)", conversions: 1, nulls: 1) }
        #expect(throws: AttributionFailure.self) { try AutomaticMarkov().credit(table) }
    }
}
