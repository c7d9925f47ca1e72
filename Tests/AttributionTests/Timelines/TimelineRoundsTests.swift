import Jobs
import Tenancy
import TestKit
import TestTenants
import Testing

@testable import Attribution

@Suite("Rounds that have timelines made", .timeLimit(.minutes(5)))
struct TimelineRoundsTests {
    private let attribution: ServedAttribution
    private let jobs: TimelineJobs

    init() async throws {
        attribution = try await ServedAttribution()
        let service = try #require(ServiceName("attribution"))
        jobs = TimelineJobs(of: service, attribution.served.jobs)
    }

    private func isDue() async throws -> Bool {
        try await TimelineFeed.isDue(in: try attribution.scope)
    }

    /// Has the first and the last commit since the last build be so old; clocks go on meanwhile,
    /// so that the last one may be of a time to come.
    private func age(first: Int, last: Int) async throws {
        try await attribution.rows(
            """
            update event_commits c set written_at = now() - case
                when c.commit_id = (select min(commit_id) from event_commits)
                then interval '\(first) s' else interval '\(last) s' end
            """
        )
    }

    @Test("wait while events come one commit after the other, but not for long")
    func quiet() async throws {
        try await attribution.write([ServedAttribution.event("first")])
        try await attribution.build()
        #expect(try await !isDue())
        try await attribution.rows("delete from event_commits")
        try await attribution.write([ServedAttribution.event("second", after: 1)])
        try await attribution.write([ServedAttribution.event("third", after: 2)])
        try await attribution.settle()
        // There is news, of which more is just coming.
        #expect(try await TimelineFeed.hasNews(in: try attribution.scope))
        try await age(first: -600, last: -600)
        #expect(try await !isDue())
        try await age(first: 90, last: -600)
        #expect(try await isDue())
        try await age(first: -600, last: -600)
        #expect(try await !isDue())
        try await age(first: -600, last: 20)
        #expect(try await isDue())
        try await attribution.build()
        #expect(try await !isDue())
        await attribution.stop()
    }

    @Test("leave those alone that are being made")
    func running() async throws {
        try await attribution.write([ServedAttribution.event("first")])
        try await attribution.rows("update event_commits set written_at = now() - interval '1 h'")
        try await attribution.settle()
        // One that a worker has the lease of.
        let scope = try attribution.scope
        var job = jobs.job
        job.start = .after(.seconds(3_600))
        let served = attribution.served
        let id = try await served.jobs.enqueue([job], in: scope)[0].id
        try await attribution.rows(
            """
            update jobs set state = 'running', lease_token = gen_random_uuid(),
                lease_until = now() + interval '1 h', unique_key = null
            where id = '\(id)'
            """
        )
        let count = "select count(*) from jobs where kind = 'build_timelines'"
        try await jobs.enqueueIfDue(in: scope)
        #expect(try await isDue())
        #expect(try await attribution.rows(count) == ["1"])
        try await attribution.rows("delete from jobs where id = '\(id)'")
        try await jobs.enqueueIfDue(in: scope)
        #expect(try await attribution.rows(count) == ["1"])
        try await served.finishJobs(of: served.members[0])
        #expect(try await !isDue())
        await attribution.stop()
    }
}
