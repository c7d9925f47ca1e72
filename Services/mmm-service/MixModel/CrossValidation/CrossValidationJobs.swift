internal import Jobs
internal import Messages
internal import Net
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Finds out by jobs how well models predict what they have not seen.
struct CrossValidationJobs: Sendable {
    /// As of trainings, with which these share processors.
    private let trainings: TrainingJobs
    private let type: JobType<MixModelV1.StoredCrossValidationOrder>
    private let offload: WorkerPool?
    private let models = ModelStore()
    private let panels = StoredPanelStore()
    private let store = ResultStore()
    /// Each looks at a whole panel.
    private let looks = TenantSlots(
        "looks at what is to be cross-validated",
        reason: "CROSS_VALIDATIONS_AT_ONCE",
        perTenant: 1,
        inAll: 4
    )

    /// The most of a tenant that are not over.
    private static let mostOpen = 20
    /// How long one attempt may take.
    private static let limit = Duration.seconds(86_400)

    init(_ trainings: TrainingJobs, offload: WorkerPool?) {
        self.trainings = trainings
        self.offload = offload
        type = JobType("cross_validate_model", of: trainings.service)
    }

    /// What they end with.
    var result: JobResult { JobResult(of: type, MixModelV1.CrossValidation.self) }

    /// Has a model cross-validated, after all has been looked at that can be known before.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - call: what it is asked by.
    ///   - scope: the tenant's.
    /// - Returns: the operation, or that of the same request which waits or runs already.
    /// - Throws: as the contract says; `PostgresError`.
    func enqueue(
        _ request: MixModelV1.CrossValidateModelRequest,
        for call: ServerCall,
        in scope: TenantScope
    ) async throws -> OperationsV1.Operation {
        try await checkRoom(in: scope)
        let plan = try await looks.use(for: scope.tenant) {
            let found = try await self.plan(request, in: scope)
            _ = try await offload.runBeside { try found.model(of: found.parts(0)) }
            return found
        }
        var order = MixModelV1.StoredCrossValidationOrder()
        order.request = plan.request
        var job = type.job(order)
        let extent = [plan.request.folds, plan.request.horizonPeriods]
        job.uniqueness = .untilDone("\(type.kind) \(plan.request.modelID) \(extent)")
        return try await trainings.queue.operation(of: job, for: call, in: scope)
    }

    /// Refuses more when many are to be done.
    private func checkRoom(in scope: TenantScope) async throws {
        var own = JobQueue.Filter()
        (own.queue, own.kind) = (type.queue.text, type.kind)
        var open = 0
        for state in JobState.allCases where !state.isOver {
            own.state = state
            open += try await trainings.queue.jobs(own, in: scope, limit: Self.mostOpen).count
        }
        guard open < Self.mostOpen else {
            throw RPCError(
                .resourceExhausted,
                "\(open) cross-validations are not over: ask again when some are",
                ErrorDetails(reason: "CROSS_VALIDATIONS_OPEN")
            )
        }
    }

    private func plan(
        _ request: MixModelV1.CrossValidateModelRequest,
        in scope: TenantScope
    ) async throws -> CrossValidationPlan {
        let id = try PostgresUUID(request.modelID, of: "model")
        let group = try await models.model(id, in: scope).group
        var found: [(record: ModelRecord, panel: Panel)] = []
        for member in group {
            let record = try await models.model(member, in: scope)
            found.append((record, try await panels.contents(record.panel, in: scope)))
        }
        guard let asked = group.firstIndex(of: id) else {
            throw RPCError(.dataLoss, "the model '\(id)' is not among those it is drawn with")
        }
        let models = found
        return try await offload.runBeside {
            try CrossValidationPlan(request, of: asked, among: models)
        }
    }

    /// How they are done.
    var handler: JobHandler {
        var retries = JobRetryPolicy()
        (retries.mostFailures, retries.mostCrashes) = (5, 5)
        return JobHandler(type, retries: retries, limit: Self.limit) { order, run in
            guard let request = order.request else {
                throw JobInterruption.discard("the order names no model")
            }
            try await trainings.withSlot(for: run.context.tenant) {
                try await attempt(request, run)
            }
        }
    }

    private func attempt(
        _ request: MixModelV1.CrossValidateModelRequest,
        _ run: JobRun
    ) async throws {
        let plan = try await plan(request, in: try run.scope())
        let validation = CrossValidationRun(
            plan,
            run,
            trainings.limits,
            version: trainings.version,
            offload: offload
        )
        let ids = plan.outcomes.map(\.id)
        let found = try await validation.end { transaction in
            guard try await store.isThere(ids[plan.asked], in: transaction) else {
                throw Self.deleted
            }
        }
        try await run.complete(found[plan.asked].encoded()) { transaction in
            // Before the rows themselves, as all do who change more than one.
            if ids.count > 1 { try await models.hold(in: transaction) }
            for (id, found) in zip(ids, found) {
                guard try await store.put(found, of: id, in: transaction) else {
                    throw Self.deleted
                }
            }
        }
    }

    private static let deleted = JobInterruption.discard("the model has been deleted")
}
