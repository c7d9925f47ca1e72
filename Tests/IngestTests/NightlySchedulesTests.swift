import Contracts
import Jobs
import Messages
import Platform
import RPC
import Schema
import Tenancy
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("What is done each night", .timeLimit(.minutes(5)))
struct NightlySchedulesTests {
    @Test("is done for all tenants, by their own clocks, and stays paused")
    func schedules() async throws {
        let ingest = try await ServedIngest()
        let served = ingest.served
        let works = [
            SnapshotJob.nightly(of: served.api.service),
            RejectedRowsEnd.nightly(of: served.api.service),
        ]
        let (snapshots, end) = (works[0].scheduleName, works[1].scheduleName)
        let nightly = NightlySchedules(
            works,
            of: served.api.service,
            served.database,
            served.jobs,
            logger: served.fixture.logger
        )
        func schedule(_ name: String, _ member: Int) async throws -> StoredSchedule? {
            let context = try served.context(served.members[member])
            let scope = try served.database.scope(for: context, before: SchemaFixture.soon)
            return try await served.jobs.schedule(name, in: scope)
        }
        func zone(_ stored: StoredSchedule?, at hour: Int = 2) -> String? {
            guard case .cron(let expression, let zone)? = stored?.schedule.timing else {
                return nil
            }
            #expect(expression.text.hasSuffix(" \(hour) * * *"))
            return zone
        }
        #expect(try await schedule(snapshots, 0) == nil)
        await nightly.rounds.look()
        for member in 0...1 {
            let stored = try #require(try await schedule(snapshots, member))
            #expect(zone(stored) == "UTC" && !stored.isPaused && stored.nextAt != nil)
            #expect(stored.schedule.steps.map(\.kind) == ["quality_snapshot"])
            let ending = try #require(try await schedule(end, member))
            #expect(zone(ending, at: 3) == "UTC" && !ending.isPaused)
            #expect(ending.schedule.steps.map(\.kind) == ["end_rejected_rows"])
        }
        let context = try served.context(served.members[0])
        let scope = try served.database.scope(for: context, before: SchemaFixture.soon)
        try await served.jobs.pause(snapshots, in: scope)
        try await ingest.set(timeZone: "Asia/Tokyo")
        await nightly.rounds.look()
        #expect(try await schedule(snapshots, 0).map(\.isPaused) == true)
        #expect(zone(try await schedule(snapshots, 0)) == "Asia/Tokyo")
        #expect(zone(try await schedule(snapshots, 1)) == "UTC")
        #expect(zone(try await schedule(end, 0), at: 3) == "Asia/Tokyo")
        #expect(try await schedule(end, 0).map(\.isPaused) == false)

        // What it makes is a snapshot of yesterday.
        try await served.jobs.resume(snapshots, in: scope)
        let jobs = try await served.jobs.runNow(snapshots, in: scope)
        #expect(jobs.count == 1)
        try await served.finishJobs(of: served.members[0])
        let snapshot = try await ingest.quality.getSnapshot(.init()).message.value()
        #expect(snapshot.complete && snapshot.timeZone == "Asia/Tokyo")
        // A tenant that is known is not looked at again.
        try await served.jobs.delete(snapshots, in: scope)
        await nightly.rounds.look()
        #expect(try await schedule(snapshots, 0) == nil)
        await ingest.stop()
    }
}
