internal import Contracts
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Takes in events; its contract says what each method does.
struct EventsService: IngestV1.Events.Service {
    private let database: TenantDatabase
    private let intake: EventIntake
    private let store = EventStore()

    private static let mostEvents = 10_000
    /// How many batches of a stream are without an answer at once.
    private static let mostBatches = 8

    init(_ database: TenantDatabase, _ intake: EventIntake) {
        self.database = database
        self.intake = intake
    }

    // MARK: Writing

    func writeEvents(
        _ request: Message<IngestV1.WriteEventsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.WriteEventsResponse> {
        Reply(try await write(request, call))
    }

    func streamEvents(
        _ requests: RequestStream<IngestV1.WriteEventsRequest.View>,
        _ responses: ResponseStream<IngestV1.WriteEventsResponse>,
        _ call: ServerCall
    ) async throws {
        let loop = call.loop
        var answers: [Task<Void, any Error>] = []
        while let request = try await requests.next() {
            if answers.count == Self.mostBatches { try await answers.removeFirst().value }
            let before = answers.last
            let answer = Task(executorPreference: loop) {
                _ = await loop.arrive()
                do {
                    let response = try await write(request, call)
                    try await before?.value
                    try await responses.send(response)
                } catch {
                    // Whoever waits for this answer may send nothing more before it.
                    call.fail(RPCError.told(of: error, IngestService.status(of:)))
                    throw error
                }
            }
            answers.append(answer)
        }
        try await answers.last?.value
    }

    private func write(
        _ request: Message<IngestV1.WriteEventsRequest.View>,
        _ call: ServerCall
    ) async throws -> IngestV1.WriteEventsResponse {
        let (count, origin, hasFixedTimes) = Self.parts(of: request)
        guard (1...Self.mostEvents).contains(count) else {
            throw RPCError(.invalidArgument, "events: expected 1 to 10,000")
        }
        let outcome = try await intake.take(
            MessageArrivals(message: request, count: count),
            from: try EventOrigin.name(origin, "origin", standard: "api"),
            hasFixedTimes: hasFixedTimes,
            for: call
        )
        return IngestV1.WriteEventsResponse(outcome)
    }

    /// What a request has beside its events, and how many of those.
    private static func parts(
        of request: Message<IngestV1.WriteEventsRequest.View>
    ) -> (count: Int, origin: String, hasFixedTimes: Bool) {
        let view = request.view
        return (view.events.count, String(view.origin), view.hasFixedTimes)
    }

    // MARK: Reading

    func countEvents(
        _ request: Message<IngestV1.CountEventsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.CountEventsResponse> {
        let value = request.value()
        guard let from = PostgresDate(text: value.from), let to = PostgresDate(text: value.to),
            from <= to, to.daysSince1970 - from.daysSince1970 < 800
        else {
            throw RPCError(
                .invalidArgument,
                "from, to: expected a first and a last day as 2026-01-31, 800 days at most"
            )
        }
        let scope = try database.scope(for: call)
        var response = IngestV1.CountEventsResponse()
        response.timeZone = scope.entry.settings.timeZone
        response.counts = try await store.count(
            from...to,
            in: response.timeZone,
            kind: value.kind == .unspecified ? nil : Int16(value.kind.rawValue),
            scope
        )
        return Reply(response)
    }

    func listEventCommits(
        _ request: Message<IngestV1.ListEventCommitsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListEventCommitsResponse> {
        let value = request.value()
        let place = try EventPlace(value.after)
        guard value.pageSize >= 0 else {
            throw RPCError(.invalidArgument, "page_size: expected 0 or more")
        }
        let count = value.pageSize == 0 ? 50 : min(Int(value.pageSize), 1_000)
        let scope = try database.scope(for: call)
        let found = try await store.commits(after: place, limit: count + 1, in: scope)
        var response = IngestV1.ListEventCommitsResponse()
        response.commits = found.prefix(count).map(\.1)
        response.next = (found.prefix(count).last?.0 ?? place).text
        response.hasMore = found.count > count
        return Reply(response)
    }
}

extension IngestV1.WriteEventsResponse {
    /// Tells what became of rows.
    init(_ result: EventIntake.Outcome) {
        self.init()
        batch = result.batch?.description ?? ""
        for (index, fate) in result.outcomes.enumerated() {
            var outcome = Outcome()
            outcome.index = Int32(index)
            switch fate {
            case .accepted, .corrected:
                accepted += 1
                continue
            case .duplicate:
                duplicates += 1
                outcome.fate = .duplicate
            case .rejected(let fault):
                if fault.reason == .forgotten {
                    refused += 1
                    outcome.fate = .refused
                } else {
                    rejected += 1
                    outcome.fate = .rejected
                }
                outcome.field = fault.field
                outcome.reason = fault.description
            }
            outcomes.append(outcome)
        }
    }
}
