import Jobs
import MixModel
import RPC
import Telemetry
import Tenancy
import TestTenants
import Testing

// Workers that vanish, and who takes up what they did.
extension ServedMixModel {
    /// Another worker of the service, which soon finds what others have lost.
    func heir() throws -> JobWorker {
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

    /// Waits until a statement gives rows.
    func until(_ statement: String) async throws {
        while try await rows(statement).isEmpty {
            try await served.fixture.pause(.milliseconds(2))
        }
    }

    /// Takes a job from its worker, as if the machine had stood still for longer than the lease,
    /// and never came back.
    ///
    /// - Parameter kind: of which the only one must be running.
    /// - Throws: if there is none; `PostgresError`.
    func loseWorker(of kind: String) async throws {
        let lost = try await rows(
            """
            update jobs set lease_token = gen_random_uuid(),
                lease_until = clock_timestamp() - interval '1 s'
            where kind = '\(kind)' and state = 'running' returning 1
            """
        )
        try #require(lost == ["1"], "there is nothing left to be lost")
    }
}
