import Contracts
import Messages
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("A snapshot", .serialized, .timeLimit(.minutes(5)))
struct SnapshotTests {
    /// Its own: what is still running on a shared one holds the feed of commits back.
    private static let server = Task { try await PrivatePostgres() }

    private static var now: Int64 { UTCTimestamp.now.milliseconds / 1_000 }

    /// What a snapshot says, but of what came on its day.
    private func told(_ snapshot: IngestV1.QualitySnapshot) -> QualityOracle.Told {
        var told: QualityOracle.Told = [:]
        for metric in snapshot.metrics
        where !["duplicate_share", "reject_share"].contains(metric.name)
            && (metric.name != "future_rows" || metric.dimensions["kind"] != "event")
        {
            told[QualityOracle.key(metric)] = [metric.value, metric.count]
        }
        return told
    }

    private func expect(
        _ snapshot: IngestV1.QualitySnapshot,
        says oracle: QualityOracle,
        _ place: SourceLocation = #_sourceLocation
    ) {
        let (told, expected) = (told(snapshot), oracle.told())
        for key in Set(told.keys).union(expected.keys).sorted() {
            let (is_, should) = (told[key] ?? [], expected[key] ?? [])
            let isClose =
                is_.count == should.count
                && zip(is_, should).allSatisfy { abs($0 - $1) <= 1e-9 * max(1, abs($1)) }
            #expect(isClose, "\(key): \(is_), expected \(should)", sourceLocation: place)
        }
        #expect(snapshot.metricCount == snapshot.metrics.count && !snapshot.truncated)
    }

    @Test(
        "says what is recounted row by row, by the days of the tenant's time zone",
        arguments: [("UTC", Int64(0), UInt64(1)), ("Asia/Kolkata", 19_800, 2)]
    )
    func oracle(zone: String, offset: Int64, seed: UInt64) async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        if zone != "UTC" { try await ingest.set(timeZone: zone) }
        let world = QualityWorld(offset: offset, now: Self.now, seed: seed)
        let mapped = try await ingest.write(world)
        #expect(Set(mapped.map(\.unknown)) == [false, true])
        let day = world.today - 1
        let snapshot = try await ingest.takeSnapshot()
        #expect(snapshot.date == QualityWorld.text(day) && snapshot.timeZone == zone)
        #expect(snapshot.complete && snapshot.recountedDays == 63)
        expect(snapshot, says: QualityOracle(world: world, mapped: mapped, day: day))
        // All but the two of what came on the day.
        #expect(Set(snapshot.metrics.map(\.name)).count == QualityMeasure.allCases.count - 2)

        // One of an earlier day counts only what the first has not.
        let earlier = try await ingest.takeSnapshot(of: QualityWorld.text(day - 5))
        #expect(earlier.recountedDays == 5 && earlier.openedFindings == 0)
        expect(earlier, says: QualityOracle(world: world, mapped: mapped, day: day - 5))
        await ingest.stop()
    }

    /// Waits until the feed of commits tells all there are.
    private func settle(_ ingest: ServedIngest) async throws {
        try await ingest.wait(
            for: "select 1 from event_commits where xid >= pg_snapshot_xmin(pg_current_snapshot())",
            of: []
        )
    }

    @Test("counts days anew that late events, deletions and other time zones have changed")
    func recount() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        var world = QualityWorld(offset: 0, now: Self.now, seed: 3)
        let mapped = try await ingest.write(world)
        let day = world.today - 1
        try await settle(ingest)
        try await ingest.takeSnapshot()
        #expect(try await ingest.takeSnapshot().recountedDays == 0)

        // Late ones of a day, far from midnight: the neighbours of a changed day are counted too.
        let late = (0..<50).map { number in
            QualityWorld.Event(
                id: "late-\(number)",
                origin: "shop",
                kind: .click,
                channel: "email",
                time: Int64(day - 7) * 86_400 + 43_200
            )
        }
        world.events += late
        #expect(try await ingest.write(late.map(\.message)) { $0.origin = "shop" }.accepted == 50)
        try await settle(ingest)
        var snapshot = try await ingest.takeSnapshot()
        #expect(snapshot.recountedDays == 3)
        expect(snapshot, says: QualityOracle(world: world, mapped: mapped, day: day))

        // Deletions say so by the feed.
        let gone = day - 14
        let kept = world.events.filter { $0.origin != "shop" || world.day(of: $0) != gone }
        world.events = kept
        try await ingest.rows(
            """
            delete from events where origin = 'shop'
                and (occurred_at at time zone 'UTC')::date = '\(QualityWorld.text(gone))';
            insert into event_commits (commit_id, xid, token, events, days, written_at)
            values (nextval('event_commit_ids'), pg_current_xact_id(), gen_random_uuid(), 0,
                array['\(QualityWorld.text(gone))'::date], now());
            """
        )
        try await settle(ingest)
        snapshot = try await ingest.takeSnapshot()
        #expect(snapshot.recountedDays == 3)
        expect(snapshot, says: QualityOracle(world: world, mapped: mapped, day: day))

        // The hours of days are others.
        try await ingest.set(timeZone: "Asia/Kolkata")
        let before = QualityWorld.text(day - 1)
        #expect(try await ingest.takeSnapshot(of: before).recountedDays == 63)
        await ingest.stop()
    }

    @Test("is of days that are all counted, though another finds meanwhile that they have changed")
    func contested() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        let world = QualityWorld(offset: 0, now: Self.now, seed: 4)
        let mapped = try await ingest.write(world)
        async let taken = ingest.takeSnapshot()
        for _ in 0..<4 {
            try await ingest.rows(
                """
                begin; select 1 from quality_head for update; delete from quality_days; commit
                """
            )
        }
        let snapshot = try await taken
        #expect(snapshot.recountedDays >= 63)
        expect(snapshot, says: QualityOracle(world: world, mapped: mapped, day: world.today - 1))
        await ingest.stop()
    }

    @Test("of today tells what came of rows, and of what day they say they are")
    func arrivals() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        let now = Self.now
        func event(_ id: String, in hours: Int64 = 0, _ channel: String = "") -> IngestV1.Event {
            QualityWorld.Event(
                id: id,
                origin: "",
                kind: .click,
                channel: channel,
                time: now + hours * 3_600
            ).message
        }
        // Of 40, 10 come twice in a call and 20 again, 5 are wrong in one way and 3 in another.
        let good = (0..<40).map { event("e\($0)", in: $0 < 4 ? 30 : 0) }
        let wrong = (0..<5).map { event("w\($0)", "nowhere") } + (0..<3).map { _ in event("") }
        try await ingest.write(good + good.prefix(10) + wrong) { $0.origin = "shop" }
        try await ingest.write(Array(good.suffix(20))) { $0.origin = "shop" }
        let row = IngestV1.SpendRow.row("2026-01-01", "1")
        try await ingest.write([row, row.with(spend: "-1")], from: "file")
        try await ingest.write([row, row.with(campaign: "b")], from: "file")
        try await ingest.write([row.with(spend: "2")], from: "file")

        let today = QualityWorld.text(Int(now / 86_400))
        let snapshot = try await ingest.takeSnapshot(of: today)
        #expect(!snapshot.complete)
        var told: [String: [Double]] = [:]
        for metric in snapshot.metrics {
            told[QualityOracle.key(metric)] = [metric.value, metric.count]
        }
        #expect(told["duplicate_share kind=event source=shop"] == [30.0 / 70, 70])
        #expect(told["reject_share kind=event reason=any source=shop"] == [8.0 / 78, 78])
        #expect(
            told["reject_share kind=event reason=unknown_channel source=shop"] == [5.0 / 78, 78]
        )
        #expect(told["reject_share kind=event reason=invalid source=shop"] == [3.0 / 78, 78])
        #expect(told["future_rows kind=event source=shop"] == [4, 40])
        // Accepted twice, corrected once, there before once, and rejected once.
        #expect(told["duplicate_share kind=spend source=file"] == [0.25, 4])
        #expect(told["reject_share kind=spend reason=any source=file"] == [0.2, 5])
        #expect(told["reject_share kind=spend reason=negative source=file"] == [0.2, 5])
        let names = Set(snapshot.metrics.map(\.name))
        #expect(!names.contains("volume_score") && !names.contains("freshness_ratio"))
        await ingest.stop()
    }

    @Test("is taken once by a job that is done again since nobody knew that it was done")
    func repeatedJob() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        let served = ingest.served
        try await ingest.write([.row("2026-01-01", "1")])
        try await ingest.takeSnapshot()
        let kept =
            "select number, job, opened_findings from quality_snapshots, "
            + "lateral (select count(*) as opened_findings from quality_findings) f"
        let before = try await ingest.rows(kept)
        let (tenant, schema) = (served.members[0].id.text, served.members[0].id.schemaName)
        try await served.fixture.database.run(
            """
            update \(schema).jobs set state = 'waiting', attempts = 0, started_at = null,
                finished_at = null, result = null, progress = 0, run_at = now();
            insert into node.wakeups (tenant_id, queue, next_at)
                values ('\(tenant)', 'ingest', now())
                on conflict (tenant_id, queue) do update set next_at = excluded.next_at
            """
        )
        try await served.finishJobs(of: served.members[0])
        #expect(try await ingest.rows("select state, result is not null from jobs") == ["done|t"])
        #expect(try await ingest.rows(kept) == before && before.count == 1)
        await ingest.stop()
    }

    @Test("is taken once for all who ask meanwhile, and of days that there are")
    func requests() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        for date in ["x", "2026-02-30", "1999-01-01", "9999-01-01"] {
            var request = IngestV1.TakeSnapshotRequest()
            request.date = date
            let error = await #expect(throws: RPCError.self) {
                try await ingest.quality.takeSnapshot(request)
            }
            #expect(error?.code == .invalidArgument && error?.message.hasPrefix("date: ") == true)
        }
        let error = await #expect(throws: RPCError.self) {
            try await ingest.quality.getSnapshot(.init())
        }
        #expect(error?.code == .notFound)
        for _ in 0..<3 { try await ingest.takeSnapshot() }
        var request = IngestV1.ListSnapshotsRequest()
        request.pageSize = 2
        let first = try await ingest.quality.listSnapshots(request).message.value()
        #expect(first.snapshots.map(\.number) == [3, 2])
        request.pageToken = first.nextPageToken
        let second = try await ingest.quality.listSnapshots(request).message.value()
        #expect(second.snapshots.map(\.number) == [1] && second.nextPageToken.isEmpty)
        var get = IngestV1.GetSnapshotRequest()
        (get.number, get.metric) = (2, "no_such_metric")
        await #expect(throws: RPCError.self) { try await ingest.quality.getSnapshot(get) }
        await ingest.stop()
    }
}

extension IngestV1.SpendRow {
    fileprivate func with(spend: String? = nil, campaign: String? = nil) -> IngestV1.SpendRow {
        var row = self
        if let spend { row.spend = spend }
        if let campaign { row.campaign = campaign }
        return row
    }
}
