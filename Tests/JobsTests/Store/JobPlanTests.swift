import Net
import Postgres
import Tenancy
import TestTenants
import Testing

@testable import Jobs

/// That what workers and owners ask for again and again is found without reading what else there
/// is.
@Suite("Plans", .timeLimit(.minutes(5)))
struct JobPlanTests {
    /// A tenant with many jobs of a kind that no worker knows, many for later, and few to be done.
    private func crowded() async throws -> JobsFixture {
        let fixture = try await JobsFixture()
        try await fixture.run(
            """
            insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                created_at)
            select gen_random_uuid(), 'ingest', 'unknown', 'waiting', 5, now() - interval '1 day',
                '', 'user:42', '', now() from generate_series(1, 10000);
            insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                created_at)
            select gen_random_uuid(), 'ingest', 'note', 'waiting', 5, now() + interval '1 day',
                '', 'user:42', '', now() from generate_series(1, 10000);
            insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                created_at, schedule)
            select ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'ingest', 'note', 'waiting',
                5 + n % 2, now() - n * interval '1 minute', '', 'user:42', '', now(), 'nightly'
            from generate_series(1, 6) n;
            """
        )
        try await fixture.run("analyze jobs")
        return fixture
    }

    /// How many pages a statement touches, with the plan that serves all values.
    private func pages(
        of statement: Statement,
        _ types: String,
        _ values: String,
        in fixture: JobsFixture
    ) async throws -> Int {
        let plan = try await fixture.run(
            """
            prepare asked (\(types)) as \(statement.sql);
            set plan_cache_mode = force_generic_plan; begin;
            explain (analyze, buffers, format json) execute asked (\(values)); rollback
            """
        )
        let hits = try #require(plan.firstMatch(of: #/"Shared Hit Blocks": (\d+)/#)?.output.1)
        let reads = try #require(plan.firstMatch(of: #/"Shared Read Blocks": (\d+)/#)?.output.1)
        return (Int(hits) ?? 0) + (Int(reads) ?? 0)
    }

    private let lease = "gen_random_uuid(), 30, 'me'"

    @Test("of claims read neither kinds that are not known nor jobs for later")
    func claim() async throws {
        let fixture = try await crowded()
        let touched = try await pages(
            of: .claim,
            "text, text[], bigint, uuid, float8, text",
            "'ingest', array['note', 'summary'], 4, \(lease)",
            in: fixture
        )
        #expect(touched < 400)
        try await fixture.run(
            """
            update jobs set state = 'running', lease_until = now() + interval '1 hour',
                lease_token = '00000000-0000-4000-8000-000000000001'
            where id = '00000000-0000-7000-8000-000000000006'
            """
        )
        let fellows = try await pages(
            of: .claimFellows,
            "text, text[], bigint[], uuid, float8, text",
            "'ingest', array['note'], array[3], '00000000-0000-4000-8000-000000000001', 30, 'me'",
            in: fixture
        )
        #expect(fellows < 200)
        let next = try await pages(
            of: .nextVisit,
            "text, text[]",
            "'ingest', array['note']",
            in: fixture
        )
        #expect(next < 100)
        await fixture.stop()
    }

    @Test("of claims take the most urgent, and among equals the one that has waited longest")
    func order() async throws {
        let fixture = try await crowded()
        let started = Locked<[JobID]>([])
        let worker = fixture.worker([
            JobHandler(JobsFixture.note) { _, run in started.withLock { $0.append(run.id) } }
        ]) { $0.mostRunning = 1 }
        worker.start()
        try await fixture.until { started.withLock { $0.count } == 6 }
        let expected = [6, 4, 2, 5, 3, 1].map { "00000000-0000-7000-8000-00000000000\($0)" }
        #expect(started.withLock { $0.map { "\($0)" } } == expected)
        await fixture.stop(worker)
    }

    @Test("of the list of a schedule's jobs read those of no other")
    func schedule() async throws {
        let fixture = try await crowded()
        let touched = try await pages(
            of: .listJobsOfSchedule,
            "text, text, text, uuid, bigint, text",
            "null, null, 'nightly', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 100, null",
            in: fixture
        )
        #expect(touched < 100)
        var filter = JobQueue.Filter()
        filter.schedule = "nightly"
        #expect(try await fixture.queue.jobs(filter, in: fixture.scope()).count == 6)
        filter.state = .queued
        #expect(try await fixture.queue.jobs(filter, in: fixture.scope(), limit: 2).count == 2)
        filter.schedule = "weekly"
        #expect(try await fixture.queue.jobs(filter, in: fixture.scope()).isEmpty)
        await fixture.stop()
    }

    @Test("of what workers and enqueueing do are made once, not for each job")
    func kept() async throws {
        let fixture = try await JobsFixture(connections: 1)
        for number in 0..<8 { try await fixture.enqueue("\(number)") }
        let scope = try fixture.scope()
        for number in 0..<8 {
            // In somebody's own transaction, whose other statements are planned as they were.
            try await scope.transaction { transaction in
                let job = JobsFixture.note.job(Text(saying: "\(number)"))
                try await fixture.queue.enqueue([job], in: transaction, of: scope)
                let mode = try await transaction.query(.planMode).one().read(String.self)
                #expect(mode == "auto")
            }
        }
        let worker = fixture.worker([.noting])
        for _ in 0..<8 { try await worker.visit(fixture.tenant, taken: nil, most: 1) }
        try await fixture.until { try await fixture.effects().count >= 4 }
        for part in ["%insert into jobs (%", "%lease_token = $4%"] {
            let (plans, custom) = try await scope.read(.keptPlans, part).one()
                .read(Int64.self, Int64.self)
            #expect(plans >= 4 && custom == 0, "\(part)")
        }
        await fixture.stop(worker)
    }
}

extension Statement {
    fileprivate static let planMode = Statement(
        "test.plan_mode",
        "select current_setting('plan_cache_mode')"
    )
    fileprivate static let keptPlans = Statement(
        "test.kept_plans",
        """
        select coalesce(sum(generic_plans), 0)::bigint, coalesce(sum(custom_plans), 0)::bigint
        from pg_prepared_statements where statement like $1
        """
    )
}
