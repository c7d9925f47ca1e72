import Contracts
import Journeys
import Messages
import PathModels
import RPC
import TestTenants
import Testing
import Wire

@testable import Attribution

@Suite("Models of stored journeys", .timeLimit(.minutes(5)))
struct JourneyModelsTests {
    private static let persons = StoredPersons.random(seed: 7, count: 300)
    private static var selection: JourneySelection {
        let day = JourneySelection.day
        let start = StoredPersons.start
        var selection = JourneySelection(
            range: start + 5 * day..<start + 60 * day,
            asOf: start + 70 * day
        )
        (selection.clickWindow, selection.viewWindow) = (14 * day, 10 * day)
        selection.closing = 14 * day
        return selection
    }

    @Test("give what they give to the same journeys as imported paths")
    func imported() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let table = try Self.persons.table(Self.selection)
        var rows = ["path,conversions,value,nulls"]
        for path in 0..<table.paths.count {
            let touches = table.paths.path(path)
            let steps = touches.indices.map { table.paths.channels.names[Int(touches[$0])] }
            let numbers = "\(table.paths.conversions[path]),\(table.paths.values[path].double)"
            rows.append("\(steps.joined(separator: " > ")),\(numbers),\(table.paths.nulls[path])")
        }
        try await attribution.importPaths(rows.joined(separator: "\n") + "\n")
        let expected = try await attribution.run { $0.replicates = 0 }
        let run = try await attribution.run { request in
            request.journeys = AttributionV1.JourneySelection(Self.selection)
            request.replicates = 0
        }
        #expect(run.conversions > 100 && run.nulls > 50, "the oracle has something to say")
        #expect(run.conversions == expected.conversions && run.nulls == expected.nulls)
        #expect(run.value == expected.value && run.distinctPaths == expected.distinctPaths)
        #expect(run.models.count == 7 && run.fingerprint != expected.fingerprint)
        for (own, other) in zip(run.models, expected.models) {
            let credits = Dictionary(uniqueKeysWithValues: other.channels.map { ($0.channel, $0) })
            #expect(own.model == other.model && own.channels.count == credits.count)
            for channel in own.channels {
                let credit = try #require(credits[channel.channel])
                #expect(abs(channel.conversions - credit.conversions) < 1e-9, "\(own.model)")
                #expect(abs(channel.value - credit.value) < 1e-7, "\(own.model)")
            }
        }
        var request = AttributionV1.SummarizePathsRequest()
        request.journeys = AttributionV1.JourneySelection(Self.selection)
        let summary = try await attribution.models.summarizePaths(request).message.value()
        #expect(summary.conversions == run.conversions && summary.report == run.report)
        await attribution.stop()
    }

    @Test("tell what no model sees")
    func report() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        try await attribution.change("u:p3", to: [], isTooLarge: true)
        var persons = Self.persons
        persons.timelines["u:p3"] = nil
        let counts = try persons.table(Self.selection).counts
        let run = try await attribution.run("linear") { request in
            request.journeys = AttributionV1.JourneySelection(Self.selection)
        }
        let report = try #require(run.report)
        #expect(report.unattributed == counts.unattributed && counts.unattributed > 0)
        #expect(report.unattributedValue == counts.unattributedValue.double)
        #expect(report.open == counts.open && counts.open > 0)
        #expect(report.unconverted.map(\.currency) == ["USD"])
        #expect(report.unconverted.first?.conversions == counts.withoutRate["USD"].map(Int64.init))
        #expect(report.tooLarge == 1 && report.shortened == 0)
        var told = AttributionV1.JourneySelection(Self.selection)
        (told.valueMode, told.currency, told.grain) = (.gross, "EUR", .channel)
        #expect(report.selection == told)
        await attribution.stop()
    }

    @Test("that need times have them, beside others in one run")
    func timed() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let run = try await attribution.run { request in
            request.journeys = AttributionV1.JourneySelection(Self.selection)
            request.replicates = 0
            request.models = ["time_decay", "data_driven", "hazard"].map { name in
                var choice = AttributionV1.ModelChoice()
                choice.name = name
                return choice
            }
        }
        var credit: [String: Double] = [:]
        for (_, timeline) in Self.persons.sorted {
            Self.selection.journeys(of: timeline) { journey in
                guard journey.isConverted, Self.selection.contains(journey) else { return }
                let touches = journey.stretch.map { timeline.touches[$0] }
                    .filter { Self.selection.reaches($0, journey) }
                let weights = touches.map { touch in
                    let age = (journey.time - touch.time) / 1_000_000
                    return Self.halved(Double(age) / 604_800)
                }
                for (touch, weight) in zip(touches, weights) {
                    credit[StoredPersons.labels[touch.place] ?? "", default: 0] +=
                        weight / weights.reduce(0, +)
                }
            }
        }
        let decay = try #require(run.models.first)
        #expect(decay.model == "decay" && decay.channels.count == credit.count)
        for channel in decay.channels {
            let expected = try #require(credit[channel.channel])
            #expect(abs(channel.conversions - expected) < 1e-9)
        }
        let plain = try await attribution.run("data_driven") { request in
            request.journeys = AttributionV1.JourneySelection(Self.selection)
            request.replicates = 0
        }
        #expect(run.models[1] == plain.models.first && run.distinctPaths == plain.distinctPaths)
        let sum = run.models[2].channels.reduce(0) { $0 + $1.conversions }
        #expect(abs(sum - Double(run.conversions)) < 1e-9)
        await attribution.stop()
    }

    /// What is left of 1 after so many half-lives, by many small steps of an exponential series.
    private static func halved(_ halfLives: Double) -> Double {
        let exponent = -halfLives * 0.693_147_180_559_945_3 / 1_024
        var sum = 1.0
        var term = 1.0
        for power in 1..<20 {
            term *= exponent / Double(power)
            sum += term
        }
        for _ in 0..<10 { sum *= sum }
        return sum
    }

    @Test("see the same whatever is read at once, and call touches as they are asked to")
    func pages() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let scope = try attribution.scope
        func found(
            _ store: TimelineStore,
            _ grain: AttributionV1.JourneySelection.Grain = .channel
        ) async throws -> FoundPaths {
            var request = AttributionV1.JourneySelection(Self.selection)
            request.grain = grain
            let plan = try JourneyPlan(request, in: scope)
            return try await TimelineReader(store, offload: nil)
                .paths(plan, isPartial: false, in: scope)
        }
        let whole = try await found(TimelineStore())
        for store in [TimelineStore(pageRows: 7), TimelineStore(pageBytes: 300)] {
            let parts = try await found(store)
            #expect(parts.fingerprint == whole.fingerprint && parts.report == whole.report)
            #expect(parts.table.channels == whole.table.channels)
            #expect(parts.table.conversions == whole.table.conversions)
            #expect(parts.table.nulls == whole.table.nulls)
            #expect(parts.table.values == whole.table.values)
        }
        #expect(
            try await found(TimelineStore(), .campaign).table.channels.names.sorted()
                == ["(none)", "brand", "spring"]
        )
        #expect(
            try await found(TimelineStore(), .sourceMedium).table.channels.names.sorted()
                == [
                    "(none) / (none)", "bing / cpc", "dv360 / display", "google / cpc", "mail / x",
                    "meta / (none)",
                ]
        )
        await attribution.stop()
    }

    @Test("refuse what no journeys are, and timelines that cannot be read")
    func refused() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(.random(seed: 1, count: 5))
        func refusal(
            _ code: StatusCode,
            _ words: String,
            _ change: (inout AttributionV1.JourneySelection) -> Void
        ) async throws {
            let error = await #expect(throws: RPCError.self) {
                try await attribution.run("linear") { request in
                    var journeys = AttributionV1.JourneySelection(Self.selection)
                    change(&journeys)
                    request.journeys = journeys
                }
            }
            #expect(error?.code == code, "\(String(describing: error))")
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        }
        let day = JourneySelection.day
        try await refusal(.invalidArgument, "to_time") { $0.toTime = $0.fromTime }
        try await refusal(.invalidArgument, "as_of") { request in
            request.asOf = AttributionV1.JourneySelection.time(20_000 * 10 * day)
        }
        try await refusal(.invalidArgument, "from_time") { $0.fromTime?.nanos = -1 }
        try await refusal(.invalidArgument, "click_window_days") { $0.clickWindowDays = 731 }
        try await refusal(.invalidArgument, "view_window_days") { $0.viewWindowDays = -1 }
        try await refusal(.invalidArgument, "closing_days") { $0.closingDays = 731 }
        try await refusal(.invalidArgument, "currency") { $0.currency = "eur" }
        try await refusal(.invalidArgument, "customers") { $0.customers = .init(rawValue: 3) }
        try await refusal(.invalidArgument, "value_mode") { $0.valueMode = .init(rawValue: 9) }
        try await refusal(.invalidArgument, "grain") { $0.grain = .init(rawValue: 6) }
        try await refusal(.invalidArgument, "kinds") {
            $0.kinds = Array(repeating: "x", count: 101)
        }
        try await refusal(.failedPrecondition, "nothing to credit") { $0.kinds = ["absent"] }
        let error = await #expect(throws: RPCError.self) {
            try await attribution.run("linear") { request in
                request.journeys = AttributionV1.JourneySelection()
                request.importID = "00000000-0000-4000-8000-000000000000"
            }
        }
        #expect(error?.message.contains("import_id") == true)
        try await attribution.change("u:p2", to: [0xFF])
        try await refusal(.dataLoss, "u:p2") { _ in }
        await attribution.stop()
    }
}
