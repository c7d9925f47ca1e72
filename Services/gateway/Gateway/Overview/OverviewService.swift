public import Contracts
public import Messages
internal import Postgres
public import RPC
internal import Tenancy
internal import Telemetry
public import Wire

/// Tells what a tenant has and knows, by asking all services at once; its contract says what each
/// method does.
public struct OverviewService: ControlV1.Overviews.Service {
    private typealias Response = ControlV1.GetOverviewResponse

    private let platform: PlatformCalls

    /// Asks services.
    ///
    /// - Parameter platform: the services.
    public init(_ platform: PlatformCalls) {
        self.platform = platform
    }

    /// How many days there are if nobody says.
    private static let usualDays: Int32 = 28
    /// How many days are counted at most.
    private static let mostDays: Int32 = 800
    /// How many channels of a run are told.
    private static let mostCredits = 20
    /// How many mix models are told.
    private static let mostModels: Int32 = 50

    /// Part of the answer, as a service gives it.
    private typealias Answer = @Sendable (inout ControlV1.GetOverviewResponse) -> Void

    /// Tells what there is.
    public func getOverview(
        _ request: Message<ControlV1.GetOverviewRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<ControlV1.GetOverviewResponse> {
        let (from, to) = try Self.days(of: request.value())
        var response = ControlV1.GetOverviewResponse()
        (response.from, response.to) = (from.text, to.text)
        var parts: [FanOut.Part<Answer>] = []
        for backend in platform.backends {
            switch backend.service.text {
            case "ingest": parts += try ingest(backend, response.from, response.to, call)
            case "attribution": parts += try attribution(backend, call)
            case "mmm": parts.append(try mixModels(backend, call))
            default: break
            }
        }
        for outcome in try await platform.run(parts, for: call) {
            switch outcome {
            case .arrived(let fill): fill(&response)
            case .missing(let failure): response.failedParts.append(.init(failure))
            }
        }
        return Reply(response)
    }

    /// The days that a request is about.
    private static func days(
        of request: ControlV1.GetOverviewRequest
    ) throws(RPCError) -> (from: PostgresDate, to: PostgresDate) {
        var violations = FieldViolations()
        func day(_ text: String, _ field: String) -> PostgresDate? {
            let day = PostgresDate(text: text)
            violations.check(day != nil, field, "expected a day as 2026-01-31, or nothing")
            return day
        }
        let today = String("\(UTCTimestamp.now)".prefix("2026-01-31".count))
        let to = day(request.to.isEmpty ? today : request.to, "to")
        let from = request.from.isEmpty ? to?.adding(1 - usualDays) : day(request.from, "from")
        if let from, let to {
            violations.check(
                from <= to && to.daysSince1970 - from.daysSince1970 < mostDays,
                "to",
                "expected a day not before from, and at most \(mostDays) days in all"
            )
        }
        try violations.finish("there is no such overview")
        guard let from, let to else { throw RPCError.fault("days that are right are none") }
        return (from, to)
    }

    // MARK: Ingest

    private func ingest(
        _ backend: Backend,
        _ from: String,
        _ to: String,
        _ call: ServerCall
    ) throws -> [FanOut.Part<Answer>] {
        let channel = try platform.channel(to: backend, for: call)
        let options = platform.options(of: call)
        let events = FanOut.Part<Answer>("ingest/events", of: "ingest") {
            var request = IngestV1.CountEventsRequest()
            (request.from, request.to) = (from, to)
            let counted = try await IngestV1.Events.Client(channel)
                .countEvents(request, options: options).message.value()
            return { $0.events = Self.totals(counted) }
        }
        let series = FanOut.Part<Answer>("ingest/series", of: "ingest") {
            let described = try await IngestV1.Series.Client(channel)
                .describeSeries(IngestV1.DescribeSeriesRequest(), options: options)
                .message.value()
            return { $0.series = described.series.map(Self.state) }
        }
        return [events, series]
    }

    private static func totals(
        _ counted: IngestV1.CountEventsResponse
    ) -> Response.EventTotals {
        var totals = Response.EventTotals()
        totals.timeZone = counted.timeZone
        var kinds: [Int32: Int64] = [:]
        for count in counted.counts {
            totals.events += count.events
            kinds[count.kind.rawValue, default: 0] += count.events
            if count.channel.isEmpty { totals.withoutChannel += count.events }
            totals.lastDate = max(totals.lastDate, count.day)
        }
        totals.kinds = kinds.sorted { $0.key < $1.key }.map { kind, events in
            var count = Response.EventTotals.Count()
            let name = IngestV1.Event.Kind(rawValue: kind).name ?? "KIND_\(kind)"
            count.kind = name.dropFirst("KIND_".count).lowercased()
            count.events = events
            return count
        }
        return totals
    }

    private static func state(_ series: IngestV1.SeriesDescription) -> Response.SeriesState {
        var state = Response.SeriesState()
        (state.kind, state.name) = (series.kind, series.name)
        (state.firstDate, state.lastDate) = (series.firstDate, series.lastDate)
        (state.rows, state.missingDays) = (series.rows, series.missingDays)
        return state
    }

    // MARK: Attribution

    private func attribution(
        _ backend: Backend,
        _ call: ServerCall
    ) throws -> [FanOut.Part<Answer>] {
        let channel = try platform.channel(to: backend, for: call)
        let options = platform.options(of: call)
        let journeys = FanOut.Part<Answer>("attribution/journeys", of: "attribution") {
            let described = try await AttributionV1.Timelines.Client(channel)
                .describeTimelines(AttributionV1.DescribeTimelinesRequest(), options: options)
                .message.value()
            return { $0.journeys = Self.state(described) }
        }
        let run = FanOut.Part<Answer>("attribution/run", of: "attribution") {
            let runs = AttributionV1.Runs.Client(channel)
            var list = AttributionV1.ListRunsRequest()
            (list.state, list.pageSize) = (.completed, 1)
            let found = try await runs.listRuns(list, options: options).message.value()
            guard let newest = found.runs.first else { return { _ in } }
            var get = AttributionV1.GetRunRequest()
            get.runID = newest.runID
            let run = try await runs.getRun(get, options: options).message.value()
            return { $0.attribution = Self.summary(run) }
        }
        return [journeys, run]
    }

    private static func state(
        _ described: AttributionV1.TimelinesDescription
    ) -> Response.JourneyState {
        var state = Response.JourneyState()
        (state.persons, state.conversions) = (described.persons, described.conversions)
        state.currentTime = described.currentTime
        state.hasNews = described.hasNews || described.waitingIDs > 0
        return state
    }

    private static func summary(_ run: AttributionV1.Run) -> Response.AttributionSummary {
        var summary = Response.AttributionSummary()
        (summary.runID, summary.label, summary.endTime) = (run.runID, run.label, run.endTime)
        guard let result = run.result else { return summary }
        (summary.conversions, summary.value) = (result.conversions, result.value)
        summary.disagreement = result.disagreement
        guard let model = result.models.first else { return summary }
        summary.model = model.model
        summary.credits = model.channels.prefix(mostCredits).map { own in
            var credit = Response.AttributionSummary.Credit()
            (credit.channel, credit.conversions) = (own.channel, own.conversions)
            (credit.value, credit.conversionShare) = (own.value, own.conversionShare)
            return credit
        }
        return summary
    }

    // MARK: Mix models

    private func mixModels(_ backend: Backend, _ call: ServerCall) throws -> FanOut.Part<Answer> {
        let channel = try platform.channel(to: backend, for: call)
        let options = platform.options(of: call)
        return FanOut.Part("mmm/models", of: "mmm") {
            var request = MixModelV1.ListModelsRequest()
            (request.promoted, request.pageSize) = (true, Self.mostModels)
            let found = try await MixModelV1.Models.Client(channel)
                .listModels(request, options: options).message.value()
            return { $0.mixModels = found.models.map(Self.summary) }
        }
    }

    private static func summary(_ model: MixModelV1.Model) -> Response.MixModelSummary {
        var summary = Response.MixModelSummary()
        (summary.modelID, summary.label) = (model.modelID, model.label)
        (summary.kpi, summary.channels) = (model.kpi, model.channels)
        (summary.firstDate, summary.lastDate) = (model.firstDate, model.lastDate)
        summary.completeTime = model.completeTime
        summary.verdict = model.summary?.verdict ?? ""
        return summary
    }
}
