internal import MediaMix
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy

/// Computes plans by models, a few at once.
struct BudgetMaker: Sendable {
    private let offload: WorkerPool?
    private let fits: FittedModels
    private let models = ModelStore()
    private let slots = TenantSlots(
        "budgets",
        reason: "BUDGETS_AT_ONCE",
        perTenant: 2,
        inAll: 4
    )

    /// - Parameter offload: threads for what takes long; nil to take the loop's time.
    init(offload: WorkerPool?) {
        self.offload = offload
        fits = FittedModels(offload: offload)
    }

    /// The best plan.
    ///
    /// - Parameters:
    ///   - value: checked.
    ///   - scope: the tenant's.
    /// - Returns: the plan.
    /// - Throws: as the contract says; `PostgresError`.
    func best(
        _ value: MixModelV1.OptimizeBudgetRequest,
        in scope: TenantScope
    ) async throws -> MixModelV1.BudgetPlan {
        let goal: BudgetRequest.Goal =
            switch value.goal {
            case .budget(let amount): .budget(amount)
            case .returnOnSpend(let rate): .returnOnSpend(rate)
            case .marginalReturn(let rate): .marginalReturn(rate)
            case .outcome(let outcome): .outcome(outcome)
            case nil: throw RPCError(.invalidArgument, "goal: expected one")
            }
        return try await plans(value.basis ?? .init(), value.unit, in: scope) { mapping in
            let request = try mapping.request(value, goal)
            return [try BudgetOptimizer(mapping.budget.response, request).optimize()]
        }[0]
    }

    /// The best plan for each of several budgets, without what is spent in single periods.
    ///
    /// - Parameters:
    ///   - value: checked, without a goal.
    ///   - budgets: checked.
    ///   - scope: the tenant's.
    /// - Returns: the plans, in the order of the budgets.
    /// - Throws: as the contract says; `PostgresError`.
    func frontier(
        _ value: MixModelV1.OptimizeBudgetRequest,
        _ budgets: [Double],
        in scope: TenantScope
    ) async throws -> [MixModelV1.BudgetPlan] {
        var found = try await plans(value.basis ?? .init(), value.unit, in: scope) { mapping in
            let request = try mapping.request(value, .budget(budgets[0]))
            return try BudgetOptimizer.frontier(
                mapping.budget.response,
                request,
                budgets: budgets
            )
        }
        for plan in found.indices {
            for line in found[plan].lines.indices { found[plan].lines[line].spend = [] }
        }
        return found
    }

    /// What given spend brings.
    ///
    /// - Parameters:
    ///   - value: with a checked basis.
    ///   - scope: the tenant's.
    /// - Returns: the plan.
    /// - Throws: as the contract says; `PostgresError`.
    func given(
        _ value: MixModelV1.SimulateBudgetRequest,
        in scope: TenantScope
    ) async throws -> MixModelV1.BudgetPlan {
        try await plans(value.basis ?? .init(), value.unit, in: scope) { mapping in
            let spend = try mapping.spend(value)
            let appraisal = BudgetAppraisal(
                mapping.budget.response,
                lines: mapping.budget.lines.map(\.budget),
                valuePerOutcome: mapping.budget.valuePerOutcome,
                intervalProbability: mapping.intervalProbability
            )
            return [try appraisal.plan(spend)]
        }[0]
    }

    /// Makes plans by the model that is asked for.
    private func plans(
        _ basis: MixModelV1.BudgetBasis,
        _ unit: MixModelV1.BudgetUnit,
        in scope: TenantScope,
        _ make: @escaping @Sendable (inout BudgetMapping) throws -> [BudgetPlan]
    ) async throws -> [MixModelV1.BudgetPlan] {
        try await slots.use(for: scope.tenant) {
            let stored = try await fits.fit(of: try await model(basis, in: scope), in: scope)
            return try await offload.runBeside {
                do {
                    let budget = try MixBudget(
                        stored.fit,
                        MixBudgetFrame(basis),
                        after: stored.panel
                    )
                    var mapping = BudgetMapping(budget, basis, unit)
                    let plans = try make(&mapping)
                    var about = stored.about
                    about.modelID = "\(stored.record.id)"
                    about.summary = stored.record.summary
                    return plans.map { .init($0, mapping, of: about, after: stored.panel) }
                } catch let refusal as BudgetRefusal {
                    throw RPCError(refusal)
                } catch let refusal as MixModelError {
                    throw RPCError(.failedPrecondition, refusal.description)
                }
            }
        }
    }

    /// The model that is named, or the promoted one.
    private func model(
        _ basis: MixModelV1.BudgetBasis,
        in scope: TenantScope
    ) async throws -> PostgresUUID {
        if let id = PostgresUUID(basis.modelID) { return id }
        var filter = MixModelV1.ListModelsRequest()
        (filter.promoted, filter.kpi) = (true, basis.kpi)
        let found = try await models.list(filter, nil, before: nil, limit: 2, in: scope)
        guard let first = found.first else {
            let whose = basis.kpi.isEmpty ? "" : " for '\(basis.kpi)'"
            throw RPCError(
                .notFound,
                "basis.kpi: no model is promoted\(whose); promote one, or name one in "
                    + "basis.model_id",
                ErrorDetails(reason: "NO_PROMOTED_MODEL")
            )
        }
        guard found.count == 1 else {
            throw RPCError(
                .failedPrecondition,
                "basis.model_id: several models are promoted, as \(first.id) and \(found[1].id); "
                    + "name one, or the outcome in basis.kpi",
                ErrorDetails(reason: "SEVERAL_PROMOTED_MODELS")
            )
        }
        return first.id
    }
}
