import Contracts
import Jobs
import Messages
import RPC
import Tenancy
import TestTenants
import Testing
import Wire

@testable import Attribution

extension ServedAttribution {
    /// Creates a run.
    func create(
        _ model: String = "",
        label: String = "",
        _ change: (inout AttributionV1.RunModelsRequest) -> Void = { _ in }
    ) async throws -> AttributionV1.Run {
        var request = AttributionV1.CreateRunRequest()
        request.label = label
        var models = AttributionV1.RunModelsRequest()
        models.model = model
        change(&models)
        request.request = models
        return try await runs.createRun(request).message.value()
    }

    /// Creates a run, and waits until it is over.
    func finished(
        _ model: String = "",
        label: String = "",
        _ change: (inout AttributionV1.RunModelsRequest) -> Void = { _ in }
    ) async throws -> AttributionV1.Run {
        let created = try await create(model, label: label, change)
        try await served.finishJobs(of: served.members[0])
        try await tidy()
        return try await run(of: created.runID)
    }

    /// Notes what became of the jobs of runs, as rounds do.
    func tidy() async throws {
        try await RunTidying(served.jobs).tidy(in: try scope)
    }

    func run(of id: String) async throws -> AttributionV1.Run {
        var request = AttributionV1.GetRunRequest()
        request.runID = id
        return try await runs.getRun(request).message.value()
    }

    func list(
        _ change: (inout AttributionV1.ListRunsRequest) -> Void = { _ in }
    ) async throws -> AttributionV1.ListRunsResponse {
        var request = AttributionV1.ListRunsRequest()
        change(&request)
        return try await runs.listRuns(request).message.value()
    }

    func deleteRun(_ id: String) async throws {
        var request = AttributionV1.DeleteRunRequest()
        request.runID = id
        _ = try await runs.deleteRun(request)
    }

    func compare(
        _ left: String,
        _ right: String,
        sharedOnly: Bool = false
    ) async throws -> AttributionV1.RunComparison {
        var request = AttributionV1.CompareRunsRequest()
        (request.left, request.right, request.sharedOnly) = (left, right, sharedOnly)
        return try await runs.compareRuns(request).message.value()
    }

    /// Expects that something is refused.
    func refusal(
        _ code: StatusCode,
        _ words: String,
        _ body: () async throws -> Void
    ) async throws {
        let error = await #expect(throws: RPCError.self) { try await body() }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }
}
