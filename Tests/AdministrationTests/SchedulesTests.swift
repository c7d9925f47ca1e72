import Contracts
import Jobs
import Messages
import RPC
import Tenancy
import TestKit
import TestMessages
import TestTenants
import Testing
import Wire

@Suite("Administration of schedules", .timeLimit(.minutes(5)))
struct SchedulesTests {
    private typealias Client = AdminV1.Schedules.Client

    private func put(
        _ tenant: TenantID,
        _ name: String,
        _ timing: JobsV1.Schedule.Timing? = nil
    ) -> AdminV1.PutScheduleRequest {
        var schedule = JobsV1.Schedule()
        schedule.name = name
        schedule.service = "mmm"
        schedule.timing = timing ?? .everySeconds(3_600)
        schedule.missedRuns = .backfill
        schedule.backfillLimit = 3
        var step = JobsV1.ScheduleStep()
        step.service = "mmm"
        step.kind = "export"
        var after = step
        after.waitsFor = [1]
        after.priority = 7
        schedule.steps = [step, after]
        var request = AdminV1.PutScheduleRequest()
        request.tenant = tenant.text
        request.schedule = schedule
        request.scopes = ["items:read"]
        return request
    }

    private func named(_ tenant: TenantID, _ name: String) -> AdminV1.TenantScheduleRequest {
        var request = AdminV1.TenantScheduleRequest()
        request.tenant = tenant.text
        request.name = name
        return request
    }

    @Test("makes, lists, pauses, resumes and removes them, and it stands in the audit log")
    func lifeCycle() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let tenant = try await served.tenant("acme")
        var cron = JobsV1.CronTiming()
        cron.expression = "30 2 * * *"
        cron.timeZone = "Europe/Berlin"
        let nightly = try await client.putSchedule(put(tenant, "nightly", .cron(cron)))
            .message.value()
        #expect(nightly.timing == .cron(cron) && nightly.nextAt != nil && !nightly.paused)
        #expect(nightly.missedRuns == .backfill && nightly.backfillLimit == 3)
        #expect(nightly.steps.map(\.waitsFor) == [[], [1]])
        #expect(nightly.steps.map(\.priority) == [5, 7])
        _ = try await client.putSchedule(put(tenant, "hourly"))
        var list = AdminV1.ListTenantSchedulesRequest()
        list.tenant = tenant.text
        list.pageSize = 1
        let first = try await client.listSchedules(list).message.value()
        #expect(first.schedules.map(\.name) == ["hourly"])
        list.pageToken = first.nextPageToken
        let second = try await client.listSchedules(list).message.value()
        #expect(second.schedules == [nightly] && second.nextPageToken.isEmpty)
        #expect(try await client.pauseSchedule(named(tenant, "hourly")).message.value().paused)
        let resumed = try await client.resumeSchedule(named(tenant, "hourly")).message.value()
        #expect(!resumed.paused && resumed.nextAt != nil)
        _ = try await client.deleteSchedule(named(tenant, "hourly"))
        #expect(
            await refusal { _ = try await client.pauseSchedule(named(tenant, "hourly")) }
                == "NOT_FOUND: there is no schedule hourly"
        )
        let audited = try await served.fixture.lines(
            "select action || ' ' || subject || ' ' || actor from platform.audit_log "
                + "where action like 'schedule.%' order by id"
        )
        #expect(
            audited
                == [
                    "put nightly", "put hourly", "pause hourly", "resume hourly", "delete hourly",
                ].map { "schedule.\($0) operator:root" }
        )
        await served.stop()
    }

    @Test("runs one now in the operator's name, and shows what it has made")
    func history() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let tenant = try await served.tenant("acme")
        _ = try await client.putSchedule(put(tenant, "hourly"))
        var run = AdminV1.RunTenantScheduleRequest()
        run.tenant = tenant.text
        run.name = "hourly"
        run.scopes = ["items:read", "jobs:write"]
        var made: [String] = []
        for _ in 0..<2 { made += try await client.runSchedule(run).message.value().jobs }
        #expect(made.count == 4)
        var list = AdminV1.ListScheduleJobsRequest()
        list.tenant = tenant.text
        list.name = "hourly"
        list.pageSize = 3
        let first = try await client.listScheduleJobs(list).message.value()
        list.pageToken = first.nextPageToken
        let jobs = first.jobs + (try await client.listScheduleJobs(list).message.value().jobs)
        #expect(first.jobs.count == 3 && Set(jobs.map(\.id)) == Set(made))
        #expect(jobs.allSatisfy { $0.actor == "operator:root" && $0.schedule == "hourly" })
        #expect(jobs.map(\.state).filter { $0 == .blocked }.count == 2)
        #expect(
            try await served.fixture.lines("select distinct scopes from t_\(tenant).jobs")
                == ["items:read jobs:write"]
        )
        await served.stop()
    }

    @Test("refuses what is no schedule, and says which field")
    func wrongRequests() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let tenant = try await served.tenant("acme")
        func told(_ change: (inout AdminV1.PutScheduleRequest) -> Void) async -> String {
            var request = put(tenant, "hourly")
            change(&request)
            let wrong = request
            return await refusal { _ = try await client.putSchedule(wrong) }
        }
        let invalid = "INVALID_ARGUMENT: "
        #expect(await told { $0.schedule = nil } == invalid + "schedule: there is none")
        #expect(await told { $0.schedule?.timing = nil }.hasPrefix(invalid + "timing: "))
        #expect(await told { $0.schedule?.timing = .everySeconds(0) }.hasPrefix(invalid))
        #expect(
            await told {
                var cron = JobsV1.CronTiming()
                cron.expression = "61 * * * *"
                $0.schedule?.timing = .cron(cron)
            }.hasPrefix(invalid + "cron.expression: ")
        )
        #expect(await told { $0.schedule?.name = "Hourly!" }.hasPrefix(invalid + "name: "))
        #expect(await told { $0.schedule?.service = "" }.hasPrefix(invalid + "service: "))
        #expect(await told { $0.schedule?.steps = [] }.hasPrefix(invalid))
        #expect(await told { $0.schedule?.steps[0].kind = "1" }.hasPrefix(invalid + "steps.kind"))
        #expect(await told { $0.schedule?.steps[0].waitsFor = [2] }.hasPrefix(invalid))
        #expect(await told { $0.schedule?.backfillLimit = 0 }.hasPrefix(invalid))
        #expect(await told { $0.scopes = ["all"] } == invalid + "scopes: 'all' is none")
        #expect(await told { $0.tenant = "acme" } == invalid + "tenant: expected a tenant's id")
        #expect(try await served.fixture.lines("select 1 from t_\(tenant).schedules") == [])
        await served.stop()
    }
}
