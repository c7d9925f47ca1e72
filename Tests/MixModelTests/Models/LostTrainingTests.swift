import Contracts
import Jobs
import Messages
import MixModel
import RPC
import Schema
import Telemetry
import Tenancy
import TestTenants
import Testing
import Wire

@Suite("A training whose worker is lost", .timeLimit(.minutes(5)))
struct LostTrainingTests {
    /// Another worker of the service, which soon finds what others have lost.
    static func heir(of mix: ServedMixModel) throws -> JobWorker {
        let served = mix.served
        var limits = TrainingLimits()
        limits.threads = 2
        let work = MixModelService.work(
            of: served.api.service,
            on: served.database,
            served.jobs,
            pages: PageTokens(try .ephemeral()),
            version: "1.2.3",
            limits: limits
        )
        var configuration = JobWorkerConfiguration()
        configuration.heartbeat = .milliseconds(50)
        configuration.poll = .milliseconds(50)
        configuration.sweep = .milliseconds(100)
        configuration.timeout = .seconds(60)
        return JobWorker(
            served.api.service,
            work.handlers,
            on: served.database,
            served.jobs,
            group: served.fixture.group,
            blocking: served.fixture.blocking,
            configuration: configuration,
            name: "heir",
            registry: MetricRegistry(),
            logger: served.fixture.logger
        )
    }

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
            request.sampling?.draws = 600
            if isJoint { request.furtherOutcomes = [other] }
        }
        try await mix.train(whole)
        let expected = try await digests(whole, mix)
        #expect(expected.count == 2)
        let broken = try await mix.model(panel) { request in
            request.sampling?.draws = 600
            if isJoint { request.furtherOutcomes = [other] }
        }
        var request = MixModelV1.TrainModelRequest()
        request.modelID = broken.modelID
        _ = try await mix.models.trainModel(request)
        func until(_ sql: String) async throws {
            while try await mix.rows(sql) == [] { await Task.yield() }
        }
        try await until("select 1 from mix_chains where model_id = '\(broken.modelID)'")
        // As if the machine had stood still for longer than the lease, and never came back.
        try await mix.rows(
            """
            update jobs set lease_token = gen_random_uuid(),
                lease_until = clock_timestamp() - interval '1 s'
            where kind = 'train_model' and state = 'running'
            """
        )
        let heir = try Self.heir(of: mix)
        heir.start()
        try await until("select 1 from jobs where attempts >= 2 and crashes >= 1")
        let end = try #require(try await mix.watch(broken).last)
        #expect(end.state == .completed, "\(end.problem)")
        #expect(try await digests(broken, mix) == expected)
        #expect(end.summary?.gradients == (try await mix.model(whole.modelID)).summary?.gradients)
        await heir.stop(within: .seconds(10))
        await mix.stop()
    }
}
