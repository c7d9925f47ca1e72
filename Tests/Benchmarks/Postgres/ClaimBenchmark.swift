import Foundation
import Jobs
import Messages
import Net
import Telemetry
import Tenancy
import TestKit
import TestTenants

/// Jobs that a worker with one slot takes, does and ends, in turn with pgbench, which sends the
/// same statements with the same preambles: it looks for tenants, looks into the tenant, and ends
/// what it has got.
struct ClaimBenchmark {
    private let size: Int
    private let count: Int
    private let fixture: SchemaFixture
    private let tenant: TenantID
    private let database: TenantDatabase
    private let service: ServiceName

    /// A tenant's database.
    ///
    /// - Parameters:
    ///   - size: how many jobs are done together; 1 for each by itself.
    ///   - seconds: how long about a turn may take.
    /// - Throws: `PostgresError`.
    init(together size: Int, seconds: Double) async throws {
        self.size = size
        guard let service = ServiceName("ingest") else {
            throw Peer.Failure(description: "ingest is no service")
        }
        self.service = service
        count = Int(seconds * 600) * size / (size > 1 ? 2 : 1)
        fixture = try await SchemaFixture()
        tenant = try await fixture.tenant("acme")
        database = try await fixture.service("ingest")
    }

    /// Measures in turn.
    ///
    /// - Parameter pairs: how often.
    /// - Returns: jobs a second beside those of pgbench.
    /// - Throws: `PostgresError`, or an error of pgbench.
    func run(pairs: Int) async throws -> Report.Row {
        var rates: [(ours: Double, theirs: Double)] = []
        for _ in 0..<pairs {
            try await fill()
            let ours = try await work()
            try await fill()
            rates.append((ours: ours / 1e3, theirs: try await bench() / 1e3))
        }
        await database.close()
        return Report.Row(
            size > 1 ? "claim and complete, \(size) at once" : "claim and complete, one by one",
            peer: "pgbench -M prepared -c 1, the same statements",
            unit: "k/s",
            pairs: rates,
            budget: .atLeast(0.8)
        )
    }

    /// Has so many jobs wait, and none else.
    private func fill() async throws {
        try await fixture.database.run(
            """
            set search_path = \(tenant.schemaName);
            truncate jobs, node.wakeups;
            insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                created_at)
            select gen_random_uuid(), 'ingest', 'note', 'waiting', 5, clock_timestamp(),
                '\\x0a147477656e7479206c657474657273206c6f6e672e', 'user:42', '', now()
            from generate_series(1, \(count))
            """
        )
        try await fixture.database.run("vacuum analyze \(tenant.schemaName).jobs")
    }

    // MARK: Ours

    private func work() async throws -> Double {
        let left = Locked(count)
        let note = JobType<GoogleProtobuf.StringValue>("note", of: service)
        let handler =
            size > 1
            ? JobHandler(together: note, most: size) { jobs, _ in
                left.withLock { $0 -= jobs.count }
                return [:]
            }
            : JobHandler(note) { _, run in
                try await run.complete()
                left.withLock { $0 -= 1 }
            }
        let registry = MetricRegistry()
        let loop = fixture.group.next()
        let quiet = Logger(service: "bench", version: "1", level: .error, sink: fixture.log)
        let queue = JobQueue(database, on: loop, registry: registry, logger: quiet)
        var configuration = JobWorkerConfiguration()
        configuration.mostRunning = 1
        configuration.mostPerTenant = 1
        let worker = JobWorker(
            service,
            [handler],
            on: database,
            queue,
            group: fixture.group,
            blocking: fixture.blocking,
            configuration: configuration,
            name: "bench",
            registry: registry,
            logger: quiet
        )
        let start = ContinuousClock.now
        worker.start()
        try await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { throw CancellationError() }
            while left.withLock({ $0 }) > 0 { try await loop.sleep(for: .milliseconds(1)) }
        }
        let elapsed = start.duration(to: .now)
        await worker.stop(within: .seconds(60))
        return Double(count) / (elapsed / .seconds(1))
    }

    // MARK: Theirs

    private func bench() async throws -> Double {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("claim-\(UUID().uuidString).sql")
        try Data(script.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let rate = try await PGBench.rate(
            fixture.database,
            user: "svc_ingest",
            transactions: count / size,
            ["--file", file.path]
        )
        return rate * Double(size)
    }

    /// What pgbench repeats.
    private var script: String {
        let searchPath = "set_config('search_path', '\(tenant.schemaName)', true)"
        let scope = """
            select set_config('role', '\(tenant.roleName)', true), \(searchPath),
                set_config('statement_timeout', '10000', true);
            """
        return """
            \\set number random(1, 1000000000000)
            begin;
            select set_config('statement_timeout', '10000', true);
            update node.wakeups set next_at = clock_timestamp() + make_interval(secs => 30)
            from (
                select tenant_id as due_id from node.wakeups
                where queue = 'ingest' and next_at <= statement_timestamp()
                order by next_at limit 1 for update skip locked
            ) due
            where tenant_id = due_id and queue = 'ingest'
            returning tenant_id, next_at, hints;
            commit;
            begin;
            \(scope)
            \(look)
            commit;
            begin;
            \(scope)
            \(size > 1 ? endings : ending)
            update jobs set open_prerequisites = open_prerequisites - ended,
                state = case when open_prerequisites = ended then 'waiting' else state end
            from (
                select id as follower, (
                    select count(*) from unnest(waits_for) as needed
                    where needed = any(:ids::uuid[])
                ) as ended
                from jobs where state = 'blocked' and waits_for && :ids::uuid[] and exists (
                    select from jobs over
                    where over.id = any(:ids::uuid[]) and over.lease_token = \(lease)
                        and over.state = 'done'
                )
                order by id for update
            ) released
            where id = follower
            returning queue, state, extract(epoch from run_at - clock_timestamp())::float8;
            commit;

            """
    }

    private let lease = "lpad(to_hex(:number::bigint), 32, '0')::uuid"

    /// What a worker asks of a tenant, with the ids of what it has got.
    private var look: String {
        """
        update jobs set crashes = crashes + 1, lease_until = null, state = fate,
            run_at = clock_timestamp() + crashes * interval '10 seconds',
            finished_at = case when fate <> 'waiting' then clock_timestamp() end,
            problem_code = 14, problem = 'the worker was lost'
        from (
            select id as lost, case when cancel_requested_at is not null then 'cancelled'
                when crashes + 1 >= coalesce(most, 3) then 'dead' else 'waiting' end as fate
            from jobs left join unnest(array['note'], array[3]) as kinds (name, most)
                on name = kind
            where queue = 'ingest' and state = 'running' and lease_until < statement_timestamp()
            order by lease_until limit 100 for update of jobs skip locked
        ) expired
        where id = lost
        returning id, kind, state;
        with recursive stopped (dependant, cause) as (
            select j.id, coalesce(c.stopped_by, c.id)
            from jobs j, lateral unnest(j.waits_for) as needed join jobs c on c.id = needed
            where j.state = 'blocked' and c.state in ('dead', 'cancelled')
            union
            select j.id, stopped.cause from stopped
                join jobs j on j.waits_for @> array[stopped.dependant] and j.state = 'blocked'
        ), causes as (
            select distinct on (dependant) dependant, cause from stopped order by dependant, cause
        )
        update jobs set state = 'cancelled', finished_at = clock_timestamp(), stopped_by = cause,
            problem_code = 9,
            problem = 'a step before it did not succeed: '
                || coalesce((select c.kind from jobs c where c.id = cause), 'unknown')
        from causes where id = dependant and state = 'blocked';
        with \(Self.levels), claimed as (
            update jobs set \(claimed)
            where id = any(array(
                select first.id from (
                    select kind as name, priority as urgency from level
                    where kind = any(array['note']) order by priority, run_at
                ) known, lateral (
                    select id from jobs
                    where queue = 'ingest' and state = 'waiting' and kind = name
                        and priority = urgency and run_at <= statement_timestamp()
                    order by run_at, id limit 1 for update skip locked
                ) first
                limit 1
            ))
            returning \(returned)
        )
        select array_agg(id) as ids, sum(octet_length(payload)), max(run_at), max(actor)
        from claimed \\gset
        \(size > 1 ? fellows : "")
        with \(Self.levels)
        select extract(epoch from next_job - clock_timestamp())::float8,
            extract(epoch from next_lease - clock_timestamp())::float8,
            extract(epoch from next_fire - clock_timestamp())::float8
        from (
            select min(run_at) as next_job from level where kind = any(array['note'])
        ) waiting, (
            select min(lease_until) as next_lease from jobs
            where queue = 'ingest' and state = 'running'
        ) leased, (
            select min(next_at) as next_fire from schedules
            where queue = 'ingest' and not is_paused
        ) scheduled;
        """
    }

    private static let levels = """
        recursive level as (
            (
                select kind, priority, run_at from jobs
                where queue = 'ingest' and state = 'waiting'
                order by kind, priority, run_at, id limit 1
            )
            union all
            select following.* from level, lateral (
                select kind, priority, run_at from jobs
                where queue = 'ingest' and state = 'waiting'
                    and (kind, priority) > (level.kind, level.priority)
                order by kind, priority, run_at, id limit 1
            ) following
        )
        """

    private var claimed: String {
        """
        state = 'running', attempts = attempts + 1, lease_token = \(lease),
            lease_until = clock_timestamp() + make_interval(secs => 30), worker = 'bench',
            started_at = coalesce(started_at, clock_timestamp()),
            unique_key = case when is_unique_until_start then null else unique_key end
        """
    }

    private let returned = """
        id, kind, payload, attempts, failures, crashes, actor, scopes, request_id, traceparent,
            checkpoint, progress, priority, run_at,
            extract(epoch from clock_timestamp() - run_at)::float8
        """

    private var fellows: String {
        """
        with claimed as (
            update jobs set \(claimed)
            where id = any(array(
                select fellow.id from unnest(array['note'], array[\(size)]) as batched (name, most),
                lateral (
                    select count(*) as heads from jobs
                    where queue = 'ingest' and state = 'running' and lease_token = \(lease)
                        and kind = name and crashes = 0 and failures = 0
                ) claimed, lateral (
                    select waiting.id from generate_series(0, 9) as urgency, lateral (
                        select id from jobs
                        where queue = 'ingest' and state = 'waiting' and kind = name
                            and priority = urgency and run_at <= statement_timestamp()
                            and crashes = 0 and failures = 0
                        order by run_at, id limit heads * (most - 1) for update skip locked
                    ) waiting
                    limit heads * (most - 1)
                ) fellow
            ))
            returning \(returned)
        )
        select array_agg(id) || :ids::uuid[] as ids, sum(octet_length(payload)), max(run_at),
            max(actor)
        from claimed \\gset
        """
    }

    private var ending: String {
        """
        update jobs set state = 'done', finished_at = clock_timestamp(), lease_until = null,
            result = null, progress = 1, checkpoint = null, problem_code = null, problem = null
        where id = any(:ids::uuid[]) and lease_token = \(lease) and state = 'running';
        """
    }

    private var endings: String {
        """
        select id, cancel_requested_at is not null from jobs
        where id = any(:ids::uuid[]) and lease_token = \(lease) and state = 'running'
        order by id for key share;
        update jobs set state = 'done', finished_at = clock_timestamp(), lease_until = null,
            result = outcome, progress = 1, checkpoint = null, problem_code = null,
            problem = null
        from (
            select id as held from jobs
            where id = any(:ids::uuid[]) and lease_token = \(lease) and state = 'running'
            order by id for no key update
        ) mine
        join unnest(:ids::uuid[], array_fill(null::bytea, array[cardinality(:ids::uuid[])]))
            as given (job, outcome) on job = held
        where id = held;
        """
    }
}
