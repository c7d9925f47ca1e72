import Contracts
import Jobs
import Messages
import Postgres
import RPC
import Telemetry
import Tenancy
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Rejected rows that were kept long enough", .timeLimit(.minutes(5)))
struct RejectedRowsEndTests {
    /// Rows of a channel that there is not, a day each.
    private func reject(_ count: Int, _ ingest: ServedIngest) async throws -> [Int64] {
        try await ingest.write(
            (0..<count).map { place in .row("2026-01-01", "\(place)") { $0.channel = "radio" } }
        ).fates.map(\.rejectedNumber)
    }

    private func age(_ numbers: [Int64], _ column: String, _ ingest: ServedIngest) async throws {
        let list = numbers.map { "\($0)" }.joined(separator: ", ")
        try await ingest.rows(
            """
            update rejected_rows set \(column) = \(column) - interval '91 days'
            where number in (\(list))
            """
        )
    }

    private func discard(_ numbers: [Int64], _ ingest: ServedIngest) async throws {
        var request = IngestV1.DiscardRejectedRowsRequest()
        request.numbers = numbers
        _ = try await ingest.rejected.discardRejectedRows(request)
    }

    /// Has it done, as at night.
    private func begin(_ ingest: ServedIngest) async throws -> JobID {
        let served = ingest.served
        let work = RejectedRowsEnd.nightly(of: served.api.service)
        let timing = Schedule.Timing.cron(try CronExpression("0 3 * * *"), timeZone: "UTC")
        let schedule = Schedule(work.scheduleName, of: served.api.service, timing, [work.step])
        try await served.jobs.put(schedule, in: ingest.scope)
        return try #require(
            try await served.jobs.runNow(work.scheduleName, in: ingest.scope).first
        )
    }

    /// What came of it.
    private func end(_ id: JobID, _ ingest: ServedIngest) async throws -> IngestV1.EndedRejectedRows
    {
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        let job = try #require(try await ingest.served.jobs.job(id, in: ingest.scope))
        #expect(job.state == .done)
        let bytes = job.result ?? []
        return try IngestV1.EndedRejectedRows(decoding: bytes.rawBytes)
    }

    private func left(_ ingest: ServedIngest) async throws -> [Int64] {
        try await ingest.rows("select number from rejected_rows order by number")
            .compactMap { Int64($0) }
    }

    @Test("are deleted, whatever their state, and those of which something became stay")
    func ended() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 2)
        let numbers = try await reject(9, ingest)
        try await discard(Array(numbers[0...1]), ingest)
        // All but the last were rejected long ago; the second was given up since.
        try await age(Array(numbers[..<8]), "rejected_at", ingest)
        try await age([numbers[0]], "settled_at", ingest)
        // The first of those that wait is sent again, and is rejected anew.
        _ = try await reject(3, ingest)
        let ended = try await end(begin(ingest), ingest)
        // What was given up was sent again, too, and waits as a row of its own.
        let kept = try await left(ingest)
        #expect(kept.prefix(3) == [numbers[1], numbers[2], numbers[8]] && kept.count == 5)
        #expect(ended.rows == 6)
        let again = try await end(begin(ingest), ingest)
        #expect(again.rows == 0)
        await ingest.stop()
    }

    @Test("say when that is")
    func told() async throws {
        let ingest = try await ServedIngest()
        let numbers = try await reject(2, ingest)
        try await age(numbers, "rejected_at", ingest)
        try await discard([numbers[0]], ingest)
        let rows = try await ingest.rejected.listRejectedRows(.init()).message.value().rows
        for row in rows {
            let last = try #require((row.settleTime ?? row.rejectTime).flatMap { UTCTimestamp($0) })
            let time = try #require(row.deleteTime.flatMap { UTCTimestamp($0) })
            #expect(time.milliseconds - last.milliseconds == 90 * 86_400_000)
        }
        #expect(rows.count == 2)
        await ingest.stop()
    }

    @Test("stay if something becomes of them while they are being deleted")
    func overtaken() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 3)
        let numbers = try await reject(5, ingest)
        try await age(numbers, "rejected_at", ingest)
        let store = QuarantineStore()
        let id = try await ingest.scope.transaction { transaction in
            _ = try await store.lock([numbers[1]], in: transaction)
            let id = try await begin(ingest)
            try await ingest.wait(
                for: """
                    select count(*) from pg_stat_activity
                    where wait_event_type = 'Lock' and datname = current_database()
                    """,
                of: ["1"]
            )
            try await store.settle([(numbers[1], .accepted)], in: transaction)
            return id
        }
        let ended = try await end(id, ingest)
        #expect(ended.rows == 4)
        #expect(try await left(ingest) == [numbers[1]])
        await ingest.stop()
    }

    @Test("are all gone though the job failed half-way, each counted once")
    func failed() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 2)
        let numbers = try await reject(7, ingest)
        try await age(numbers, "rejected_at", ingest)
        // One that the database does not let go until it does.
        try await ingest.rows(
            """
            create table guilty (number bigint references rejected_rows);
            insert into guilty values (\(numbers[4]))
            """
        )
        let id = try await begin(ingest)
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        #expect(try await ingest.rows("select state from jobs") == ["dead"])
        #expect(try await left(ingest) == Array(numbers[4...]))
        try await ingest.rows("drop table guilty")
        try await ingest.redriveJobs()
        #expect(try await end(id, ingest).rows == 7)
        #expect(try await left(ingest) == [])
        await ingest.stop()
    }

    @Test("are found without a look at the others")
    func plan() async throws {
        let ingest = try await ServedIngest()
        try await ingest.rows(
            """
            insert into rejected_rows (kind, form, body, reason, description, row_number, batch,
                digest, rejected_at)
            select 'event', 'json', '{}', 'missing', '', n, gen_random_uuid(),
                sha256(n::text::bytea), now() from generate_series(1, 20000) n;
            analyze rejected_rows
            """
        )
        let plan = try await ingest.plan(
            of: "\(Statement.findEndedRows.sql)",
            "timestamptz, bigint",
            "now() - interval '90 days', 5000"
        )
        #expect(plan.contains { $0.contains("rejected_rows_age_idx") }, "\(plan)")
        #expect(plan.allSatisfy { !$0.contains("Seq Scan") }, "\(plan)")
        await ingest.stop()
    }
}
