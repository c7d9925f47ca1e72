import Contracts
import Jobs
import Messages
import RPC
import Telemetry
import Tenancy
import TestTenants
import Testing
import Wire

@Suite("Schedules of runs", .timeLimit(.minutes(5)))
struct RunSchedulesTests {
    private static func put(
        _ name: String,
        in attribution: ServedAttribution,
        _ change: (inout AttributionV1.RunSchedule) -> Void = { _ in }
    ) async throws -> AttributionV1.RunSchedule {
        var schedule = AttributionV1.RunSchedule()
        (schedule.label, schedule.days, schedule.hour) = ("daily", 7, 3)
        var request = AttributionV1.RunModelsRequest()
        (request.model, request.seed, request.replicates) = ("linear", 9, 0)
        schedule.request = request
        change(&schedule)
        var put = AttributionV1.PutRunScheduleRequest()
        (put.name, put.schedule) = (name, schedule)
        return try await attribution.runs.putRunSchedule(put).message.value()
    }

    @Test("make runs over the last whole days, which are kept for as long as they say")
    func daily() async throws {
        let attribution = try await ServedAttribution()
        let now = UTCTimestamp.now.milliseconds / 60_000
        let base = now - 1_772_366_400 / 60
        func events(_ user: String, hoursAgo: Int64) -> [IngestV1.Event] {
            [
                ServedAttribution.event("page-\(user)", after: base - hoursAgo * 60 - 60) {
                    $0.anonymousID = user
                    $0.visit = ServedAttribution.visit("google", "cpc")
                },
                ServedAttribution.order(user, "10", after: base - hoursAgo * 60) {
                    $0.anonymousID = user
                },
            ]
        }
        try await attribution.write(events("near", hoursAgo: 30) + events("far", hoursAgo: 240))
        try await attribution.build()
        let schedule = try await Self.put("daily-runs", in: attribution)
        #expect(schedule.keepDays == 400 && schedule.nextTime != nil && !schedule.paused)
        let all = try await attribution.runs.listRunSchedules(.init()).message.value()
        #expect(all.schedules == [schedule])
        let byHand = try await attribution.finished("linear") { $0.journeys = .init() }
        #expect(byHand.result?.conversions == 2, "\(byHand)")
        let queue = attribution.served.jobs
        _ = try await queue.runNow("daily-runs", in: try attribution.scope)
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        let listed = try await attribution.list { $0.schedule = "daily-runs" }.runs
        #expect(listed.count == 1 && listed.first?.label == "daily")
        let run = try await attribution.run(of: try #require(listed.first).runID)
        #expect(run.state == .completed && run.result?.conversions == 1, "\(run)")
        let journeys = try #require(run.request?.journeys)
        let (from, to) = (try #require(journeys.fromTime), try #require(journeys.toTime))
        let made = try #require(run.createTime)
        #expect(to.seconds - from.seconds >= 7 * 86_400 - 3_600)
        #expect(to.seconds - from.seconds <= 7 * 86_400 + 3_600)
        #expect((0...90_000).contains(made.seconds - to.seconds))
        #expect(try #require(run.expireTime).seconds - made.seconds == 400 * 86_400)
        var request = try #require(run.request)
        request.journeys?.asOf = made
        #expect(try await attribution.run { $0 = request } == run.result)
        // Once its time is over it is gone, and no other.
        try await attribution.rows(
            "update attribution_runs set expires_at = now() where schedule is not null"
        )
        try await attribution.tidy()
        #expect(try await attribution.list().runs.map(\.runID) == [byHand.runID])
        await attribution.stop()
    }

    @Test("are changed and ended by their names, and are no schedules of anything else")
    func names() async throws {
        let attribution = try await ServedAttribution()
        let service = try #require(ServiceName("attribution"))
        let build = JobType<AttributionV1.BuildTimelinesRequest>("build_timelines", of: service)
        let other = Schedule("other", of: service, .every(seconds: 86_400), [.init(build, .init())])
        try await attribution.served.jobs.put(other, in: try attribution.scope)
        try await attribution.refusal(.alreadyExists, "another name") {
            _ = try await Self.put("other", in: attribution)
        }
        for number in 0..<20 { _ = try await Self.put("s\(number)", in: attribution) }
        try await attribution.refusal(.resourceExhausted, "delete one") {
            _ = try await Self.put("more", in: attribution)
        }
        let changed = try await Self.put("s7", in: attribution) {
            ($0.hour, $0.keepDays) = (5, 30)
        }
        #expect(changed.hour == 5 && changed.keepDays == 30)
        try await attribution.served.jobs.pause("s7", in: try attribution.scope)
        var delete = AttributionV1.DeleteRunScheduleRequest()
        delete.name = "s8"
        _ = try await attribution.runs.deleteRunSchedule(delete)
        let all = try await attribution.runs.listRunSchedules(.init()).message.value().schedules
        #expect(all.count == 19 && all.map(\.name) == all.map(\.name).sorted())
        #expect(all.filter(\.paused).map(\.name) == ["s7"])
        for name in ["s8", "other", "a\0"] {
            delete.name = name
            let request = delete
            try await attribution.refusal(.notFound, "no schedule of runs") {
                _ = try await attribution.runs.deleteRunSchedule(request)
            }
        }
        await attribution.stop()
    }

    @Test("are refused with what cannot be run each day")
    func refused() async throws {
        let attribution = try await ServedAttribution()
        func refusal(
            _ words: String,
            _ change: @escaping (inout AttributionV1.RunSchedule) -> Void
        ) async throws {
            try await attribution.refusal(.invalidArgument, words) {
                _ = try await Self.put("daily", in: attribution, change)
            }
        }
        try await refusal("schedule.days") { $0.days = 0 }
        try await refusal("schedule.days") { $0.days = 731 }
        try await refusal("schedule.hour") { $0.hour = 24 }
        try await refusal("schedule.keep_days") { $0.keepDays = 1_001 }
        try await refusal("schedule.label") { $0.label = String(repeating: "a", count: 201) }
        try await refusal("schedule.request.import_id") { $0.request?.importID = "x" }
        try await refusal("schedule.request.journeys") { schedule in
            schedule.request?.journeys = AttributionV1.JourneySelection()
            schedule.request?.journeys?.asOf = GoogleProtobuf.Timestamp()
        }
        try await refusal("journeys.currency") { schedule in
            schedule.request?.journeys = AttributionV1.JourneySelection()
            schedule.request?.journeys?.currency = "euro"
        }
        try await refusal("use one of") { $0.request?.model = "astrology" }
        try await attribution.refusal(.invalidArgument, "name") {
            _ = try await Self.put("No Name", in: attribution)
        }
        try await attribution.refusal(.invalidArgument, "name") {
            _ = try await Self.put("a\0", in: attribution)
        }
        #expect(
            try await attribution.runs.listRunSchedules(.init()).message.value().schedules == []
        )
        await attribution.stop()
    }
}
