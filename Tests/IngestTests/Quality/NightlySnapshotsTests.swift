import Contracts
import Jobs
import Messages
import RPC
import Schema
import Tenancy
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Nightly snapshots", .timeLimit(.minutes(5)))
struct NightlySnapshotsTests {
    @Test("are of all tenants, by their own clocks, and stay paused")
    func schedules() async throws {
        let ingest = try await ServedIngest()
        let served = ingest.served
        let nightly = NightlySnapshots(
            of: served.api.service,
            served.database,
            served.jobs,
            logger: served.fixture.logger
        )
        func schedule(_ member: Int) async throws -> StoredSchedule? {
            let context = try served.context(served.members[member])
            let scope = try served.database.scope(for: context, before: SchemaFixture.soon)
            return try await served.jobs.schedule(NightlySnapshots.scheduleName, in: scope)
        }
        func zone(_ stored: StoredSchedule?) -> String? {
            guard case .cron(let expression, let zone)? = stored?.schedule.timing else {
                return nil
            }
            #expect(expression.text.hasSuffix(" 2 * * *"))
            return zone
        }
        #expect(try await schedule(0) == nil)
        await nightly.look()
        for member in 0...1 {
            let stored = try #require(try await schedule(member))
            #expect(zone(stored) == "UTC" && !stored.isPaused && stored.nextAt != nil)
            #expect(stored.schedule.steps.map(\.kind) == ["quality_snapshot"])
        }
        let context = try served.context(served.members[0])
        let scope = try served.database.scope(for: context, before: SchemaFixture.soon)
        try await served.jobs.pause(NightlySnapshots.scheduleName, in: scope)
        try await ingest.set(timeZone: "Asia/Tokyo")
        await nightly.look()
        #expect(try await schedule(0).map(\.isPaused) == true)
        #expect(zone(try await schedule(0)) == "Asia/Tokyo")
        #expect(zone(try await schedule(1)) == "UTC")

        // What it makes is a snapshot of yesterday.
        try await served.jobs.resume(NightlySnapshots.scheduleName, in: scope)
        let jobs = try await served.jobs.runNow(NightlySnapshots.scheduleName, in: scope)
        #expect(jobs.count == 1)
        try await served.finishJobs(of: served.members[0])
        let snapshot = try await ingest.quality.getSnapshot(.init()).message.value()
        #expect(snapshot.complete && snapshot.timeZone == "Asia/Tokyo")
        // A tenant that is known is not looked at again.
        try await served.jobs.delete(NightlySnapshots.scheduleName, in: scope)
        await nightly.look()
        #expect(try await schedule(0) == nil)
        await ingest.stop()
    }
}
