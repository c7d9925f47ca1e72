import Contracts
import Messages
import MixModel
import Numerics
import Panels
import RPC
import TestKit
import Testing
import Wire

/// Files and models that are trained in a second, also by a program that is built for debugging.
enum SmallModels {
    /// A file of weeks with two channels, of which one does much.
    ///
    /// Each is dark now and then, so that what they do can be told from the baseline: of a channel
    /// that is always on, some seeds draw too little in so short a time.
    static func csv(weeks: Int = 80, seed: UInt64 = 3) -> String {
        var random = RandomStream(seed: seed)
        var lines = ["date,revenue,tv_spend,search_spend"]
        for week in 0..<weeks {
            let tv = week % 4 == 3 ? 0 : 100 + 80 * random.uniform()
            let search = week % 3 == 1 ? 0 : 40 + 60 * random.uniform()
            let revenue = 500 + 2 * tv + search + 25 * random.normal()
            let day = PanelDay(number: 19_723 + 7 * week)
            lines.append("\(day),\(revenue),\(tv),\(search)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A model of few parameters.
    static var configuration: MixModelV1.MixConfiguration {
        var configuration = MixModelV1.MixConfiguration()
        // No season.
        configuration.seasons = .init()
        var medium = MixModelV1.MediumConfiguration()
        medium.lags = 3
        medium.effect = .coefficient
        configuration.channel = medium
        return configuration
    }

    /// A training of a second.
    static func sampling(
        chains: Int32 = 2,
        warmup: Int32 = 300,
        draws: Int32 = 200
    ) -> MixModelV1.Sampling {
        var sampling = MixModelV1.Sampling()
        (sampling.chains, sampling.warmup, sampling.draws) = (chains, warmup, draws)
        sampling.seed = 1
        return sampling
    }
}

extension ServedMixModel {
    /// Keeps the panel of a file.
    func panel(
        _ csv: String = SmallModels.csv(),
        _ change: (inout MixModelV1.PanelTable) -> Void = { _ in }
    ) async throws -> MixModelV1.Panel {
        var table = MixModelV1.PanelTable()
        table.csv = Array(csv.utf8)
        change(&table)
        var request = MixModelV1.CreatePanelRequest()
        (request.label, request.source) = ("small", .table(table))
        return try await panels.createPanel(request).message.value()
    }

    /// Creates a model.
    func model(
        _ panel: MixModelV1.Panel,
        _ change: (inout MixModelV1.CreateModelRequest) -> Void = { _ in }
    ) async throws -> MixModelV1.Model {
        var request = MixModelV1.CreateModelRequest()
        (request.label, request.panelID) = ("small", panel.panelID)
        request.configuration = SmallModels.configuration
        request.sampling = SmallModels.sampling()
        change(&request)
        return try await models.createModel(request).message.value()
    }

    /// A model as it is.
    func model(_ id: String) async throws -> MixModelV1.Model {
        var request = MixModelV1.GetModelRequest()
        request.modelID = id
        return try await models.getModel(request).message.value()
    }

    /// Has a model trained, and watches that to its end.
    @discardableResult
    func train(_ model: MixModelV1.Model) async throws -> [MixModelV1.Model] {
        var request = MixModelV1.TrainModelRequest()
        request.modelID = model.modelID
        _ = try await models.trainModel(request)
        return try await watch(model)
    }

    /// All that is told of a model until it is not trained any more.
    func watch(_ model: MixModelV1.Model) async throws -> [MixModelV1.Model] {
        var request = MixModelV1.WatchTrainingRequest()
        request.modelID = model.modelID
        let told = try await models.watchTraining(request)
        var all: [MixModelV1.Model] = []
        while let message = try await told.next() { all.append(message.value()) }
        return all
    }
}
