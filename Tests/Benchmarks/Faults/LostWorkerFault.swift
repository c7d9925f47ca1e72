import Jobs
import Messages
import Net
import Postgres
import Telemetry
import Tenancy
import TestKit
import TestTenants

/// A job whose worker is killed as soon as it has it, so that its lease is as long as it can be;
/// another worker, with the limits that services have, is idle.
struct LostWorkerFault {
    private let fixture: SchemaFixture
    private let database: TenantDatabase
    private let tenant: TenantID
    private let queue: JobQueue
    private let walk: JobType<GoogleProtobuf.StringValue>

    private static let state = Statement(
        "bench.job_state",
        """
        select coalesce(max(worker) filter (where state = 'running'), '')
        from jobs where id = $1::text::uuid
        """
    )

    init() async throws {
        guard let service = ServiceName("ingest") else {
            throw Peer.Failure(description: "ingest is no service")
        }
        let tables = """
            create table effects (
                job text,
                part bigint,
                value bigint,
                constraint effects_pkey primary key (job, part)
            );
            """
        fixture = try await SchemaFixture(services: [try .example(tables)])
        tenant = try await fixture.tenant("acme")
        database = try await fixture.service("ingest")
        queue = JobQueue(
            database,
            on: fixture.group.next(),
            registry: MetricRegistry(),
            logger: fixture.logger
        )
        walk = JobType("walk", of: service)
    }

    private func scope() throws -> TenantScope {
        try database.scope(for: try fixture.context(tenant), before: SchemaFixture.soon)
    }

    private func worker(_ name: String) throws -> SiblingProgram {
        let dsn = fixture.database.dsn(user: "svc_ingest")
        return try SiblingProgram("jobs-probe", ["--name", name, "--dsn", dsn])
    }

    /// Kills the worker of a job.
    ///
    /// - Returns: how long it takes until another has the job.
    func cause(_ run: Int) async throws -> Duration {
        let patience = Patience(group: fixture.group)
        let victim = try worker("victim-\(run)")
        var job = GoogleProtobuf.StringValue()
        // Far longer than what is measured.
        job.value = "\(run) 1 600000"
        let id = try await queue.enqueue([walk.job(job)], in: try scope())[0].id
        func isRunning(at name: String) async throws -> Bool {
            let row = try await scope().read(Self.state, "\(id)").one()
            return try row.read(String.self) == name
        }
        _ = try await patience.time(since: .now) { try await isRunning(at: "victim-\(run)") }
        let heir = try worker("heir-\(run)")
        victim.end()
        let time = try await patience.time(since: .now) {
            try await isRunning(at: "heir-\(run)")
        }
        _ = try await queue.cancel(id, in: try scope())
        guard try heir.stop() == 0 else {
            throw Peer.Failure(description: "the other worker did not stop as it should")
        }
        return time
    }
}
