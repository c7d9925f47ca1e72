import Attribution
import Contracts
import Jobs
import Messages
import Postgres
import RPC
import Schema
import Telemetry
import Tenancy
import TestTenants
import Testing
import Wire

@Suite("A run whose worker is lost", .timeLimit(.minutes(5)))
struct LostRunTests {
    /// Another worker of the service, which soon finds what others have lost.
    private static func heir(of attribution: ServedAttribution) throws -> JobWorker {
        let served = attribution.served
        let work = AttributionService.work(
            of: served.api.service,
            on: served.database,
            served.jobs,
            pages: PageTokens(try .ephemeral()),
            version: "1.2.3"
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

    @Test("in its middle is computed again, and says the same bits")
    func lost() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.importPaths("path,conversions,value,nulls\na > b,300,30,1\nb,1,5,4\n")
        let expected = try await attribution.run("markov") { $0.seed = 7 }
        // Whoever reads paths waits for this lock.
        try await attribution.rows(
            """
            create or replace view ingest_v1_paths as
            select p.import_id, p.row_number, p.steps, p.conversions, p.value, p.nulls
            from import_paths p join imports i using (import_id)
            where i.state = 'completed'
                and (select true from pg_advisory_xact_lock_shared(7707))
            """
        )
        func until(_ sql: String) async throws {
            while try await attribution.rows(sql) == [] { await Task.yield() }
        }
        let heir = try Self.heir(of: attribution)
        let id = try await attribution.scope.transaction { transaction in
            try await transaction.query(.holdPaths)
            let run = try await attribution.create("markov") { $0.seed = 7 }
            try await until(
                """
                select 1 from pg_locks where objid = 7707 and not granted and database =
                    (select oid from pg_database where datname = current_database())
                """
            )
            // As if the machine had stood still for longer than the lease, and never came back.
            try await attribution.rows(
                """
                update jobs set lease_token = gen_random_uuid(),
                    lease_until = clock_timestamp() - interval '1 s'
                where kind = 'run_models'
                """
            )
            heir.start()
            // Whichever worker is first: what the lost one does counts for nothing.
            try await until("select 1 from jobs where attempts >= 2 and crashes >= 1")
            return run.runID
        }
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        let run = try await attribution.run(of: id)
        #expect(run.state == .completed && run.result == expected, "\(run)")
        let failures = try await attribution.rows(
            "select failures from jobs where kind = 'run_models'"
        )
        #expect(failures == ["0"])
        await heir.stop(within: .seconds(10))
        await attribution.stop()
    }
}

extension Statement {
    fileprivate static let holdPaths = Statement(
        "test.hold_paths",
        "select pg_advisory_xact_lock(7707)"
    )
}
