import Contracts
import Messages
import PathModels
import RPC
import TestTenants
import Testing
import Wire

@Suite("Models of imported paths", .timeLimit(.minutes(5)))
struct ModelsTests {
    private static let paths = """
        path,conversions,value,nulls
        a > b,3,30,1
        b,1,5.5,4
        a > a > c,2,8,0
        direct,0,0,7

        """

    @Test(
        "give published journeys the credit that is known exactly",
        .enabled(if: PublishedPaths.areThere, "no reference data")
    )
    func oracle() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(try PublishedPaths.text())
        for order in 1...2 {
            let exact = try PublishedPaths.exact("exact_markov_order\(order)_null")
            let run = try await attribution.run { request in
                var choice = AttributionV1.ModelChoice()
                choice.name = "markov"
                choice.parameters = MapField([("order", Double(order))])
                (request.models, request.replicates) = ([choice], 0)
            }
            #expect(run.conversions == 19_785 && run.nulls == 68_602)
            let channels = try #require(exact["channels"] as? [[String: Any]])
            let found = try #require(run.models.first).channels
            #expect(found.count == channels.count)
            for row in channels {
                let channel = try #require(row["channel"] as? String)
                let credit = try #require(found.first { $0.channel == channel })
                let conversions = try #require(row["total_conversions"] as? Double)
                let value = try #require(row["total_conversion_value"] as? Double)
                let effect = try #require(row["removal_effect_conversion"] as? Double)
                #expect(abs(credit.conversions - conversions) <= 1e-9 * conversions + 1e-12)
                // Amounts are stored with six digits behind the point.
                #expect(abs(credit.value - value) <= 1e-6 * value + 1e-6)
                let told = try #require(credit.removalEffect)
                #expect(abs(told - effect) <= 1e-9 * effect + 1e-12)
            }
        }
        await attribution.stop()
    }

    @Test("say whom they take credit away from, which nobody can book")
    func debits() async throws {
        let attribution = try await ServedAttribution()
        // Whoever sees b hardly ever buys.
        try await attribution.importPaths(
            "path,conversions,value,nulls\na,10,10,0\na > b,1,1,99\nb,0,0,10\n"
        )
        let run = try await attribution.run { request in
            request.models = ["linear", "shapley"].map { name in
                var choice = AttributionV1.ModelChoice()
                choice.name = name
                return choice
            }
            request.replicates = 0
        }
        #expect(
            run.notes == [
                "shapley gives less than nothing to b: by it journeys convert less often with them "
                    + "than without; book by another model"
            ]
        )
        await attribution.stop()
    }

    @Test("of a few journeys are what can be reckoned by hand, and add up to what was booked")
    func byHand() async throws {
        let attribution = try await ServedAttribution()
        let id = try await attribution.importPaths(Self.paths)
        let run = try await attribution.run()
        #expect([run.distinctPaths, run.conversions, run.nulls] == [4, 6, 12])
        #expect(run.value == 43.5 && run.version == "1.2.3" && run.fingerprint.count == 64)
        #expect(
            run.models.map(\.model) == [
                "first", "last", "linear", "position", "data_driven", "markov", "shapley",
            ]
        )
        func credit(_ model: String) throws -> [String: [Double]] {
            let result = try #require(run.models.first { $0.model == model })
            return Dictionary(
                uniqueKeysWithValues: result.channels.map {
                    ($0.channel, [$0.conversions, $0.value])
                }
            )
        }
        #expect(
            try credit("first") == ["a": [5, 38], "b": [1, 5.5], "c": [0, 0], "direct": [0, 0]]
        )
        #expect(
            try credit("last") == ["a": [0, 0], "b": [4, 35.5], "c": [2, 8], "direct": [0, 0]]
        )
        for model in run.models {
            let conversions = model.channels.reduce(0) { $0 + $1.conversions }
            let value = model.channels.reduce(0) { $0 + $1.value }
            #expect(abs(conversions - 6) < 1e-12 && abs(value - 43.5) < 1e-12, "\(model.model)")
            for channel in model.channels {
                let estimate = try #require(channel.conversionsEstimate)
                #expect(estimate.lower <= estimate.median && estimate.median <= estimate.upper)
                #expect(estimate.level == 0.9 && estimate.kind == .confidence)
            }
        }
        #expect(run.disagreement > 0 && run.disagreement < 1)
        // The same again, bit for bit; of one import what is of all.
        #expect(try await attribution.run() == run)
        var one = try await attribution.run { $0.importID = id }
        one.importID = ""
        #expect(one == run)
        let other = try await attribution.run { $0.seed = 1 }
        #expect(other != run, "intervals come from the seed")
        #expect(
            other.models.map { $0.channels.map(\.conversions) }
                == run.models.map { $0.channels.map(\.conversions) }
        )
        await attribution.stop()
    }

    @Test("look at journeys as they are asked to, and at all imports together")
    func transformed() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths(Self.paths)
        try await attribution.importPaths(Self.paths, name: "again.csv")
        try await attribution.importPaths("path,conversions\na > b,1\n", name: "more.csv")
        let tables = try await attribution.models.listPathTables(.init()).message.value().tables
        #expect(tables.map(\.name) == ["more.csv", "paths.csv"])
        #expect(tables.map(\.rows) == [1, 4])
        var request = AttributionV1.SummarizePathsRequest()
        request.paths = 2
        var summary = try await attribution.models.summarizePaths(request).message.value()
        #expect(summary.paths.map(\.steps) == [["a", "b"], ["a", "a", "c"]])
        #expect(summary.paths.map(\.conversions) == [4, 2])
        #expect(summary.paths.first?.conversionRate == 0.8)
        #expect(summary.meanTouches == Double(4 * 2 + 1 + 2 * 3) / 7)
        #expect(summary.lengths.map(\.touches) == [1, 2, 3])
        #expect(summary.lengths.map(\.conversions) == [1, 4, 2])
        var exposure = AttributionV1.PathTransform()
        exposure.kind = .exposure
        request.transforms = [exposure]
        summary = try await attribution.models.summarizePaths(request).message.value()
        #expect(summary.paths.map(\.steps) == [["a", "b"], ["a", "c"]])
        var removed = AttributionV1.PathTransform()
        (removed.kind, removed.channel) = (.remove, "b")
        let run = try await attribution.run("linear") { $0.transforms = [removed] }
        let channels = try #require(run.models.first).channels
        #expect(channels.map(\.channel) == ["a", "b", "c", "direct"])
        #expect(channels[1].conversions == 1, "one path has nothing but b")
        await attribution.stop()
    }

    @Test("of paths that are larger than what is read at once are those of all of them")
    func large() async throws {
        let attribution = try await ServedAttribution()
        let long = Array(repeating: "a channel with a long name", count: 9_000)
        let rows = (0..<20).map { "\(long.joined(separator: " > ")) > c\($0),1" }
        try await attribution.importPaths("path,conversions\n" + rows.joined(separator: "\n"))
        let run = try await attribution.run("last") { $0.replicates = 0 }
        #expect(run.conversions == 20 && run.distinctPaths == 20)
        #expect(run.models.first?.channels.count { $0.conversions == 1 } == 20)
        await attribution.stop()
    }

    @Test("refuse what cannot be run, and say why")
    func refused() async throws {
        let attribution = try await ServedAttribution()
        func refusal(
            _ code: StatusCode,
            _ words: String,
            _ change: (inout AttributionV1.RunModelsRequest) -> Void
        ) async throws {
            let error = await #expect(throws: RPCError.self) {
                try await attribution.run("linear", change)
            }
            #expect(error?.code == code, "\(String(describing: error))")
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        }
        try await refusal(.failedPrecondition, "import a file of paths") { _ in }
        let id = try await attribution.importPaths(Self.paths)
        try await refusal(.invalidArgument, "use one of") { $0.model = "astrology" }
        try await refusal(.invalidArgument, "models") { $0.models = [.init()] }
        try await refusal(.invalidArgument, "replicates") { $0.replicates = 5 }
        try await refusal(.invalidArgument, "level") { $0.level = .nan }
        try await refusal(.invalidArgument, "transforms.channel") { request in
            request.transforms = [.init()]
            request.transforms[0].kind = .remove
        }
        try await refusal(.invalidArgument, "order") { request in
            var choice = AttributionV1.ModelChoice()
            choice.name = "markov"
            choice.parameters = MapField([("order", 7)])
            (request.model, request.models) = ("", [choice])
        }
        try await refusal(.failedPrecondition, "times") { $0.model = "time_decay" }
        try await refusal(.invalidArgument, "import_id") { $0.importID = "x" }
        try await refusal(.notFound, "no import") { request in
            request.importID = "00000000-0000-4000-8000-000000000000"
        }
        let stranger = AttributionV1.Models.Client(
            try attribution.served.channel(attribution.served.members[1])
        )
        var request = AttributionV1.RunModelsRequest()
        request.importID = id
        await #expect { try await stranger.runModels(request) } throws: {
            ($0 as? RPCError)?.code == .notFound
        }
        let parts = try await attribution.importPaths("path,conversions\na,0.5\n", name: "parts")
        try await refusal(.failedPrecondition, "row 2 of 'parts'") { $0.importID = parts }
        let lost = try await attribution.importPaths("path,conversions,nulls\na,0,5\n")
        try await refusal(.failedPrecondition, "nothing to credit") { $0.importID = lost }
        await attribution.stop()
    }

    @Test("of hardly any conversions have no intervals, and say so")
    func few() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths("path,conversions\na > b,1\n")
        let run = try await attribution.run("linear")
        #expect(run.models.first?.channels.map(\.conversions) == [0.5, 0.5])
        #expect(run.models.first?.channels.allSatisfy { $0.conversionsEstimate == nil } == true)
        #expect(run.notes.count == 1)
        await attribution.stop()
    }

    @Test("are listed with all that can be said to them")
    func listed() async throws {
        let attribution = try await ServedAttribution()
        let kinds = try await attribution.models.listModels(.init()).message.value().models
        #expect(kinds.map(\.name) == ModelCatalogue.kinds.map(\.name))
        let markov = try #require(kinds.first { $0.name == "markov" })
        #expect(markov.parameters.first?.name == "order" && markov.parameters.first?.most == 6)
        await attribution.stop()
    }
}
