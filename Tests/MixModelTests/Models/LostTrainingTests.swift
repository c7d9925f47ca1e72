import Contracts
import Jobs
import Messages
import MixModel
import Testing

@Suite("A training whose worker is lost", .timeLimit(.minutes(5)))
struct LostTrainingTests {
    private func digests(_ model: MixModelV1.Model, _ mix: ServedMixModel) async throws -> [String]
    {
        try await mix.rows(
            """
            select chain, md5(bytes) from mix_chains where model_id = '\(model.modelID)'
            order by chain
            """
        )
    }

    @Test(
        "in its middle goes on where it was, on other threads, and gives the same bits",
        arguments: [false, true]
    )
    func lost(_ isJoint: Bool) async throws {
        var limits = TrainingLimits()
        (limits.threads, limits.interval, limits.saves) = (1, .milliseconds(5), 100)
        let mix = try await ServedMixModel(limits: limits)
        let panels = try await JointModelTests.panels(mix)
        let (panel, other) = (panels[0], JointModelTests.outcome(panels[1]))
        let whole = try await mix.model(panel) { request in
            request.sampling?.draws = 2_000
            if isJoint { request.furtherOutcomes = [other] }
        }
        try await mix.train(whole)
        let expected = try await digests(whole, mix)
        #expect(expected.count == 2)
        let broken = try await mix.model(panel) { request in
            request.sampling?.draws = 2_000
            if isJoint { request.furtherOutcomes = [other] }
        }
        var request = MixModelV1.TrainModelRequest()
        request.modelID = broken.modelID
        _ = try await mix.models.trainModel(request)
        try await mix.until("select 1 from mix_chains where model_id = '\(broken.modelID)'")
        try await mix.loseWorker(of: "train_model")
        let heir = try mix.heir()
        heir.start()
        try await mix.until("select 1 from jobs where attempts >= 2 and crashes >= 1")
        let end = try #require(try await mix.watch(broken).last)
        #expect(end.state == .completed, "\(end.problem)")
        #expect(try await digests(broken, mix) == expected)
        #expect(end.summary?.gradients == (try await mix.model(whole.modelID)).summary?.gradients)
        await heir.stop(within: .seconds(10))
        await mix.stop()
    }
}
