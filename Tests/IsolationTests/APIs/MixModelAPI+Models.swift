import Contracts
import Messages
import RPC
import TestTenants
import Wire

// Calls of panels that are kept, and of models that are fitted to them.
extension TenantAPI {
    static let keptPanelCalls: [TenantCall] = [
        TenantCall(MixModelV1.Panels.createPanel) { channel, words in
            [try await panel(channel, words).encoded()]
        },
        .unary(MixModelV1.Panels.createPanel, answering: MixModelV1.Panel.View.self) { words in
            var request = MixModelV1.CreatePanelRequest()
            var selection = MixModelV1.PanelSelection()
            selection.kpi = words.canary
            request.source = .selection(selection)
            return request
        },
        .unary(
            MixModelV1.Panels.listPanels,
            answering: MixModelV1.ListPanelsResponse.View.self
        ) { _ in MixModelV1.ListPanelsRequest() },
        .unary(MixModelV1.Panels.getPanel, answering: MixModelV1.Panel.View.self) { words in
            var request = MixModelV1.GetPanelRequest()
            request.panelID = words.canary
            return request
        },
        TenantCall(MixModelV1.Panels.getPanel) { channel, words in
            var request = MixModelV1.GetPanelRequest()
            request.panelID = try await panel(channel, words).panelID
            let client = MixModelV1.Panels.Client(channel)
            return [try await client.getPanel(request).message.canonicalBytes()]
        },
        .unary(
            MixModelV1.Panels.deletePanel,
            answering: MixModelV1.DeletePanelResponse.View.self
        ) { words in
            var request = MixModelV1.DeletePanelRequest()
            request.panelID = words.canary
            return request
        },
    ]

    static let mixModelCalls: [TenantCall] = [
        TenantCall(MixModelV1.Models.createModel) { channel, words in
            [try await model(channel, words).encoded()]
        },
        .unary(
            MixModelV1.Models.listModels,
            answering: MixModelV1.ListModelsResponse.View.self
        ) { _ in MixModelV1.ListModelsRequest() },
        TenantCall(MixModelV1.Models.trainModel) { channel, words in
            var request = MixModelV1.TrainModelRequest()
            request.modelID = try await model(channel, words).modelID
            let client = MixModelV1.Models.Client(channel)
            return [try await client.trainModel(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Models.watchTraining) { channel, words in
            var request = MixModelV1.WatchTrainingRequest()
            request.modelID = try await model(channel, words).modelID
            let told = try await MixModelV1.Models.Client(channel).watchTraining(request)
            var all: [SharedBytes] = []
            while let message = try await told.next() { all.append(message.canonicalBytes()) }
            return all
        },
        .unary(
            MixModelV1.Models.cancelTraining,
            answering: MixModelV1.Model.View.self
        ) { words in
            var request = MixModelV1.CancelTrainingRequest()
            request.modelID = words.canary
            return request
        },
        TenantCall(MixModelV1.Models.promoteModel) { channel, words in
            let client = MixModelV1.Models.Client(channel)
            var list = MixModelV1.ListModelsRequest()
            list.state = .completed
            let known = try await client.listModels(list).message.value().models
            var request = MixModelV1.PromoteModelRequest()
            request.modelID = known.first?.modelID ?? words.canary
            return [try await client.promoteModel(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Models.getModel) { channel, words in
            let client = MixModelV1.Models.Client(channel)
            var request = MixModelV1.GetModelRequest()
            request.modelID = try await model(channel, words).modelID
            return [try await client.getModel(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Models.deleteModel) { channel, words in
            let client = MixModelV1.Models.Client(channel)
            var request = MixModelV1.DeleteModelRequest()
            request.modelID = try await model(channel, words).modelID
            return [try await client.deleteModel(request).message.canonicalBytes()]
        },
    ]

    static let refreshCalls: [TenantCall] = [
        .unary(
            MixModelV1.Models.putModelRefresh,
            answering: MixModelV1.ModelRefresh.View.self
        ) { words in
            var request = MixModelV1.PutModelRefreshRequest()
            (request.name, request.refresh) = ("m\(words.canary)", refresh(words))
            return request
        },
        .unary(
            MixModelV1.Models.putModelRefresh,
            answering: MixModelV1.ModelRefresh.View.self
        ) { words in
            var request = MixModelV1.PutModelRefreshRequest()
            (request.name, request.refresh) = ("shared-refresh", refresh(words))
            return request
        },
        .unary(
            MixModelV1.Models.listModelRefreshes,
            answering: MixModelV1.ListModelRefreshesResponse.View.self
        ) { _ in MixModelV1.ListModelRefreshesRequest() },
        .unary(
            MixModelV1.Models.deleteModelRefresh,
            answering: MixModelV1.DeleteModelRefreshResponse.View.self
        ) { words in
            var request = MixModelV1.DeleteModelRefreshRequest()
            request.name = "absent-\(words.canary)"
            return request
        },
    ]

    private static func refresh(_ words: TenantWords) -> MixModelV1.ModelRefresh {
        var request = MixModelV1.CreateModelRequest()
        request.label = "of \(words.canary)"
        request.selection = MixModelV1.PanelSelection()
        request.selection?.kpi = words.canary
        var refresh = MixModelV1.ModelRefresh()
        refresh.request = request
        return refresh
    }

    /// A panel in which the outcome and a channel are called by the tenant's word.
    private static func panel(
        _ channel: any RPCChannel,
        _ words: TenantWords
    ) async throws -> MixModelV1.Panel {
        var lines = ["date,\(words.canary),\(words.canary)_spend"]
        for number in 0..<84 {
            let month = number < 31 ? 1 : number < 59 ? 2 : 3
            let day = 1 + number - (month == 1 ? 0 : month == 2 ? 31 : 59)
            let spend = 100 + 37 * number % 61
            let date = "2025-0\(month)-\(day < 10 ? "0" : "")\(day)"
            lines.append("\(date),\(900 + 3 * spend + 17 * number % 23),\(spend)")
        }
        var table = MixModelV1.PanelTable()
        table.csv = Array((lines.joined(separator: "\n") + "\n").utf8)
        table.roles[words.canary] = "outcome"
        var request = MixModelV1.CreatePanelRequest()
        (request.label, request.source) = ("of \(words.canary)", .table(table))
        let client = MixModelV1.Panels.Client(channel)
        return try await client.createPanel(request).message.value()
    }

    static func model(
        _ channel: any RPCChannel,
        _ words: TenantWords
    ) async throws -> MixModelV1.Model {
        var request = MixModelV1.CreateModelRequest()
        request.label = "of \(words.canary) \(words.round)"
        request.panelID = try await panel(channel, words).panelID
        var configuration = MixModelV1.MixConfiguration()
        configuration.seasons = .init()
        var medium = MixModelV1.MediumConfiguration()
        (medium.effect, medium.lags) = (.coefficient, 2)
        configuration.channel = medium
        request.configuration = configuration
        var sampling = MixModelV1.Sampling()
        (sampling.chains, sampling.warmup, sampling.draws) = (2, 50, 50)
        request.sampling = sampling
        let client = MixModelV1.Models.Client(channel)
        return try await client.createModel(request).message.value()
    }
}
