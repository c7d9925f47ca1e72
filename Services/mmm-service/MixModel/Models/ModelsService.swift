internal import Contracts
internal import Jobs
public import Messages
internal import Net
internal import Platform
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Keeps models and has them trained; its contract says what each method does.
struct ModelsService: MixModelV1.Models.Service {
    let database: TenantDatabase
    let refreshes: ModelRefreshes
    private let pages: PageTokens
    private let jobs: TrainingJobs
    private let maker: ModelMaker
    private let hearing: PanelHearing
    private let store = ModelStore()

    init(
        _ database: TenantDatabase,
        _ jobs: TrainingJobs,
        _ refreshes: ModelRefreshes,
        _ hearing: PanelHearing,
        pages: PageTokens,
        offload: WorkerPool?
    ) {
        self.database = database
        self.jobs = jobs
        self.refreshes = refreshes
        self.hearing = hearing
        self.pages = pages
        maker = ModelMaker(offload: offload)
    }

    // MARK: Models

    func createModel(
        _ request: Message<MixModelV1.CreateModelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Model> {
        let value = request.value()
        let scope = try database.scope(for: call)
        let key = value.validateOnly ? nil : try IdempotencyKey.key(in: call.metadata)
        if let first = try await scope.created(once: key, for: request, call) {
            return Reply(try await message(first, in: scope))
        }
        try ModelMaker.check(value)
        if !value.validateOnly {
            let count = 1 + value.furtherOutcomes.count
            try await store.checkRoom(for: count, trained: value.train, in: scope)
        }
        let heard = try await hearing.findings(
            on: value.outcomes().map(\.selection),
            .call(call)
        )
        let made = try await maker.make(value, heard: heard, in: scope)
        guard !value.validateOnly else {
            var model = made.members.first?.definition.model ?? .init()
            model.state = .draft
            model.panelID = value.panelID
            return Reply(model)
        }
        let ids = made.members.map { _ in JobID().uuid }
        let actor = scope.context.actor.description
        let id = try await scope.create(ids[0], once: key, for: request, call) { transaction in
            try await store.add(made, as: ids, by: actor, in: transaction)
            if value.train { try await queue(ids[0], in: transaction, of: scope, serving: call) }
        }
        return Reply(try await message(id, in: scope))
    }

    func getModel(
        _ request: Message<MixModelV1.GetModelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Model> {
        let id = try PostgresUUID(request.value().modelID, of: "model")
        return Reply(try await message(id, in: try database.scope(for: call)))
    }

    private func message(
        _ id: PostgresUUID,
        in scope: TenantScope
    ) async throws -> MixModelV1.Model {
        try await store.model(id, in: scope).message(of: jobs.service)
    }

    func listModels(
        _ request: Message<MixModelV1.ListModelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ListModelsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let state = ModelRecord.State.allCases.first { $0.message == value.state }
        var violations = FieldViolations()
        violations.check(
            state != nil || value.state == .unspecified,
            "state",
            "expected one that there is, or nothing"
        )
        for (text, field) in [(value.kpi, "kpi"), (value.label, "label")] {
            violations.check(!text.utf8.contains(0), field, "expected no U+0000")
        }
        try violations.finish("models cannot be listed like this")
        let found = try await store.list(
            value,
            state,
            before: page.placeText.flatMap { PostgresUUID($0) },
            limit: page.count + 1,
            in: try database.scope(for: call)
        )
        let (shown, next) = page.cut(found) { "\($0.id)" }
        var response = MixModelV1.ListModelsResponse()
        response.models = shown.map { $0.listed(of: jobs.service) }
        response.nextPageToken = next
        return Reply(response)
    }

    func promoteModel(
        _ request: Message<MixModelV1.PromoteModelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Model> {
        let id = try PostgresUUID(request.value().modelID, of: "model")
        let scope = try database.scope(for: call)
        try await scope.transaction { transaction in
            let record = try await store.held(id, in: transaction)
            guard record.state == .completed else {
                throw Self.refusal(record, "cannot be promoted")
            }
            if record.promoteTime == nil { try await store.promote(record, in: transaction) }
        }
        return Reply(try await message(id, in: scope))
    }

    func deleteModel(
        _ request: Message<MixModelV1.DeleteModelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.DeleteModelResponse> {
        let id = try PostgresUUID(request.value().modelID, of: "model")
        let scope = try database.scope(for: call)
        try await cancel(try await store.delete(id, in: scope), in: scope)
        return Reply(MixModelV1.DeleteModelResponse())
    }

    private static func refusal(_ record: ModelRecord, _ what: String) -> RPCError {
        RPCError(
            .failedPrecondition,
            "model_id: the model '\(record.id)' \(what): it is \(record.state.rawValue)"
                + (record.problem.map { ": \($0)" } ?? ""),
            ErrorDetails(reason: "MODEL_STATE")
        )
    }

    // MARK: Training

    func trainModel(
        _ request: Message<MixModelV1.TrainModelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Model> {
        let id = try PostgresUUID(request.value().modelID, of: "model")
        let scope = try database.scope(for: call)
        try await scope.transaction { transaction in
            let record = try await store.held(id, in: transaction)
            if record.state.isUnderWay { return }
            guard record.state != .completed, record.summary == nil else {
                throw Self.refusal(record, "has been trained, and would come out the same")
            }
            try await queue(record.leader, in: transaction, of: scope, serving: call)
        }
        return Reply(try await message(id, in: scope))
    }

    private func queue(
        _ id: PostgresUUID,
        in transaction: PostgresTransaction,
        of scope: TenantScope,
        serving call: ServerCall
    ) async throws {
        let job = jobs.job(of: id).serving(call)
        try await store.queue(id, as: job.id.uuid, in: transaction)
        try await jobs.queue.enqueue([job], in: transaction, of: scope)
    }

    func watchTraining(
        _ request: Message<MixModelV1.WatchTrainingRequest.View>,
        _ responses: ResponseStream<MixModelV1.Model>,
        _ call: ServerCall
    ) async throws {
        let id = try PostgresUUID(request.value().modelID, of: "model")
        let context = try call.tenant.context
        var last: MixModelV1.Model?
        while true {
            let scope = try database.scope(for: context, before: .now.advanced(by: .seconds(10)))
            let record = try await store.model(id, in: scope)
            let shown = record.message(of: jobs.service)
            if shown != last { try await responses.send(shown) }
            guard record.state.isUnderWay else { return }
            last = shown
            try await call.loop.sleep(for: jobs.limits.interval / 2)
        }
    }

    func cancelTraining(
        _ request: Message<MixModelV1.CancelTrainingRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Model> {
        let id = try PostgresUUID(request.value().modelID, of: "model")
        let scope = try database.scope(for: call)
        let job = try await scope.transaction { transaction in
            let record = try await store.held(id, in: transaction)
            // The answer may have been lost.
            guard record.state != .cancelled else { return PostgresUUID?.none }
            guard record.state.isUnderWay else {
                throw Self.refusal(record, "is not being trained")
            }
            try await store.cancel(record.leader, in: transaction)
            return record.job
        }
        try await cancel(job, in: scope)
        return Reply(try await message(id, in: scope))
    }

    /// Has a job not be done, or not any further.
    private func cancel(_ job: PostgresUUID?, in scope: TenantScope) async throws {
        guard let job, let id = JobID("\(job)"), try await jobs.queue.job(id, in: scope) != nil
        else { return }
        _ = try await jobs.queue.cancel(id, in: scope)
    }
}

extension MixModelV1.ListModelsRequest: PagedRequest {}
