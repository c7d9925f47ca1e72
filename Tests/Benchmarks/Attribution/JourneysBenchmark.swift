import Attribution
import Contracts
import Foundation
import Ingest
import Lifecycle
import Messages
import Net
import Postgres
import RPC
import Schema
import Tenancy
import TestKit
import TestTenants
import Wire

/// Events in Postgres put together by persons, in turn with one statement of SQL that does the
/// like: sessions by window functions, and touches in arrays.
///
/// The statement knows no ids that are joined, no refunds and no change, and keeps nothing of what
/// it has made but a table: it says what a warehouse takes that does it anew each time.
struct JourneysBenchmark {
    private let arguments: Arguments

    private static let sizes = [100_000, 1_000_000]

    init(_ arguments: Arguments) { self.arguments = arguments }

    func run() throws -> Report {
        try Waiting.run { try await measure() }
    }

    private func measure() async throws -> Report {
        let offload = try WorkerPool(name: "offload", threads: 2, maximumQueued: 1_024)
        defer { offload.stop() }
        var rows: [Report.Row] = []
        for events in Self.sizes {
            let postgres = try await PrivatePostgres(
                on: .disk,
                settings: ["fsync=on", "synchronous_commit=on", "shared_buffers=512MB"]
            )
            let served = try await ServedTenants(try Self.api(offload), on: postgres)
            try await fill(served, events)
            var pairs: [(ours: Double, theirs: Double)] = []
            for _ in 0..<arguments.pairs {
                let ours = try await built(served, events)
                let theirs = try await selected(served, events)
                pairs.append((ours / 1e3, theirs / 1e3))
            }
            rows.append(
                Report.Row(
                    "\(events) events of \(events / 10) persons",
                    peer: "one statement with window functions",
                    unit: "k/s",
                    pairs: pairs,
                    goal: 300
                )
            )
            await served.stop()
        }
        return Report(
            benchmark: "journeys",
            note:
                "events of Postgres put together to timelines, all from the beginning; service and "
                + "a durable Postgres on the same cores; medians of \(arguments.pairs) pairs",
            rows: rows
        )
    }

    private static func api(_ offload: WorkerPool) throws -> TenantAPI {
        guard let name = ServiceName("attribution") else {
            throw Peer.Failure(description: "attribution is no service")
        }
        let pages = PageTokens(try .ephemeral())
        return TenantAPI(
            name,
            migrations: try [.ingest(), .attribution()],
            contracts: [AttributionV1.Timelines.schema],
            status: AttributionService.status(of:),
            calls: []
        ) { database, queue in
            let work = AttributionService.work(
                of: name,
                on: database,
                queue,
                pages: pages,
                offload: offload,
                version: "bench"
            )
            return .init(work.contracts.flatMap(\.methods), doing: work.handlers)
        }
    }

    private func run(_ sql: String, _ served: ServedTenants) async throws {
        let schema = served.members[0].id.schemaName
        _ = try await served.fixture.database.run("set search_path to \(schema); \(sql)")
    }

    /// Events of persons, ten of each on average: pages of eight campaigns, clicks and impressions,
    /// one in twenty an order.
    private func fill(_ served: ServedTenants, _ events: Int) async throws {
        try await run(
            """
            insert into events (key, commit_id, kind, occurred_at, received_at, event_id,
                anonymous_id, user_id, name, channel, rules_version, source, medium, campaign,
                value, currency, order_id, origin)
            select md5(n::text)::uuid, 1 + n / 5000,
                case when n % 20 = 0 then 4 when n % 3 = 0 then 2 when n % 7 = 0 then 3 else 1 end,
                timestamptz '2026-03-01' + (h & 4194303) * interval '1 second', now(), 'e' || n,
                'visitor-' || ((h >> 22) & 1073741823) % \(events / 10),
                case when n % 10 = 0
                    then 'user-' || ((h >> 22) & 1073741823) % \(events / 10) end,
                null, 1 + n % 8, 1, 'source' || n % 8, 'cpc', 'campaign' || n % 8,
                null, null, null, 'bench'
            from (
                select n, hashint8extended(n, 7) & 9223372036854775807 as h
                from generate_series(1, \(events)) n
            ) given;
            insert into conversions (key, definitions, kind, effect, by_order, value, currency)
            select key, 1, 'purchase', 1, false, 25, 'EUR' from events where kind = 4;
            insert into identity_edges (one, other, commit_id, occurred_at)
            select 'a:' || anonymous_id, 'u:' || user_id, min(commit_id), min(occurred_at)
            from events where user_id is not null group by 1, 2;
            insert into event_commits (commit_id, xid, token, events, days, written_at)
            select commit_id, pg_current_xact_id(), gen_random_uuid(), count(*), '{}', now()
            from events group by commit_id;
            """,
            served
        )
        _ = try await served.fixture.database.run("vacuum analyze")
    }

    /// Events a second, ours.
    private func built(_ served: ServedTenants, _ events: Int) async throws -> Double {
        try await run(
            """
            truncate timelines, timeline_members, timeline_conversions, timeline_changes,
                touch_places restart identity;
            update timeline_head set xid = '0', commit_id = 0, touch_rule = 0
            """,
            served
        )
        let timelines = AttributionV1.Timelines.Client(try served.channel(served.members[0]))
        let start = ContinuousClock.now
        _ = try await timelines.buildTimelines(AttributionV1.BuildTimelinesRequest())
        try await served.finishJobs(of: served.members[0])
        let seconds = start.duration(to: .now) / .seconds(1)
        let request = AttributionV1.DescribeTimelinesRequest()
        let told = try await timelines.describeTimelines(request).message.value()
        guard told.currentTime != nil, told.conversions == events / 20, told.persons > 0 else {
            throw Peer.Failure(description: "not all timelines were made: \(told)")
        }
        return Double(events) / seconds
    }

    /// Events a second, by SQL.
    private func selected(_ served: ServedTenants, _ events: Int) async throws -> Double {
        let start = ContinuousClock.now
        try await run(
            """
            drop table if exists by_sql;
            create table by_sql as
            with ordered as (
                select *, occurred_at - lag(occurred_at) over own as idle,
                    arrival is distinct from lag(arrival) over own as is_new
                from ingest_v1_events
                window own as (partition by person order by occurred_at, key)
            )
            select person, array_agg(occurred_at order by occurred_at, key) as times,
                array_agg(kind order by occurred_at, key) as kinds,
                array_agg(channel order by occurred_at, key) as channels
            from ordered
            where kind in (2, 3, 4)
                or (kind = 1 and (idle is null or idle >= interval '30 minutes' or is_new))
            group by person
            """,
            served
        )
        return Double(events) / (start.duration(to: .now) / .seconds(1))
    }
}
