import Contracts
import Messages
import RPC
import Testing
import Wire

@testable import MixModel

@Suite("Budgets", .timeLimit(.minutes(5)))
struct BudgetsTests {
    /// Plans for four weeks.
    private static func basis(_ model: MixModelV1.Model) -> MixModelV1.BudgetBasis {
        var basis = MixModelV1.BudgetBasis()
        (basis.modelID, basis.periods, basis.draws) = (model.modelID, 4, 100)
        return basis
    }

    private static func best(
        _ model: MixModelV1.Model,
        _ goal: MixModelV1.OptimizeBudgetRequest.Goal = .budget(800)
    ) -> MixModelV1.OptimizeBudgetRequest {
        var request = MixModelV1.OptimizeBudgetRequest()
        (request.basis, request.unit, request.goal) = (basis(model), .total, goal)
        return request
    }

    private func refusal(_ call: () async throws -> Void) async -> RPCError? {
        do {
            try await call()
            return nil
        } catch {
            return error as? RPCError
        }
    }

    @Test("are found by models that have completed, compared, simulated and kept")
    func budgets() async throws {
        let service = try await ServedMixModel()
        let client = service.budgets
        let panel = try await service.panel()
        let draft = try await service.model(panel)
        let early = await refusal { _ = try await client.optimizeBudget(Self.best(draft)) }
        #expect(early?.code == .failedPrecondition && early?.message.contains("draft") == true)
        let trained = try #require(try await service.train(draft).last)
        #expect(trained.state == .completed, "\(trained.problem)")
        let plan = try await client.optimizeBudget(Self.best(trained)).message.value()
        #expect(plan.lines.map(\.channel) == ["tv", "search"] && plan.kpi == "revenue")
        #expect(abs(plan.lines.reduce(0) { $0 + $1.recommended } - 800) < 1e-6)
        #expect(abs(plan.spend - 800) < 1e-6 && plan.unit == .total && plan.draws == 100)
        #expect(plan.firstDate == "2025-07-14" && plan.daysPerPeriod == 7)
        #expect((plan.gain?.lower ?? 0) <= (plan.gain?.upper ?? -1))
        #expect((0...1).contains(plan.gainProbability) && plan.intervalProbability == 0.9)
        let again = try await client.optimizeBudget(Self.best(trained)).message.value()
        #expect(again == plan)

        // The same money, said for each week.
        var weekly = Self.best(trained, .budget(200))
        weekly.unit = .perPeriod
        let same = try await client.optimizeBudget(weekly).message.value()
        #expect(abs(same.spend - 800) < 1e-6)
        #expect(abs(same.lines[0].recommended * 4 - plan.lines[0].recommended) < 1e-3)

        // What the plan gives, given.
        var given = MixModelV1.SimulateBudgetRequest()
        (given.basis, given.unit) = (Self.basis(trained), .total)
        given.spend = plan.lines.map { line in
            var spend = MixModelV1.SimulateBudgetRequest.Spend()
            (spend.channel, spend.amounts) = (line.channel, line.spend)
            return spend
        }
        let simulated = try await client.simulateBudget(given).message.value()
        #expect(simulated.outcome == plan.outcome && simulated.gain == plan.gain)
        #expect(simulated.search == nil && simulated.bindings.isEmpty)

        var frontier = MixModelV1.GetFrontierRequest()
        frontier.request = Self.best(trained)
        frontier.request?.goal = nil
        frontier.budgets = [200, 800, 1_600]
        let plans = try await client.getFrontier(frontier).message.value().plans
        let outcomes = plans.map { $0.outcome?.mean ?? 0 }
        #expect(outcomes.sorted() == outcomes && plans.count == 3)
        #expect(abs(outcomes[1] / (plan.outcome?.mean ?? 0) - 1) < 1e-6)
        #expect(plans.allSatisfy { $0.lines.allSatisfy(\.spend.isEmpty) })

        try await keep(plan, trained, service)
        try await refuse(trained, service)
        await service.stop()
    }

    private func keep(
        _ plan: MixModelV1.BudgetPlan,
        _ model: MixModelV1.Model,
        _ service: ServedMixModel
    ) async throws {
        let client = service.budgets
        // Without a promoted model, one has to be named.
        var saving = MixModelV1.SavePlanRequest()
        (saving.name, saving.note) = ("spring", "for the board")
        var request = Self.best(model)
        request.basis?.modelID = ""
        saving.content = .optimize(request)
        let none = await refusal { _ = try await client.savePlan(saving) }
        #expect(none?.code == .notFound && none?.message.contains("promote") == true)
        var promotion = MixModelV1.PromoteModelRequest()
        promotion.modelID = model.modelID
        _ = try await service.models.promoteModel(promotion)
        let saved = try await client.savePlan(saving).message.value()
        #expect(saved.plan == plan && saved.note == "for the board")
        guard case .optimize(let kept) = saved.request?.content else {
            Issue.record("nothing is kept of what was asked")
            return
        }
        #expect(kept.basis?.modelID == model.modelID)
        var get = MixModelV1.GetPlanRequest()
        get.name = "spring"
        #expect(try await client.getPlan(get).message.value() == saved)
        let listed = try await client.listPlans(.init()).message.value()
        #expect(listed.plans.map(\.name) == ["spring"] && listed.nextPageToken.isEmpty)
        #expect(listed.plans[0].request == nil && listed.plans[0].plan?.lines.isEmpty == true)
        // Another tenant sees none of it, and the same name is put in its place.
        let theirs = await refusal { _ = try await service.otherBudgets.getPlan(get) }
        #expect(theirs?.code == .notFound)
        saving.note = "again"
        _ = try await client.savePlan(saving)
        #expect(try await client.getPlan(get).message.value().note == "again")
        var deletion = MixModelV1.DeletePlanRequest()
        deletion.name = "spring"
        _ = try await client.deletePlan(deletion)
        let gone = await refusal { _ = try await client.deletePlan(deletion) }
        #expect(gone?.code == .notFound)
    }

    /// What is asked wrongly, and what no plan can reach.
    private func refuse(_ model: MixModelV1.Model, _ service: ServedMixModel) async throws {
        func asked(
            _ goal: MixModelV1.OptimizeBudgetRequest.Goal? = .budget(800),
            _ change: (inout MixModelV1.OptimizeBudgetRequest) -> Void
        ) async -> RPCError? {
            var request = Self.best(model)
            request.goal = goal
            change(&request)
            let wanted = request
            return await refusal { _ = try await service.budgets.optimizeBudget(wanted) }
        }
        let unit = await asked { $0.unit = .unspecified }
        #expect(unit?.code == .invalidArgument && unit?.message.contains("unit") == true)
        let goal = await asked(nil) { _ in }
        #expect(goal?.message.contains("expected one of budget") == true)
        var limits = [MixModelV1.BudgetLimit(), MixModelV1.BudgetLimit()]
        (limits[0].channels, limits[0].min) = (["tv"], 500)
        (limits[1].channels, limits[1].min) = (["search"], 400)
        let clash = await asked { $0.limits = limits }
        #expect(clash?.code == .invalidArgument)
        #expect(
            clash?.message
                == "budget: 800 in all is less than the 900 that tv, search must spend at "
                + "least; raise the budget by 100 or lower the least amounts"
        )
        (limits[0].min, limits[0].max) = (nil, 900)
        (limits[1].min, limits[1].max) = (nil, 900)
        let high = await asked(.outcome(1e12)) { $0.limits = limits }
        #expect(high?.code == .failedPrecondition)
        #expect(high?.message.contains("no plan within the limits brings") == true)
        let endless = await asked(.marginalReturn(0.5)) { _ in }
        #expect(endless?.code == .invalidArgument)
        #expect(endless?.message.contains("say the most it may spend") == true)
        let periods = await asked { $0.basis?.periods = 0 }
        #expect(periods?.message.hasSuffix("basis.periods: expected 1 to 208") == true)
        let nobody = await asked { $0.basis?.modelID = "00000000-0000-7000-8000-000000000000" }
        #expect(nobody?.code == .notFound)
    }
}
