import Foundation
import Jobs
import Messages
import Net
import Telemetry
import Tenancy
import TestKit
import TestTenants

/// Jobs that are enqueued one after the other, each in a transaction of its own, in turn with
/// pgbench, which sends the same statements with the same preamble.
struct EnqueueBenchmark {
    private let seconds: Double
    private let fixture: SchemaFixture
    private let tenant: TenantID
    private let database: TenantDatabase
    private let queue: JobQueue
    private let note: JobType<GoogleProtobuf.StringValue>

    init(seconds: Double) async throws {
        self.seconds = seconds
        guard let service = ServiceName("ingest") else {
            throw Peer.Failure(description: "ingest is no service")
        }
        note = JobType("note", of: service)
        fixture = try await SchemaFixture()
        tenant = try await fixture.tenant("acme")
        database = try await fixture.service("ingest", connections: 2)
        queue = JobQueue(
            database,
            on: fixture.group.next(),
            registry: MetricRegistry(),
            logger: fixture.logger
        )
    }

    /// Measures in turn.
    ///
    /// - Parameter pairs: how often.
    /// - Returns: jobs a second beside those of pgbench.
    /// - Throws: `PostgresError`, or an error of pgbench.
    func run(pairs: Int) async throws -> Report.Row {
        var rates: [(ours: Double, theirs: Double)] = []
        for _ in 0..<pairs {
            // Both begin with a table that is empty.
            try await fixture.database.run("truncate \(tenant.schemaName).jobs")
            let ours = try await enqueue()
            try await fixture.database.run("truncate \(tenant.schemaName).jobs")
            rates.append((ours: ours / 1e3, theirs: try await bench() / 1e3))
        }
        await queue.settle()
        await database.close()
        return Report.Row(
            "enqueue, a transaction each",
            peer: "pgbench -M prepared -c 1, the same statements",
            unit: "k/s",
            pairs: rates,
            budget: .atLeast(0.8)
        )
    }

    private func enqueue() async throws -> Double {
        let loop = fixture.group.loops[0]
        let context = try fixture.context(tenant)
        let start = ContinuousClock.now
        let end = start.advanced(by: .seconds(seconds))
        let count = try await withThrowingTaskGroup(of: Int.self) { tasks in
            tasks.addTask(executorPreference: loop) {
                var text = GoogleProtobuf.StringValue()
                text.value = "twenty letters long."
                var count = 0
                while ContinuousClock.now < end {
                    let scope = try database.scope(for: context, before: SchemaFixture.soon)
                    _ = try await queue.enqueue([note.job(text)], in: scope)
                    count += 1
                }
                return count
            }
            return try await tasks.reduce(0, +)
        }
        return Double(count) / (start.duration(to: .now) / .seconds(1))
    }

    /// What pgbench repeats: its values are constants, but for the id.
    ///
    /// It takes three round trips, ours one: that what travels together needs no `begin` is part
    /// of what is measured.
    private var script: String {
        get throws {
            let actor = try fixture.context(tenant).actor
            let id = "lpad(to_hex(:number::bigint), 32, '0')::uuid"
            return """
                \\set number random(1, 9000000000000000000)
                begin;
                select set_config('role', '\(tenant.roleName)', true),
                    set_config('search_path', '\(tenant.schemaName)', true),
                    set_config('statement_timeout', '60000', true);
                with known as (
                    select id, state from jobs where id = \(id)
                ), needed as (
                    select state from jobs where id = any('{}'::uuid[]) for share
                ), prerequisites as (
                    select count(*) as found,
                        count(*) filter (where state in ('dead', 'cancelled')) as failed,
                        count(*) filter (where state <> 'done') as open
                    from needed
                ), made as (
                    insert into jobs (id, queue, kind, state, priority, run_at, payload,
                        unique_key, is_unique_until_start, waits_for, open_prerequisites, actor,
                        scopes, request_id, traceparent, created_at, schedule, fire_at)
                    select \(id), 'ingest', 'note',
                        case when open > 0 then 'blocked' else 'waiting' end, 5,
                        coalesce(null, clock_timestamp() + make_interval(secs => 0)),
                        '\\x0a147477656e7479206c657474657273206c6f6e672e', null, false, '{}',
                        open, '\(actor)', '', null, null, clock_timestamp(), null, null
                    from prerequisites where found = cardinality('{}'::uuid[]) and failed = 0
                        and not exists (select from known)
                    on conflict (queue, unique_key)
                        where unique_key is not null
                            and state in ('blocked', 'waiting', 'running')
                        do update set unique_key = excluded.unique_key
                    returning id, id = \(id) and xmax = 0 as is_new,
                        state = 'waiting' as is_waiting
                )
                select id, is_new, is_waiting from made
                union all
                select id, false, state = 'waiting' from known;
                commit;

                """
        }
    }

    private func bench() async throws -> Double {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("enqueue-\(UUID().uuidString).sql")
        try Data(try script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await PGBench.rate(
            fixture.database,
            user: "svc_ingest",
            transactions: Int(seconds * 4_000),
            ["--file", file.path]
        )
    }
}
