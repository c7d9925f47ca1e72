import Contracts
import Messages
import RPC
import Telemetry
import TestTenants
import Wire

// Calls of what models say.
extension TenantAPI {
    /// All calls of mix models.
    static let mixCalls =
        calibrationCalls + panelCalls + keptPanelCalls + mixModelCalls + refreshCalls + resultCalls
        + budgetCalls

    private static let resultCalls: [TenantCall] = [
        .unary(MixModelV1.Results.getResults, answering: MixModelV1.MixResults.View.self) { words in
            var request = MixModelV1.GetResultsRequest()
            request.modelID = words.canary
            return request
        },
        TenantCall(MixModelV1.Results.getResults) { channel, words in
            var request = MixModelV1.GetResultsRequest()
            request.modelID = try await completedModel(channel, words)
            let client = MixModelV1.Results.Client(channel)
            return [try await client.getResults(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Results.getContributions) { channel, words in
            var request = MixModelV1.GetContributionsRequest()
            request.modelID = try await completedModel(channel, words)
            let client = MixModelV1.Results.Client(channel)
            return [try await client.getContributions(request).message.canonicalBytes()]
        },
        .unary(
            MixModelV1.Results.getContributions,
            answering: MixModelV1.MixContributions.View.self
        ) { words in
            var request = MixModelV1.GetContributionsRequest()
            (request.modelID, request.geo) = (words.canary, words.canary)
            return request
        },
        TenantCall(MixModelV1.Results.getResponseCurves) { channel, words in
            var request = MixModelV1.GetResponseCurvesRequest()
            request.modelID = try await completedModel(channel, words)
            let client = MixModelV1.Results.Client(channel)
            return [try await client.getResponseCurves(request).message.canonicalBytes()]
        },
        TenantCall(MixModelV1.Results.getReview) { channel, words in
            var request = MixModelV1.GetReviewRequest()
            request.modelID = try await completedModel(channel, words)
            let client = MixModelV1.Results.Client(channel)
            return [try await client.getReview(request).message.canonicalBytes()]
        },
        .unary(
            MixModelV1.Results.compareModels,
            answering: MixModelV1.ModelComparison.View.self
        ) { words in
            var request = MixModelV1.CompareModelsRequest()
            request.modelIDs = [words.canary, words.canary]
            return request
        },
        // In a request and a trace that have the tenant's word.
        TenantCall(MixModelV1.Results.crossValidateModel) { channel, words in
            var request = MixModelV1.CrossValidateModelRequest()
            request.modelID = try await completedModel(channel, words)
            (request.folds, request.horizonPeriods) = (1, 4)
            var options = CallOptions()
            options.requestID = RequestID(words.canary)
            options.traceContext = TraceContext(
                traceparent: "00-\(words.canary)-00000000000000aa-01"
            )
            let client = MixModelV1.Results.Client(channel)
            let begun = try await client.crossValidateModel(request, options: options)
            return [begun.message.canonicalBytes()]
        },
        .unary(
            MixModelV1.Results.crossValidateModel,
            answering: OperationsV1.Operation.View.self
        ) { words in
            var request = MixModelV1.CrossValidateModelRequest()
            request.modelID = words.canary
            return request
        },
        TenantCall(MixModelV1.Results.getCrossValidation) { channel, words in
            var request = MixModelV1.GetCrossValidationRequest()
            request.modelID = try await completedModel(channel, words)
            let client = MixModelV1.Results.Client(channel)
            let end = ContinuousClock.now.advanced(by: .seconds(60))
            while true {
                do {
                    return [try await client.getCrossValidation(request).message.canonicalBytes()]
                } catch let error as RPCError
                    where error.code == .failedPrecondition && ContinuousClock.now < end
                {
                    // The job of the call before has not ended yet.
                    try Task.checkCancellation()
                }
            }
        },
        TenantCall(MixModelV1.Results.exportDraws) { channel, words in
            var request = MixModelV1.ExportDrawsRequest()
            request.modelID = try await completedModel(channel, words)
            let told = try await MixModelV1.Results.Client(channel).exportDraws(request)
            var all: [SharedBytes] = []
            while let message = try await told.next() { all.append(message.canonicalBytes()) }
            return all
        },
    ]

    /// A model that has completed: one that there is, or one that is trained for it.
    private static func completedModel(
        _ channel: any RPCChannel,
        _ words: TenantWords
    ) async throws -> String {
        let client = MixModelV1.Models.Client(channel)
        var list = MixModelV1.ListModelsRequest()
        list.state = .completed
        if let known = try await client.listModels(list).message.value().models.first {
            return known.modelID
        }
        let model = try await model(channel, words)
        var train = MixModelV1.TrainModelRequest()
        train.modelID = model.modelID
        _ = try await client.trainModel(train)
        var watch = MixModelV1.WatchTrainingRequest()
        watch.modelID = model.modelID
        let told = try await client.watchTraining(watch)
        while try await told.next() != nil {}
        return model.modelID
    }
}
