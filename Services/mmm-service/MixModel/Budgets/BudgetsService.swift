internal import Contracts
internal import MediaMix
public import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Finds budgets by mix models, and keeps plans; its contract says what each method does.
struct BudgetsService: MixModelV1.Budgets.Service {
    private let database: TenantDatabase
    private let pages: PageTokens
    private let store = BudgetPlanStore()
    private let maker: BudgetMaker

    /// How many budgets a frontier has at most.
    private static let mostBudgets = 50

    init(_ database: TenantDatabase, pages: PageTokens, offload: WorkerPool?) {
        self.database = database
        self.pages = pages
        maker = BudgetMaker(offload: offload)
    }

    // MARK: Computing

    func optimizeBudget(
        _ request: Message<MixModelV1.OptimizeBudgetRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.BudgetPlan> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check(value)
        try violations.finish("the budget cannot be found")
        return Reply(try await maker.best(value, in: try database.scope(for: call)))
    }

    func simulateBudget(
        _ request: Message<MixModelV1.SimulateBudgetRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.BudgetPlan> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check(value.basis ?? .init(), value.unit)
        try violations.finish("the budget cannot be simulated")
        return Reply(try await maker.given(value, in: try database.scope(for: call)))
    }

    func getFrontier(
        _ request: Message<MixModelV1.GetFrontierRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.BudgetFrontier> {
        let value = request.value()
        let wanted = value.request ?? .init()
        var violations = FieldViolations()
        violations.check(wanted, hasGoal: false, in: "request.")
        violations.check(
            (1...Self.mostBudgets).contains(value.budgets.count),
            "budgets",
            "expected 1 to \(Self.mostBudgets)"
        )
        for (index, budget) in value.budgets.prefix(Self.mostBudgets).enumerated() {
            violations.check(
                budget > 0 && budget.isFinite,
                "budgets[\(index)]",
                "expected a number above 0"
            )
        }
        try violations.finish("the frontier cannot be found")
        let scope = try database.scope(for: call)
        var response = MixModelV1.BudgetFrontier()
        response.plans = try await maker.frontier(wanted, value.budgets, in: scope)
        return Reply(response)
    }

    // MARK: Keeping

    func savePlan(
        _ request: Message<MixModelV1.SavePlanRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.SavedPlan> {
        var value = request.value()
        var violations = FieldViolations()
        violations.checkPlan(name: value.name)
        violations.check(
            value.note.count <= 1_000 && !value.note.utf8.contains(0),
            "note",
            "expected at most 1000 characters without U+0000"
        )
        switch value.content {
        case .optimize(let content): violations.check(content, in: "optimize.")
        case .simulate(let content):
            violations.check(content.basis ?? .init(), content.unit, in: "simulate.")
        case nil: violations.check(false, "content", "expected optimize or simulate")
        }
        try violations.finish("the plan cannot be saved")
        let scope = try database.scope(for: call)
        let plan: MixModelV1.BudgetPlan
        switch value.content {
        case .optimize(var content):
            plan = try await maker.best(content, in: scope)
            content.basis?.take(plan)
            value.content = .optimize(content)
        case .simulate(var content):
            plan = try await maker.given(content, in: scope)
            content.basis?.take(plan)
            value.content = .simulate(content)
        case nil: throw RPCError(.invalidArgument, "content: expected optimize or simulate")
        }
        var saved = MixModelV1.SavedPlan()
        (saved.name, saved.note, saved.request, saved.plan) = (value.name, value.note, value, plan)
        saved.actor = scope.context.actor.description
        let now = UTCTimestamp.now
        saved.createTime = .init(now)
        try await store.put(saved, at: now, in: scope)
        return Reply(saved)
    }

    func listPlans(
        _ request: Message<MixModelV1.ListPlansRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ListPlansResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let found = try await store.list(
            after: page.placeText,
            limit: page.count + 1,
            in: try database.scope(for: call)
        )
        let (shown, next) = page.cut(found) { $0.name }
        var response = MixModelV1.ListPlansResponse()
        response.plans = shown.map(\.summary)
        response.nextPageToken = next
        return Reply(response)
    }

    func getPlan(
        _ request: Message<MixModelV1.GetPlanRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.SavedPlan> {
        let name = try Self.name(request.value().name)
        return Reply(try await store.plan(name, in: try database.scope(for: call)))
    }

    func deletePlan(
        _ request: Message<MixModelV1.DeletePlanRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.DeletePlanResponse> {
        let name = try Self.name(request.value().name)
        try await store.delete(name, in: try database.scope(for: call))
        return Reply(.init())
    }

    private static func name(_ name: String) throws(RPCError) -> String {
        var violations = FieldViolations()
        violations.checkPlan(name: name)
        try violations.finish("there is no such plan")
        return name
    }
}

extension FieldViolations {
    fileprivate mutating func checkPlan(name: String) {
        check(
            name.isSlug,
            "name",
            "expected 1 to 63 of a-z, 0-9, _ and -, a letter first"
        )
    }
}

extension MixModelV1.BudgetBasis {
    /// Names the model that a plan was made by.
    fileprivate mutating func take(_ plan: MixModelV1.BudgetPlan) {
        (modelID, kpi) = (plan.modelID, "")
    }
}

extension MixModelV1.SavedPlan {
    /// What lists have of it.
    fileprivate var summary: Self {
        var summary = self
        summary.request = nil
        summary.plan?.lines = []
        summary.plan?.bindings = []
        return summary
    }
}

extension MixModelV1.ListPlansRequest: PagedRequest {}
