import Contracts
import Messages
import RPC
import TestTenants
import Wire

// Calls of budgets, by models that other calls have had trained.
extension TenantAPI {
    static let budgetCalls: [TenantCall] = [
        TenantCall(MixModelV1.Budgets.optimizeBudget) { channel, words in
            let request = try await best(channel, words)
            let client = MixModelV1.Budgets.Client(channel)
            return [try await client.optimizeBudget(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Budgets.simulateBudget) { channel, words in
            var request = MixModelV1.SimulateBudgetRequest()
            (request.basis, request.unit) = (try await basis(channel, words), .total)
            let client = MixModelV1.Budgets.Client(channel)
            return [try await client.simulateBudget(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Budgets.getFrontier) { channel, words in
            var request = MixModelV1.GetFrontierRequest()
            request.request = try await best(channel, words)
            request.request?.goal = nil
            request.budgets = [300, 400]
            let client = MixModelV1.Budgets.Client(channel)
            return [try await client.getFrontier(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Budgets.savePlan) { channel, words in
            var request = MixModelV1.SavePlanRequest()
            (request.name, request.note) = (name(words), words.canary)
            request.content = .optimize(try await best(channel, words))
            let client = MixModelV1.Budgets.Client(channel)
            return [try await client.savePlan(request).message.canonicalBytes()]
        },
        .unary(
            MixModelV1.Budgets.listPlans,
            answering: MixModelV1.ListPlansResponse.View.self
        ) { _ in MixModelV1.ListPlansRequest() },
        .unary(MixModelV1.Budgets.getPlan, answering: MixModelV1.SavedPlan.View.self) { words in
            var request = MixModelV1.GetPlanRequest()
            request.name = name(words)
            return request
        },
        .unary(
            MixModelV1.Budgets.deletePlan,
            answering: MixModelV1.DeletePlanResponse.View.self
        ) { words in
            var request = MixModelV1.DeletePlanRequest()
            request.name = "\(name(words))-gone"
            return request
        },
    ]

    private static func name(_ words: TenantWords) -> String { words.canary.lowercased() }

    private static func best(
        _ channel: any RPCChannel,
        _ words: TenantWords
    ) async throws -> MixModelV1.OptimizeBudgetRequest {
        var request = MixModelV1.OptimizeBudgetRequest()
        (request.basis, request.unit) = (try await basis(channel, words), .perPeriod)
        request.goal = .budget(150)
        return request
    }

    /// Plans by a model that has completed.
    private static func basis(
        _ channel: any RPCChannel,
        _ words: TenantWords
    ) async throws -> MixModelV1.BudgetBasis {
        var list = MixModelV1.ListModelsRequest()
        list.state = .completed
        let known = try await MixModelV1.Models.Client(channel).listModels(list).message.value()
        var basis = MixModelV1.BudgetBasis()
        (basis.modelID, basis.periods) = (known.models.first?.modelID ?? words.canary, 2)
        return basis
    }
}
