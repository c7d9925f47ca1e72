import Contracts
import Jobs
import Messages
import RPC
import Telemetry
import Tenancy
import TestTenants
import Testing
import Wire

@Suite("Runs over timelines that are made for the first time", .timeLimit(.minutes(5)))
struct FirstTimelinesTests {
    private static func journeys(
        _ request: inout AttributionV1.RunModelsRequest,
        isPartial: Bool = false
    ) {
        request.journeys = AttributionV1.JourneySelection()
        (request.replicates, request.allowPartial) = (0, isPartial)
    }

    /// A click and an order of some hours ago.
    private static func events(hoursAgo: Int64) -> [IngestV1.Event] {
        let minutes = (UTCTimestamp.now.milliseconds / 1_000 - 1_772_366_400) / 60 - hoursAgo * 60
        return [
            ServedAttribution.event("click", after: minutes) {
                $0.kind = .click
                $0.visit = ServedAttribution.visit("google", "cpc")
            }, ServedAttribution.order("o1", "10", after: minutes + 1),
        ]
    }

    @Test("are refused, with how far those are, unless some are enough")
    func refused() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write(Self.events(hoursAgo: 5))
        func refusal(_ words: String) async throws {
            try await attribution.refusal(.failedPrecondition, words) {
                _ = try await attribution.run("linear") { Self.journeys(&$0) }
            }
            try await attribution.refusal(.failedPrecondition, words) {
                _ = try await attribution.create("linear") { Self.journeys(&$0) }
            }
        }
        try await refusal("have never been made: that begins by itself")
        try await attribution.refusal(.failedPrecondition, "nothing to credit") {
            _ = try await attribution.run("linear") { Self.journeys(&$0, isPartial: true) }
        }
        #expect(try await attribution.list().runs == [])
        try await attribution.build()
        #expect(try await attribution.run("linear") { Self.journeys(&$0) }.conversions == 1)
        // As a build leaves it that has more to do.
        try await attribution.rows(
            """
            update timeline_head set current_at = null;
            insert into timeline_changes (id) values ('a:1'), ('a:2')
            """
        )
        try await refusal("1 persons are done, 2 ids wait")
        let run = try await attribution.run("linear") { Self.journeys(&$0, isPartial: true) }
        #expect(run.conversions == 1 && run.report?.currentTime == nil)
        #expect(run.report?.isBehind == true)
        let kept = try await attribution.finished("linear") { Self.journeys(&$0, isPartial: true) }
        #expect(kept.state == .completed && kept.request?.allowPartial == true)
        await attribution.stop()
    }

    /// Runs a schedule, and waits until its job waits for timelines.
    private func postponed(_ attribution: ServedAttribution) async throws {
        var schedule = AttributionV1.RunSchedule()
        schedule.days = 7
        var request = AttributionV1.RunModelsRequest()
        (request.model, request.replicates) = ("linear", 0)
        schedule.request = request
        var put = AttributionV1.PutRunScheduleRequest()
        (put.name, put.schedule) = ("daily", schedule)
        _ = try await attribution.runs.putRunSchedule(put)
        _ = try await attribution.served.jobs.runNow("daily", in: try attribution.scope)
        let waiting = """
            select 1 from jobs where kind = 'run_models' and state = 'waiting' and attempts = 1
                and problem like '%never been made%' and run_at > now()
            """
        while try await attribution.rows(waiting) == [] { await Task.yield() }
        #expect(try await attribution.list().runs.map(\.state) == [.running])
    }

    /// Has the time come for which jobs wait, and waits until all are over.
    private func goOn(_ attribution: ServedAttribution) async throws {
        try await attribution.rows("update jobs set run_at = now() where state = 'waiting'")
        // Whatever comes has the queue looked at.
        let service = try #require(ServiceName("attribution"))
        let type = JobType<AttributionV1.StoredRunOrder>("run_models", of: service)
        _ = try await attribution.served.jobs.enqueue(
            [type.job(.init())],
            in: try attribution.scope
        )
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        try await attribution.tidy()
    }

    @Test("of schedules wait for them")
    func waits() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write(Self.events(hoursAgo: 48))
        try await postponed(attribution)
        _ = try await attribution.timelines.buildTimelines(.init())
        let made = "select 1 from timeline_head where current_at is not null"
        while try await attribution.rows(made) == [] { await Task.yield() }
        try await goOn(attribution)
        let run = try #require(try await attribution.list().runs.first)
        #expect(run.state == .completed && run.problem.isEmpty, "\(run)")
        #expect(try await attribution.run(of: run.runID).result?.conversions == 1)
        await attribution.stop()
    }

    @Test("of schedules fail when they have waited for a day")
    func givesUp() async throws {
        let attribution = try await ServedAttribution()
        try await postponed(attribution)
        try await attribution.rows(
            "update attribution_runs set created_at = created_at - interval '25 hours'"
        )
        try await goOn(attribution)
        let run = try #require(try await attribution.list().runs.first)
        #expect(run.state == .failed && run.problem.contains("never been made"), "\(run)")
        await attribution.stop()
    }

    @Test("and summaries, steps and what comes next are refused too, unless some are enough")
    func looks() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write(Self.events(hoursAgo: 5))
        try await attribution.build()
        try await attribution.rows("update timeline_head set current_at = null")
        func looks(isPartial: Bool) -> [() async throws -> Int64] {
            var paths = AttributionV1.SummarizePathsRequest()
            (paths.journeys, paths.allowPartial) = (.init(), isPartial)
            var next = AttributionV1.NextBestChannelRequest()
            (next.journeys, next.allowPartial) = (.init(), isPartial)
            var steps = AttributionV1.GetStepTreeRequest()
            (steps.journeys, steps.allowPartial) = (.init(), isPartial)
            return [
                { [paths] in
                    try await attribution.models.summarizePaths(paths).message.value().conversions
                },
                { [next] in
                    try await attribution.journeys.nextBestChannel(next).message.value()
                        .channels.reduce(0) { $0 + $1.conversions }
                },
                { [steps] in
                    try await attribution.journeys.getStepTree(steps).message.value().journeys
                },
            ]
        }
        for look in looks(isPartial: false) {
            try await attribution.refusal(.failedPrecondition, "allow_partial") {
                _ = try await look()
            }
        }
        for look in looks(isPartial: true) { #expect(try await look() == 1) }
        await attribution.stop()
    }
}
