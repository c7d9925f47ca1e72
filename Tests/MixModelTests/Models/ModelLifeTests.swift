import Contracts
import Messages
import MixModel
import RPC
import Testing
import Wire

@Suite("The life of models", .timeLimit(.minutes(5)))
struct ModelLifeTests {
    @Test("ends in one that counts, for each outcome and label")
    func promotion() async throws {
        let mix = try await ServedMixModel()
        let panel = try await mix.panel()
        var models: [MixModelV1.Model] = []
        for label in ["a", "a", "b"] {
            let model = try await mix.model(panel) { request in
                request.label = label
                request.sampling = .init()
                request.sampling?.method = .bayesianBootstrap
            }
            let end = try #require(try await mix.train(model).last)
            #expect(end.state == .completed && end.summary?.draws == 200, "\(end.problem)")
            models.append(end)
        }
        for model in models {
            var promote = MixModelV1.PromoteModelRequest()
            promote.modelID = model.modelID
            #expect(try await mix.models.promoteModel(promote).message.value().promoted)
        }
        var list = MixModelV1.ListModelsRequest()
        list.promoted = true
        let promoted = try await mix.models.listModels(list).message.value().models
        #expect(promoted.map(\.modelID) == [models[2].modelID, models[1].modelID])
        // The same fits, from the same seed.
        let digests = try await mix.rows(
            "select count(distinct md5(bytes)) from mix_chains where chain = 0"
        )
        #expect(digests == ["1"])
        await mix.stop()
    }

    @Test("begins once under a key, and ends with a panel that nobody keeps")
    func keyAndPanel() async throws {
        let mix = try await ServedMixModel()
        let panel = try await mix.panel()
        var request = MixModelV1.CreateModelRequest()
        (request.panelID, request.label) = (panel.panelID, "once")
        request.configuration = SmallModels.configuration
        var options = CallOptions()
        try options.metadata.add("idempotency-key", "attempt-1")
        let first = try await mix.models.createModel(request, options: options).message.value()
        let again = try await mix.models.createModel(request, options: options).message.value()
        #expect(first == again)
        #expect(try await mix.rows("select count(*) from mix_models") == ["1"])
        let other = try await mix.models.createModel(request).message.value()
        _ = try await mix.rows("update mix_panels set is_kept = false")
        for (model, left) in [(first, "1"), (other, "0")] {
            var delete = MixModelV1.DeleteModelRequest()
            delete.modelID = model.modelID
            _ = try await mix.models.deleteModel(delete)
            #expect(try await mix.rows("select count(*) from mix_panels") == [left])
        }
        await mix.stop()
    }

    @Test("is cut short by whoever cancels a training, which tells how far it is until then")
    func cancelled() async throws {
        var limits = TrainingLimits()
        limits.interval = .milliseconds(5)
        let mix = try await ServedMixModel(limits: limits)
        let panel = try await mix.panel()
        let long = try await mix.model(panel) { request in
            request.sampling = SmallModels.sampling(warmup: 20_000, draws: 20_000)
        }
        let waiting = try await mix.model(panel)
        var train = MixModelV1.TrainModelRequest()
        train.modelID = long.modelID
        _ = try await mix.models.trainModel(train)
        while try await mix.model(long.modelID).state != .training { await Task.yield() }
        train.modelID = waiting.modelID
        _ = try await mix.models.trainModel(train)
        #expect(try await mix.model(waiting.modelID).state == .queued)
        var watch = MixModelV1.WatchTrainingRequest()
        watch.modelID = long.modelID
        let news = try await mix.models.watchTraining(watch)
        var progress: MixModelV1.TrainingProgress?
        while progress?.chains.isEmpty ?? true, let model = try await news.next()?.value() {
            #expect(model.state == .training)
            progress = model.progress
        }
        #expect((progress?.fraction ?? 1) < 1 && progress?.chains.first?.draws == 40_000)
        var cancel = MixModelV1.CancelTrainingRequest()
        cancel.modelID = long.modelID
        let told = try await mix.models.cancelTraining(cancel).message.value()
        #expect(told.state == .cancelled && told.completeTime != nil)
        var last: MixModelV1.Model?
        while let model = try await news.next()?.value() { last = model }
        #expect(last?.state == .cancelled)
        // The answer may have been lost.
        #expect(try await mix.models.cancelTraining(cancel).message.value() == told)
        // Whose turn it was not, has it now.
        #expect(try await mix.watch(waiting).last?.state == .completed)
        var delete = MixModelV1.DeleteModelRequest()
        delete.modelID = long.modelID
        _ = try await mix.models.deleteModel(delete)
        #expect(
            try await mix.rows(
                "select 1 from mix_chains where model_id = '\(long.modelID)' limit 1"
            ) == []
        )
        await mix.stop()
    }
}
