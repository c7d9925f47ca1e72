import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("Overview", .timeLimit(.minutes(5)))
struct OverviewServiceTests {
    private func overview(
        _ platform: ServedPlatform,
        from: String = "",
        to: String = ""
    ) async throws -> ControlV1.GetOverviewResponse {
        let channel = try platform.channel(
            0,
            scopes: "attribution:read events:read models:read series:read"
        )
        var request = ControlV1.GetOverviewRequest()
        (request.from, request.to) = (from, to)
        return try await ControlV1.Overviews.Client(channel).getOverview(request).message.value()
    }

    /// Ingest with events of three days and one series.
    private static var ingest: [RPCMethod] {
        [
            .unary(IngestV1.Events.countEvents) {
                (request: Message<IngestV1.CountEventsRequest.View>, _: ServerCall) in
                var response = IngestV1.CountEventsResponse()
                response.timeZone = "Europe/Berlin"
                for (day, kind, channel, events) in [
                    (request.value().from, IngestV1.Event.Kind.page, "email", 7),
                    ("2026-01-10", .page, "", 5), ("2026-01-12", .conversion, "email", 2),
                ] {
                    var count = IngestV1.CountEventsResponse.Count()
                    (count.day, count.kind, count.channel) = (day, kind, channel)
                    count.events = Int64(events)
                    response.counts.append(count)
                }
                return Reply(response)
            },
            .unary(IngestV1.Series.describeSeries) {
                (_: Message<IngestV1.DescribeSeriesRequest.View>, _: ServerCall) in
                var series = IngestV1.SeriesDescription()
                (series.kind, series.name, series.lastDate) = ("kpi", "revenue", "2026-01-11")
                (series.rows, series.missingDays) = (90, 3)
                var response = IngestV1.DescribeSeriesResponse()
                response.series = [series]
                return Reply(response)
            },
        ]
    }

    /// A mix model that counts.
    private static var mmm: [RPCMethod] {
        [
            .unary(MixModelV1.Models.listModels) {
                (request: Message<MixModelV1.ListModelsRequest.View>, _: ServerCall) in
                guard request.value().promoted else {
                    throw RPCError(.invalidArgument, "only models that count are told")
                }
                var model = MixModelV1.Model()
                (model.modelID, model.kpi, model.lastDate) = ("m1", "revenue", "2026-01-11")
                model.summary = MixModelV1.TrainingSummary()
                model.summary?.verdict = "It can be trusted."
                var response = MixModelV1.ListModelsResponse()
                response.models = [model]
                return Reply(response)
            }
        ]
    }

    /// Attribution with a run of two models, and 30 channels.
    private static var attribution: [RPCMethod] {
        [
            .unary(AttributionV1.Timelines.describeTimelines) {
                (_: Message<AttributionV1.DescribeTimelinesRequest.View>, _: ServerCall) in
                var description = AttributionV1.TimelinesDescription()
                (description.persons, description.waitingIDs) = (11, 1)
                return Reply(description)
            },
            .unary(AttributionV1.Runs.listRuns) {
                (request: Message<AttributionV1.ListRunsRequest.View>, _: ServerCall) in
                guard request.value().state == .completed else {
                    throw RPCError(.invalidArgument, "runs that have not completed say nothing")
                }
                var run = AttributionV1.Run()
                run.runID = "newest"
                var response = AttributionV1.ListRunsResponse()
                response.runs = [run]
                return Reply(response)
            },
            .unary(AttributionV1.Runs.getRun) {
                (request: Message<AttributionV1.GetRunRequest.View>, _: ServerCall) in
                var model = AttributionV1.ModelResult()
                model.model = "markov"
                model.channels = (0..<30).map { place in
                    var credit = AttributionV1.ChannelCredit()
                    (credit.channel, credit.conversions) = ("c\(place)", Double(30 - place))
                    return credit
                }
                var run = AttributionV1.Run()
                (run.runID, run.label) = (request.value().runID, "nightly")
                run.result = AttributionV1.ModelRun()
                run.result?.models = [model, AttributionV1.ModelResult()]
                run.result?.conversions = 465
                return Reply(run)
            },
        ]
    }

    @Test("has what each service says")
    func whole() async throws {
        let healthy = HealthService.being(.serving)
        let platform = try await ServedPlatform(
            [
                .init(name: "ingest", health: healthy, methods: Self.ingest),
                .init(name: "attribution", health: healthy, methods: Self.attribution),
            ],
            besides: Self.mmm
        )
        let response = try await overview(platform, from: "2026-01-01", to: "2026-01-31")
        #expect((response.from, response.to) == ("2026-01-01", "2026-01-31"))
        let events = try #require(response.events)
        #expect(events.events == 14 && events.withoutChannel == 5)
        #expect(events.kinds.map { "\($0.kind) \($0.events)" } == ["page 12", "conversion 2"])
        #expect(events.lastDate == "2026-01-12" && events.timeZone == "Europe/Berlin")
        #expect(response.series.map(\.name) == ["revenue"])
        #expect(response.series.first?.missingDays == 3)
        #expect(response.journeys?.persons == 11 && response.journeys?.hasNews == true)
        let run = try #require(response.attribution)
        #expect((run.runID, run.label, run.model) == ("newest", "nightly", "markov"))
        #expect(run.conversions == 465 && run.credits.count == 20)
        #expect(run.credits.first?.conversions == 30)
        let model = try #require(response.mixModels.first)
        #expect((model.modelID, model.kpi, model.lastDate) == ("m1", "revenue", "2026-01-11"))
        #expect(model.verdict == "It can be trusted.")
        #expect(response.failedParts.isEmpty)
        // Four weeks to today, if nobody says.
        let usual = try await overview(platform)
        #expect(usual.from < usual.to && usual.events?.events == 14)
        await platform.stop()
    }

    @Test("names what does not answer, and has the rest")
    func missing() async throws {
        let healthy = HealthService.being(.serving)
        let platform = try await ServedPlatform(
            [
                .init(name: "ingest", health: healthy, isGone: true),
                .init(name: "attribution", health: healthy, methods: Self.attribution),
            ],
            besides: Self.mmm,
            timeout: .seconds(3)
        )
        let response = try await overview(platform)
        #expect(response.events == nil && response.series.isEmpty)
        #expect(response.attribution?.runID == "newest" && response.mixModels.count == 1)
        #expect(response.failedParts.map(\.name) == ["ingest/events", "ingest/series"])
        #expect(response.failedParts.allSatisfy { $0.code == "UNAVAILABLE" })
        await platform.stop()
    }

    @Test(
        "is of days that there are",
        arguments: [
            ("2026-02-30", "2026-03-01", "from"), ("2026-03-02", "2026-03-01", "not before"),
            ("2020-01-01", "2026-03-01", "800"), ("", "soon", "to"),
        ]
    )
    func days(from: String, to: String, part: String) async throws {
        let platform = try await ServedPlatform()
        do {
            _ = try await overview(platform, from: from, to: to)
            Issue.record("it was not refused")
        } catch let error as RPCError {
            #expect(error.code == .invalidArgument && "\(error)".contains(part), "\(error)")
        }
        await platform.stop()
    }
}
