import MediaMix
import Messages
import Postgres
import RPC
import Schema
import Tenancy
import TestTenants
import Testing
import Wire

@testable import MixModel

@Suite("Mix models", .timeLimit(.minutes(5)))
struct TrainingTests {
    @Test("are trained by jobs that tell how far they are, and kept with their draws")
    func trained() async throws {
        var limits = TrainingLimits()
        limits.interval = .milliseconds(50)
        let service = try await ServedMixModel(limits: limits)
        let panel = try await service.panel()
        let draft = try await service.model(panel)
        #expect(draft.state == .draft && draft.parameters > 5 && draft.operation.isEmpty)
        #expect(draft.kpi == "revenue" && draft.channels == ["tv", "search"])
        let told = try await service.train(draft)
        let model = try #require(told.last)
        #expect(model.state == .completed, "\(model.problem)")
        #expect(model.progress?.fraction == 1)
        let summary = try #require(model.summary)
        #expect(summary.largestRHat < 1.1 && summary.draws == 400 && summary.gradients > 1_000)
        #expect(model.version == "1.2.3" && model.startTime != nil && model.completeTime != nil)
        let scope = try service.scope
        let id = try #require(PostgresUUID(model.modelID))
        let stored = try await FittedModels(offload: nil).fit(of: id, in: scope)
        #expect(stored.fit.draws.chains.count == 2 && stored.fit.draws.count == 200)
        #expect(stored.about.kpi == "revenue" && stored.traces.count == 2)
        await #expect(throws: RPCError.self) {
            _ = try await FittedModels(offload: nil).fit(
                of: try #require(PostgresUUID(try await service.model(panel).modelID)),
                in: scope
            )
        }
        await service.stop()
    }
}
