import Foundation
import Jobs
import Messages
import Postgres
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Wire

/// Workers in processes of their own that do jobs in parts, and what becomes of the jobs.
final class KillMatrix: Sendable {
    /// How much is done to them.
    struct Size {
        let kills: Int
        /// How often the server is stopped as by a crash, spread over the kills.
        let restarts: Int

        /// 8 kills; 200 in the long form.
        static let asked =
            ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"
            ? Size(kills: 200, restarts: 5) : Size(kills: 8, restarts: 1)
    }

    /// A worker's process, and what it is called in rows.
    struct Worker {
        let name: String
        let program: SiblingProgram
    }

    /// A row that a job has written.
    struct Effect: Equatable {
        let part: Int64
        let value: Int64
    }

    static let walk = JobType<Text>("walk", of: JobsFixture.ingest)
    /// How many walks there are that differ; they are repeated.
    static let seeds = 8
    static let parts = 10

    let server: PrivatePostgres
    let fixture: JobsFixture

    init() async throws {
        // What was committed is there after a crash, as where it matters.
        server = try await PrivatePostgres(settings: ["synchronous_commit=on"])
        fixture = try await JobsFixture(
            """
            create table effects (
                id bigint generated always as identity,
                job text not null,
                part bigint not null,
                value bigint not null,
                constraint effects_pkey primary key (id)
            );
            """,
            on: server
        )
    }

    /// A worker whose leases are short.
    func worker(_ name: String) throws -> Worker {
        let program = try SiblingProgram(
            "jobs-probe",
            [
                "--name", name, "--dsn", fixture.schema.database.dsn(user: "svc_ingest"),
                "--lease", "1000", "--heartbeat", "200", "--poll", "50", "--sweep", "2000",
                "--running", "2",
            ]
        )
        return Worker(name: name, program: program)
    }

    /// Enqueues a walk, whatever happens to the connection meanwhile.
    func enqueue(seed: Int) async throws -> JobID {
        let job = Self.walk.job(Text(saying: "\(seed) \(Self.parts) 40"))
        try await fixture.insisting {
            try await fixture.queue.enqueue([job], in: try fixture.scope())
        }
        return job.id
    }

    /// Jobs of the worker that run, and jobs that may start, at this moment.
    func load(of worker: String) async throws -> (running: Int64, due: Int64) {
        try await fixture.insisting {
            try await fixture.scope().read(.load, worker).one().read(Int64.self, Int64.self)
        }
    }

    /// What has become of a job that is over.
    func end(of id: JobID) async throws -> JobRecord {
        try await fixture.insisting { try await fixture.job(id) }
    }

    /// What jobs have written, in the order in which they have.
    func effects() async throws -> [String: [Effect]] {
        var effects: [String: [Effect]] = [:]
        for row in try await fixture.scope().read(.jobEffects) {
            let (job, part, value) = try row.read(String.self, Int64.self, Int64.self)
            effects[job, default: []].append(Effect(part: part, value: value))
        }
        return effects
    }
}

extension Statement {
    fileprivate static let load = Statement(
        "test.load",
        """
        select count(*) filter (where state = 'running' and worker = $1),
            count(*) filter (where state = 'waiting' and run_at <= clock_timestamp())
        from jobs
        """
    )

    fileprivate static let jobEffects = Statement(
        "test.job_effects",
        "select job, part, value from effects order by id"
    )
}
