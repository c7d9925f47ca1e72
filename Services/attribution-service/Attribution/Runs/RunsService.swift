internal import Contracts
internal import Jobs
public import Messages
internal import Postgres
internal import RPC
public import Tenancy
internal import Wire

/// Keeps runs of models; its contract says what each method does.
struct RunsService: AttributionV1.Runs.Service {
    private let database: TenantDatabase
    private let source: PathSource
    private let jobs: RunJobs
    private let schedules: RunSchedules
    private let pages: PageTokens
    private let store = RunStore()

    /// How many runs are kept until somebody deletes them, and how many may be under way.
    private static let most = (kept: 1_000, open: 100)

    init(_ database: TenantDatabase, _ source: PathSource, _ jobs: RunJobs, pages: PageTokens) {
        self.database = database
        self.source = source
        self.jobs = jobs
        self.pages = pages
        schedules = RunSchedules(jobs)
    }

    // MARK: Runs

    func createRun(
        _ request: Message<AttributionV1.CreateRunRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.Run> {
        let value = request.value()
        let wanted = value.request ?? .init()
        var violations = FieldViolations()
        violations.check(wanted, label: value.label, "")
        try violations.finish("the run cannot be created")
        _ = try ModelPlan(wanted)
        let scope = try database.scope(for: call)
        let key = try IdempotencyKey.key(in: call.metadata)
        if let first = try await scope.created(once: key, for: request, call) {
            return Reply(try await store.run(first, in: scope).message(of: jobs.service))
        }
        try await source.check(
            importID: wanted.importID,
            journeys: wanted.journeys,
            isPartial: wanted.allowPartial,
            in: scope
        )
        let job = jobs.type.job(.init()).serving(call)
        let actor = scope.context.actor
        let record = RunRecord(job.id.uuid, value.label, seed: wanted.seed, by: actor)
        let id = try await scope.create(record.id, once: key, for: request, call) { transaction in
            try Self.checkRoom(try await store.counts(in: transaction))
            try await store.add(record, wanted, in: transaction)
            try await jobs.queue.enqueue([job], in: transaction, of: scope)
        }
        guard id == record.id else {
            return Reply(try await store.run(id, in: scope).message(of: jobs.service))
        }
        var message = record.message(of: jobs.service)
        message.request = wanted
        return Reply(message)
    }

    private static func checkRoom(_ counts: (kept: Int64, open: Int64)) throws(RPCError) {
        guard counts.kept < most.kept else {
            throw RPCError(
                .resourceExhausted,
                "there are \(most.kept) runs, which is as many as are kept: delete some",
                ErrorDetails(reason: "RUNS_KEPT")
            )
        }
        guard counts.open < most.open else {
            throw RPCError(
                .resourceExhausted,
                "\(most.open) runs are not over: create another when one of them is",
                ErrorDetails(reason: "RUNS_OPEN", retryAfter: .seconds(10))
            )
        }
    }

    func getRun(
        _ request: Message<AttributionV1.GetRunRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.Run> {
        let id = try Self.id(request.value().runID, "run_id")
        let scope = try database.scope(for: call)
        return Reply(try await store.run(id, in: scope).message(of: jobs.service))
    }

    func listRuns(
        _ request: Message<AttributionV1.ListRunsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.ListRunsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let state = RunRecord.State.allCases.first { $0.message == value.state }
        var violations = FieldViolations()
        violations.check(
            state != nil || value.state == .unspecified,
            "state",
            "expected one that there is, or nothing"
        )
        violations.check(!value.schedule.utf8.contains(0), "schedule", "expected no U+0000")
        try violations.finish("runs cannot be listed like this")
        let scope = try database.scope(for: call)
        let found = try await store.runs(
            state,
            of: value.schedule.isEmpty ? nil : value.schedule,
            before: page.placeText.flatMap { PostgresUUID($0) },
            limit: page.count + 1,
            in: scope
        )
        let (shown, next) = page.cut(found) { "\($0.id)" }
        var response = AttributionV1.ListRunsResponse()
        response.runs = shown.map { $0.message(of: jobs.service) }
        response.nextPageToken = next
        return Reply(response)
    }

    func deleteRun(
        _ request: Message<AttributionV1.DeleteRunRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.DeleteRunResponse> {
        let text = request.value().runID
        let id = try Self.id(text, "run_id")
        let scope = try database.scope(for: call)
        guard try await store.delete(id, in: scope) else {
            throw RPCError(.notFound, "run_id: there is no run '\(id)'")
        }
        if let job = JobID(text), try await jobs.queue.job(job, in: scope) != nil {
            try await jobs.queue.cancel(job, in: scope)
        }
        return Reply(AttributionV1.DeleteRunResponse())
    }

    func compareRuns(
        _ request: Message<AttributionV1.CompareRunsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.RunComparison> {
        let value = request.value()
        let (left, right) = (try Self.id(value.left, "left"), try Self.id(value.right, "right"))
        let scope = try database.scope(for: call)
        return Reply(
            try RunComparison.message(
                try await store.run(left, in: scope),
                try await store.run(right, in: scope),
                isSharedOnly: value.sharedOnly,
                of: jobs.service
            )
        )
    }

    private static func id(_ text: String, _ field: String) throws(RPCError) -> PostgresUUID {
        guard let id = PostgresUUID(text), text == "\(id)" else {
            throw RPCError(.invalidArgument, "\(field): expected the id of a run")
        }
        return id
    }

    // MARK: Schedules

    func putRunSchedule(
        _ request: Message<AttributionV1.PutRunScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.RunSchedule> {
        let value = request.value()
        var schedule = value.schedule ?? .init()
        schedule.name = value.name
        return Reply(try await schedules.put(schedule, in: try database.scope(for: call)))
    }

    func listRunSchedules(
        _ request: Message<AttributionV1.ListRunSchedulesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.ListRunSchedulesResponse> {
        var response = AttributionV1.ListRunSchedulesResponse()
        response.schedules = try await schedules.all(in: try database.scope(for: call))
        return Reply(response)
    }

    func deleteRunSchedule(
        _ request: Message<AttributionV1.DeleteRunScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.DeleteRunScheduleResponse> {
        try await schedules.delete(request.value().name, in: try database.scope(for: call))
        return Reply(AttributionV1.DeleteRunScheduleResponse())
    }
}

extension AttributionV1.ListRunsRequest: PagedRequest {}

extension FieldViolations {
    private static let mostRequestBytes = 64 << 10

    /// Checks what a run is made of, but for what a plan of its models checks.
    ///
    /// - Parameters:
    ///   - request: which models, over what.
    ///   - label: what it is called.
    ///   - prefix: where both stand, with a point behind it.
    mutating func check(
        _ request: AttributionV1.RunModelsRequest,
        label: String,
        _ prefix: String
    ) {
        check(
            request.encoded().count <= Self.mostRequestBytes,
            "\(prefix)request",
            "expected at most 64 KiB"
        )
        check(
            label.count <= 200 && !label.utf8.contains(0),
            "\(prefix)label",
            "expected up to 200 characters without U+0000"
        )
    }
}
