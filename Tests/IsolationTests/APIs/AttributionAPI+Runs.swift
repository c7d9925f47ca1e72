import Contracts
import Messages
import RPC
import TestTenants
import Wire

// Calls of runs of models that are kept, each with runs of its own.
extension TenantAPI {
    static let runCalls: [TenantCall] = [
        TenantCall(AttributionV1.Runs.createRun) { channel, words in
            [try await create(AttributionV1.Runs.Client(channel), words).encoded()]
        },
        .unary(AttributionV1.Runs.createRun, answering: AttributionV1.Run.View.self) { words in
            var request = AttributionV1.CreateRunRequest()
            request.request = AttributionV1.RunModelsRequest()
            request.request?.model = words.canary
            return request
        },
        TenantCall(AttributionV1.Runs.getRun) { channel, words in
            let client = AttributionV1.Runs.Client(channel)
            var request = AttributionV1.GetRunRequest()
            request.runID = try await create(client, words).runID
            return [try await client.getRun(request).message.canonicalBytes()]
        },
        .unary(AttributionV1.Runs.getRun, answering: AttributionV1.Run.View.self) { words in
            var request = AttributionV1.GetRunRequest()
            request.runID = words.canary
            return request
        },
        .unary(
            AttributionV1.Runs.listRuns,
            answering: AttributionV1.ListRunsResponse.View.self
        ) { _ in AttributionV1.ListRunsRequest() },
        TenantCall(AttributionV1.Runs.compareRuns) { channel, words in
            let client = AttributionV1.Runs.Client(channel)
            var list = AttributionV1.ListRunsRequest()
            list.state = .completed
            let known = try await client.listRuns(list).message.value().runs
            var request = AttributionV1.CompareRunsRequest()
            request.left = known.first?.runID ?? words.canary
            request.right = known.last?.runID ?? words.canary
            return [try await client.compareRuns(request).message.canonicalBytes()]
        },
        TenantCall(AttributionV1.Runs.deleteRun) { channel, words in
            let client = AttributionV1.Runs.Client(channel)
            var request = AttributionV1.DeleteRunRequest()
            request.runID = try await create(client, words).runID
            return [try await client.deleteRun(request).message.canonicalBytes()]
        },
        .unary(
            AttributionV1.Runs.putRunSchedule,
            answering: AttributionV1.RunSchedule.View.self
        ) { words in
            var request = AttributionV1.PutRunScheduleRequest()
            (request.name, request.schedule) = ("r\(words.canary)", schedule(words))
            return request
        },
        .unary(
            AttributionV1.Runs.listRunSchedules,
            answering: AttributionV1.ListRunSchedulesResponse.View.self
        ) { _ in AttributionV1.ListRunSchedulesRequest() },
        .unary(
            AttributionV1.Runs.deleteRunSchedule,
            answering: AttributionV1.DeleteRunScheduleResponse.View.self
        ) { words in
            var request = AttributionV1.DeleteRunScheduleRequest()
            request.name = "absent-\(words.canary)"
            return request
        },
    ]

    private static func schedule(_ words: TenantWords) -> AttributionV1.RunSchedule {
        var schedule = AttributionV1.RunSchedule()
        schedule.label = "of \(words.canary)"
        schedule.request = request(words)
        schedule.days = 7
        return schedule
    }

    private static func request(_ words: TenantWords) -> AttributionV1.RunModelsRequest {
        var request = AttributionV1.RunModelsRequest()
        (request.model, request.replicates) = ("linear", 0)
        request.directChannels = [words.canary]
        return request
    }

    private static func create(
        _ client: AttributionV1.Runs.Client,
        _ words: TenantWords
    ) async throws -> AttributionV1.Run {
        var create = AttributionV1.CreateRunRequest()
        create.label = "of \(words.canary)"
        create.request = request(words)
        return try await client.createRun(create).message.value()
    }
}
