import Messages
import Net
import Postgres
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("Schedules", .timeLimit(.minutes(5)))
struct ScheduleTests {
    private static func schedule(
        _ timing: Schedule.Timing,
        _ name: String = "nightly",
        _ steps: [Schedule.Step] = [Schedule.Step(JobsFixture.note, Text(saying: "note"))]
    ) -> Schedule {
        Schedule(name, of: JobsFixture.ingest, timing, steps)
    }

    @Test("make jobs each time, in the name of who made them")
    func fires() async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([.noting])
        worker.start()
        try await fixture.queue.put(Self.schedule(.every(seconds: 1)), in: fixture.scope())
        try await fixture.until { try await fixture.effects().count >= 2 }
        var filter = JobQueue.Filter()
        filter.schedule = "nightly"
        let history = try await fixture.queue.jobs(filter, in: fixture.scope())
        #expect(history.count >= 2 && history.allSatisfy { $0.actor.description == "user:42" })
        let stored = try await fixture.queue.schedules(in: fixture.scope())
        #expect(stored.map(\.schedule.name) == ["nightly"] && stored[0].lastAt != nil)
        try await fixture.queue.delete("nightly", in: fixture.scope())
        #expect(try await fixture.queue.schedules(in: fixture.scope()).isEmpty)
        await fixture.stop(worker)
    }

    @Test("do their steps in order; one that fails stops what waits for it, and no other")
    func steps() async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([
            .noting { text, _ in
                if text.value == "b" { throw JobInterruption.discard("no data") }
            }
        ])
        worker.start()
        let schedule = Self.schedule(
            .every(seconds: 86_400),
            "pack",
            [
                Schedule.Step(JobsFixture.note, Text(saying: "a")),
                Schedule.Step(JobsFixture.note, Text(saying: "b"), after: [1]),
                Schedule.Step(JobsFixture.note, Text(saying: "c"), after: [1, 2]),
                Schedule.Step(JobsFixture.note, Text(saying: "d"), after: [1]),
            ]
        )
        try await fixture.queue.put(schedule, in: fixture.scope())
        let stored = try await fixture.queue.schedules(in: fixture.scope())
        #expect(stored.map(\.schedule) == [schedule])
        let ids = try await fixture.queue.runNow("pack", in: fixture.scope())
        var states: [JobState] = []
        for id in ids { states.append(try await fixture.job(id).state) }
        #expect(states == [.done, .dead, .cancelled, .done])
        let stopped = try await fixture.job(ids[2])
        #expect(stopped.stoppedBy == ids[1])
        #expect(stopped.problem?.message == "a step before it did not succeed: note")
        #expect(try await fixture.effects() == ["a", "d"])
        await fixture.stop(worker)
    }

    @Test("fire once for each time, whichever of several workers comes")
    func severalWorkers() async throws {
        let fixture = try await JobsFixture()
        try await fixture.queue.put(Self.schedule(.every(seconds: 3_600)), in: fixture.scope())
        try await fixture.run("update schedules set next_at = now() - interval '1 second'")
        let workers = (1...4).map { fixture.worker([], name: "w\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers {
                group.addTask { try await worker.visit(fixture.tenant, taken: nil) }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.run("select count(*) from jobs") == "1")
        await fixture.stop()
    }

    @Test(
        "make of times at which nobody was there as many as they are told",
        arguments: [
            (Schedule.MissedRuns.skip, 0), (.last, 1), (.backfill(3), 3), (.backfill(100), 11),
        ]
    )
    func missed(policy: Schedule.MissedRuns, count: Int) async throws {
        let fixture = try await JobsFixture()
        var schedule = Self.schedule(.every(seconds: 3_600))
        schedule.missedRuns = policy
        try await fixture.queue.put(schedule, in: fixture.scope())
        try await fixture.run(
            "update schedules set next_at = now() - interval '10 hours 30 minutes'"
        )
        try await fixture.worker([]).visit(fixture.tenant, taken: nil)
        let fires = try await fixture.run(
            "select round(extract(epoch from now() - fire_at) / 60) from jobs order by fire_at"
        ).split(separator: "\n").map { Int($0) }
        // The last was half an hour ago.
        #expect(fires == (0..<count).reversed().map { 30 + 60 * $0 })
        let next = try await fixture.run(
            "select round(extract(epoch from next_at - now()) / 60) "
                + "from schedules"
        )
        #expect(next == "30")
        await fixture.stop()
    }

    @Test("leave a time out whose last jobs are not over, unless all are to be made")
    func overlap() async throws {
        let fixture = try await JobsFixture()
        var schedule = Self.schedule(.every(seconds: 60))
        for (policy, count) in [(Schedule.MissedRuns.last, 1), (.backfill(1), 2)] {
            schedule.missedRuns = policy
            try await fixture.queue.put(schedule, in: fixture.scope())
            for late in [20, 10] {
                try await fixture.run(
                    "update schedules set next_at = now() - interval '\(late) seconds'"
                )
                try await fixture.worker([]).visit(fixture.tenant, taken: nil)
            }
            #expect(try await fixture.run("select count(*) from jobs") == "\(count)")
            try await fixture.run("delete from jobs")
        }
        await fixture.stop()
    }

    @Test("pause, and go on from now when they are resumed")
    func pauses() async throws {
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        try await fixture.queue.put(Self.schedule(.every(seconds: 3_600)), in: scope)
        try await fixture.queue.pause("nightly", in: scope)
        try await fixture.run("update schedules set next_at = now() - interval '1 day'")
        try await fixture.worker([]).visit(fixture.tenant, taken: nil)
        #expect(try await fixture.run("select count(*) from jobs") == "0")
        let next = try #require(try await fixture.queue.resume("nightly", in: scope))
        #expect(next.milliseconds > UTCTimestamp.now.milliseconds)
        try await fixture.worker([]).visit(fixture.tenant, taken: nil)
        #expect(try await fixture.run("select count(*) from jobs") == "0")
        let missing = await #expect(throws: RPCError.self) {
            try await fixture.queue.pause("other", in: scope)
        }
        #expect(missing?.code == .notFound)
        await fixture.stop()
    }

    @Test("are refused if they cannot be kept, with the rule")
    func refused() async throws {
        let fixture = try await JobsFixture()
        func refusal(_ schedule: Schedule) async throws -> String? {
            let error = await #expect(throws: RPCError.self) {
                try await fixture.queue.put(schedule, in: fixture.scope())
            }
            #expect(error?.code == .invalidArgument)
            return error?.message
        }
        let noon = try CronExpression("0 12 * * *")
        let nowhere = try await refusal(
            Self.schedule(.cron(noon, timeZone: "Europe/Atlantis"))
        )
        #expect(nowhere?.hasPrefix("time_zone: there is no time zone 'Europe/Atlantis'") == true)
        #expect(
            try await refusal(Self.schedule(.every(seconds: 0)))
                == "schedule nightly: every 1 second to 365 days"
        )
        #expect(try await refusal(Self.schedule(.every(seconds: 60), "Nightly")) != nil)
        // What only looks like a zone, and means the opposite of what it says.
        #expect(try await refusal(Self.schedule(.cron(noon, timeZone: "UTC+2"))) != nil)
        let circular = Self.schedule(
            .every(seconds: 60),
            "loop",
            [Schedule.Step(JobsFixture.note, Text(), after: [1])]
        )
        #expect(
            try await refusal(circular)
                == "schedule loop: step 1 waits for steps before it only, each named once"
        )
        await fixture.stop()
    }

    @Test("go by the clocks of their zone, also when those are changed")
    func zones() async throws {
        let fixture = try await JobsFixture()
        let berlin = Schedule.Timing.cron(
            try CronExpression("30 2 * * *"),
            timeZone: "Europe/Berlin"
        )
        let scope = try fixture.scope()
        func moments(_ times: [CivilMinute]) async throws -> [String] {
            try await scope.transaction { transaction in
                try await transaction.moments(times.map { $0.minutes * 60 }, by: berlin)
                    .map(\.description)
            }
        }
        func night(_ month: Int, _ day: Int) -> CivilMinute {
            CivilMinute(year: 2026, month: month, day: day).advanced(byMinutes: 150)
        }
        // Clocks went from 02:00 to 03:00 on 29 March, and from 03:00 to 02:00 on 25 October.
        let found = try await moments([
            night(3, 28), night(3, 29), night(3, 30), night(10, 24), night(10, 25), night(10, 26),
        ])
        #expect(
            found == [
                "2026-03-28T01:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-30T00:30:00.000Z",
                "2026-10-24T00:30:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z",
            ]
        )
        await fixture.stop()
    }

    @Test("do not stop others if one cannot be fired, and put that off")
    func broken() async throws {
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        for name in ["broken", "sound"] {
            try await fixture.queue.put(Self.schedule(.every(seconds: 3_600), name), in: scope)
        }
        // As no program of ours would write it.
        try await fixture.run(
            """
            update schedules set next_at = now() - interval '1 minute';
            update schedules set actor = 'nobody' where name = 'broken'
            """
        )
        try await fixture.worker([]).visit(fixture.tenant, taken: nil)
        #expect(try await fixture.run("select schedule from jobs") == "sound")
        let next = try await fixture.run(
            "select next_at > now() + interval '9 minutes' from schedules where name = 'broken'"
        )
        #expect(next == "t")
        await fixture.stop()
    }

    @Test("make up many missed times over several visits, each once")
    func manyMissed() async throws {
        let fixture = try await JobsFixture()
        var schedule = Self.schedule(.every(seconds: 60))
        schedule.missedRuns = .backfill(50)
        try await fixture.queue.put(schedule, in: fixture.scope())
        try await fixture.run("update schedules set next_at = now() - interval '100 minutes'")
        for _ in 0..<4 { try await fixture.worker([]).visit(fixture.tenant, taken: nil) }
        let counts = try await fixture.run(
            """
            select count(*), count(distinct fire_at), min(fire_at) > now() - interval '51 minutes'
            from jobs
            """
        )
        #expect(counts == "50|50|t")
        await fixture.stop()
    }

    @Test("make the jobs of a night once when clocks leave its hour out")
    func leftOutHour() async throws {
        let fixture = try await JobsFixture()
        let timing = Schedule.Timing.cron(
            try CronExpression("0,30 2,3 29 3 *"),
            timeZone: "Europe/Berlin"
        )
        let scope = try fixture.scope()
        let start = CivilMinute(year: 2026, month: 3, day: 29).advanced(byMinutes: 120)
        let times = FireTimes(
            from: start.minutes * 60,
            until: start.minutes * 60 + 5_400,
            most: 9,
            timing
        )
        #expect(times.due.count == 4)
        let moments = try await scope.transaction { transaction in
            try await transaction.moments(times.due, by: timing).map(\.description)
        }
        // 02:00 and 03:00 are one moment, as are 02:30 and 03:30.
        #expect(Set(moments) == ["2026-03-29T01:00:00.000Z", "2026-03-29T01:30:00.000Z"])
        await fixture.stop()
    }

    @Test(
        "always have a next time, whatever clocks do",
        arguments: [
            // Set back at 01:00 UTC on 25 October: at 01:20 the clock shows 02:20 again.
            ("*/10 * * * *", "2026-10-25 00:10", "2026-10-25 01:20", "2026-10-25T02:00:00.000Z"),
            // Set forward at 01:00 UTC on 29 March: 02:30 and 03:30 are 01:30.
            ("30 1-3 * * *", "2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29T23:30:00.000Z"),
            ("30 2 * * *", "2026-03-28 01:30", "2026-03-29 01:10", "2026-03-29T01:30:00.000Z"),
        ]
    )
    func nextTime(cron: String, first: String, now: String, expected: String) async throws {
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        let (due, next) = try await scope.transaction { transaction in
            let row = try await transaction.query(.clocks, cron, first, now).one()
            return try await DueSchedule(row, of: fixture.tenant).moments(in: transaction)
        }
        #expect(next?.description == expected)
        #expect(due.count == 1)
        await fixture.stop()
    }

    @Test("pass over however many times at once, and keep the last")
    func passedOver() throws {
        func times(
            _ first: Int64,
            _ now: Int64,
            _ most: Int,
            _ timing: Schedule.Timing
        ) -> FireTimes {
            FireTimes(from: first, until: now, most: most, timing)
        }
        // The clock shows 01:20 for the second time; the next time was 01:50 of the first.
        let again = times(3_000, 3_000, 1, .every(seconds: 600))
        #expect(again.due == [3_000] && again.next == 3_600)
        for most in [1, 2, 5, 1_000] {
            for now in [-1, 0, 6, 7, 69, 70, 71, 999_999, 1_000_000] as [Int64] {
                let found = times(0, now, most, .every(seconds: 7))
                var slow: [Int64] = []
                var next: Int64 = 0
                while next <= now {
                    slow.append(next)
                    next += 7
                }
                #expect(found.due == slow.suffix(most) && found.next == next)
            }
        }
        let leap = Schedule.Timing.cron(try CronExpression("0 0 29 2 *"), timeZone: "UTC")
        let start = CivilMinute(year: 2000, month: 2, day: 29).minutes * 60
        let end = CivilMinute(year: 2026, month: 1, day: 1).minutes * 60
        let days = times(start, end, 2, leap)
        #expect(days.due.map { CivilMinute(seconds: $0).year } == [2020, 2024])
        #expect(days.next.map { CivilMinute(seconds: $0).year } == 2028)
    }
}

extension Statement {
    /// A due schedule of Berlin, as its row would be at a time.
    fileprivate static let clocks = Statement(
        "test.clocks",
        """
        select 'a', $1, zone, null::bigint, 'last', 0, extract(epoch from first)::bigint,
            extract(epoch from now)::bigint,
            extract(epoch from first at time zone zone)::bigint,
            extract(epoch from now at time zone zone)::bigint, 'user:42', ''
        from (
            select 'Europe/Berlin' as zone, $2::timestamp at time zone 'UTC' as first,
                $3::timestamp at time zone 'UTC' as now
        ) clocks
        """
    )
}
