import Messages
import RPC
import Testing
import Wire

@Suite("Comparisons of runs", .timeLimit(.minutes(5)))
struct RunComparisonTests {
    private static func choices(_ names: [String]) -> [AttributionV1.ModelChoice] {
        names.map { name in
            var choice = AttributionV1.ModelChoice()
            choice.name = name
            return choice
        }
    }

    @Test("have the numbers that can be reckoned by hand")
    func byHand() async throws {
        let attribution = try await ServedAttribution()
        let left = try await attribution.importPaths(
            "path,conversions,value\na > b,3,30\nb,1,5\n",
            name: "left.csv"
        )
        let right = try await attribution.importPaths(
            "path,conversions,value\na > b,1,10\nb,3,15\n",
            name: "right.csv"
        )
        func run(_ id: String, seed: UInt64) async throws -> String {
            try await attribution.finished("first") { request in
                (request.importID, request.seed, request.replicates) = (id, seed, 0)
            }.runID
        }
        let (one, other) = (try await run(left, seed: 1), try await run(right, seed: 2))
        let found = try await attribution.compare(one, other)
        #expect(found.left?.runID == one && found.right?.runID == other)
        #expect(found.requestDiffers && found.dataDiffers && found.seedDiffers)
        #expect(!found.versionDiffers && found.notes.isEmpty)
        #expect(Self.numbers(found.conversions) == [4, 4, 0])
        #expect(Self.numbers(found.value) == [35, 25, -10])
        let model = try #require(found.models.first)
        #expect(found.models.count == 1 && model.model == "first" && !model.parametersDiffer)
        #expect(model.disagreement == 0.5)
        #expect(model.channels.map(\.channel) == ["a", "b"])
        #expect(Self.numbers(model.channels[0].conversions) == [3, 1, -2])
        #expect(Self.numbers(model.channels[0].value) == [30, 10, -20])
        #expect(Self.numbers(model.channels[0].conversionShare) == [0.75, 0.25, -0.5])
        #expect(Self.numbers(model.channels[1].conversions) == [1, 3, 2])
        #expect(Self.numbers(model.channels[1].value) == [5, 15, 10])
        #expect(model.channels[0].conversions?.intervalsOverlap == nil)
        await attribution.stop()
    }

    private static func numbers(_ pair: AttributionV1.RunComparison.Pair?) -> [Double] {
        pair.map { [$0.left, $0.right, $0.difference] } ?? []
    }

    @Test("say where intervals overlap, and find nothing between a run and itself")
    func intervals() async throws {
        let attribution = try await ServedAttribution()
        let few = try await attribution.importPaths(
            "path,conversions\na > b,60\nb,40\n",
            name: "few.csv"
        )
        let others = try await attribution.importPaths(
            "path,conversions\na > b,10\nb,90\n",
            name: "others.csv"
        )
        func run(_ id: String) async throws -> AttributionV1.Run {
            try await attribution.finished { request in
                (request.importID, request.models) = (id, Self.choices(["first", "last"]))
            }
        }
        let (one, other) = (try await run(few), try await run(others))
        let same = try await attribution.compare(one.runID, one.runID)
        #expect(!same.requestDiffers && !same.dataDiffers && !same.seedDiffers)
        for model in same.models {
            #expect(model.disagreement == 0)
            for channel in model.channels {
                #expect(channel.conversions?.difference == 0)
                #expect(channel.conversions?.intervalsOverlap == true)
            }
        }
        let found = try await attribution.compare(one.runID, other.runID)
        // By the first touch 60 and 10 of 100, by the last none and none.
        let (first, last) = (found.models[0], found.models[1])
        #expect(first.channels.map { $0.conversions?.intervalsOverlap } == [false, false])
        #expect(last.channels.map { $0.conversions?.intervalsOverlap } == [true, true])
        #expect(abs(first.disagreement - 0.5) < 1e-12 && last.disagreement == 0)
        await attribution.stop()
    }

    @Test("match models by their names, and refuse or leave out what one run only has")
    func unmatched() async throws {
        let attribution = try await ServedAttribution()
        let narrow = try await attribution.importPaths("path,conversions\na > b,2\n")
        let wide = try await attribution.importPaths(
            "path,conversions\na > b,2\nc,2\n",
            name: "wide.csv"
        )
        func run(_ id: String, _ names: [String], order: Double = 1) async throws -> String {
            try await attribution.finished { request in
                (request.importID, request.replicates) = (id, 0)
                request.models = Self.choices(names)
                for place in names.indices where names[place] == "markov" {
                    request.models[place].parameters = MapField([("order", order)])
                }
            }.runID
        }
        let one = try await run(narrow, ["first", "markov"])
        let reordered = try await run(narrow, ["markov", "first"], order: 2)
        let found = try await attribution.compare(one, reordered)
        #expect(found.models.map(\.model) == ["first", "markov"] && found.requestDiffers)
        #expect(found.models.map(\.parametersDiffer) == [false, true])
        let fewer = try await run(narrow, ["first"])
        try await attribution.refusal(.failedPrecondition, "markov is in the left run only") {
            _ = try await attribution.compare(one, fewer)
        }
        try await attribution.refusal(.failedPrecondition, "markov is in the right run only") {
            _ = try await attribution.compare(fewer, one)
        }
        let more = try await run(wide, ["first"])
        try await attribution.refusal(.failedPrecondition, "'c' is in the right run only") {
            _ = try await attribution.compare(fewer, more)
        }
        let shared = try await attribution.compare(one, more, sharedOnly: true)
        #expect(shared.notes.count == 2 && shared.models.map(\.model) == ["first"])
        #expect(shared.models[0].channels.map(\.channel) == ["a", "b"])
        // Half of what the one gives to `a` the other gives to `c`.
        #expect(shared.models[0].disagreement == 0.5)
        try await attribution.refusal(.invalidArgument, "left") {
            _ = try await attribution.compare("x", one)
        }
        try await attribution.refusal(.notFound, "no run") {
            _ = try await attribution.compare(one, "00000000-0000-4000-8000-000000000000")
        }
        await attribution.stop()
    }
}
