import Contracts
import Messages
import RPC
import TestTenants
import Wire

// Calls of models: what tenants see of their own paths.
extension TenantAPI {
    static let timelineCalls: [TenantCall] = [
        .unary(
            AttributionV1.Timelines.buildTimelines,
            answering: OperationsV1.Operation.View.self
        ) { _ in AttributionV1.BuildTimelinesRequest() },
        .unary(
            AttributionV1.Timelines.describeTimelines,
            answering: AttributionV1.TimelinesDescription.View.self
        ) { _ in AttributionV1.DescribeTimelinesRequest() },
    ]

    static let modelCalls: [TenantCall] = [
        .unary(
            AttributionV1.Models.listModels,
            answering: AttributionV1.ListModelsResponse.View.self
        ) { _ in AttributionV1.ListModelsRequest() },
        .unary(
            AttributionV1.Models.listPathTables,
            answering: AttributionV1.ListPathTablesResponse.View.self
        ) { _ in AttributionV1.ListPathTablesRequest() },
        .unary(
            AttributionV1.Models.summarizePaths,
            answering: AttributionV1.PathSummary.View.self
        ) { words in
            var request = AttributionV1.SummarizePathsRequest()
            var removed = AttributionV1.PathTransform()
            (removed.kind, removed.channel) = (.remove, words.canary)
            request.transforms = [removed]
            return request
        },
        .unary(
            AttributionV1.Models.runModels,
            answering: AttributionV1.ModelRun.View.self
        ) { words in
            var request = AttributionV1.RunModelsRequest()
            request.directChannels = [words.canary]
            return request
        },
    ]

    static let journeyCalls: [TenantCall] = [
        .unary(
            AttributionV1.Models.runModels,
            answering: AttributionV1.ModelRun.View.self
        ) { words in
            var request = AttributionV1.RunModelsRequest()
            request.journeys = AttributionV1.JourneySelection()
            request.journeys?.kinds = [words.canary]
            return request
        },
        TenantCall(AttributionV1.Credits.streamTouchCredit) { channel, words in
            var request = AttributionV1.StreamTouchCreditRequest()
            request.model = AttributionV1.ModelChoice()
            request.model?.name = "linear"
            request.journeys = AttributionV1.JourneySelection()
            request.journeys?.kinds = [words.canary]
            let client = AttributionV1.Credits.Client(channel)
            let stream = try await client.streamTouchCredit(request)
            var told: [SharedBytes] = []
            while let message = try await stream.next() { told.append(message.canonicalBytes()) }
            return told
        },
        .unary(
            AttributionV1.Journeys.listJourneys,
            answering: AttributionV1.ListJourneysResponse.View.self
        ) { _ in AttributionV1.ListJourneysRequest() },
        .unary(
            AttributionV1.Journeys.getTimeline,
            answering: AttributionV1.PersonTimeline.View.self
        ) { words in
            var request = AttributionV1.GetTimelineRequest()
            request.id = "u:\(words.canary)"
            return request
        },
        .unary(
            AttributionV1.Journeys.nextBestChannel,
            answering: AttributionV1.NextBestChannelResponse.View.self
        ) { words in
            var request = AttributionV1.NextBestChannelRequest()
            request.prefix = [words.canary]
            return request
        },
        .unary(
            AttributionV1.Journeys.getStepTree,
            answering: AttributionV1.StepTree.View.self
        ) { _ in
            var request = AttributionV1.GetStepTreeRequest()
            request.journeys = AttributionV1.JourneySelection()
            return request
        },
    ]
}
