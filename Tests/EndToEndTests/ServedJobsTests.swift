import Foundation
import Tenancy
import TestKit
import TestTenants
import Testing

@Suite("Jobs of services, through the gateway's program", .timeLimit(.minutes(5)))
struct ServedJobsTests {
    /// The services of a status.
    private static func status(_ calls: CurlCalls) async throws -> [[String: Any]] {
        let status = try await calls.object("GET", "/api/control/status")
        #expect((status["failed_parts"] as? [Any])?.isEmpty ?? true, "\(status)")
        return status["services"] as? [[String: Any]] ?? []
    }

    @Test("are done, shown as operations and in the status, and cancelled, each tenant's own")
    func example() async throws {
        let platform = try await ExamplePlatform()
        let service = try await platform.service()
        let gateway = try await platform.gateway(before: try await service.address())
        let address = try await gateway.address()
        let calls = CurlCalls(address: address, key: try await platform.key())
        let others = CurlCalls(address: address, key: try await platform.key(of: 1))
        for number in 1...3 {
            let item = #"{"title":"\#(number)","idempotencyKey":"\#(number)"}"#
            #expect(try await calls.text("POST", "/v1/items", item).contains("items/\(number)"))
        }
        let started = try await calls.object(
            "POST",
            "/v1/exports",
            #"{"title":"all","idempotencyKey":"all"}"#
        )
        let job = try #require(started["name"] as? String).replacing("jobs/", with: "")
        let operation = "/v1/operations/mmm.\(job)"
        // The stream ends with the job.
        let events = try await calls.text("GET", operation + "/events")
        #expect(events.contains(#""state":"STATE_SUCCEEDED""#), "\(events)")
        let done = try await calls.object("GET", operation)
        #expect(done["done"] as? Bool == true)
        let response = try #require(done["response"] as? [String: Any])
        #expect(response["items"] as? String == "3", "\(done)")

        let later = try await calls.object(
            "POST",
            "/v1/exports",
            #"{"title":"later","idempotencyKey":"later","delay":"3600s"}"#
        )
        let waiting = try #require(later["name"] as? String).replacing("jobs/", with: "")
        let jobs = try #require(try await Self.status(calls).first?["jobs"] as? [[String: Any]])
        #expect(jobs.map { $0["id"] as? String } == [waiting, job])
        #expect(jobs.map { $0["state"] as? String } == ["scheduled", "done"], "\(jobs)")
        let theirs = try #require(try await Self.status(others).first)
        #expect((theirs["jobs"] as? [Any])?.isEmpty ?? true, "\(theirs)")
        for path in [operation, operation + "/events"] {
            let refused = try await others.object("GET", path)
            #expect(refused["code"] as? String == "NOT_FOUND", "\(refused)")
        }
        let cancelled = "/v1/operations/mmm.\(waiting):cancel"
        #expect(try await others.text("POST", cancelled, "{}").contains("NOT_FOUND"))
        #expect(
            try await calls.text("POST", cancelled, "{}").contains(#""state":"STATE_CANCELLED""#)
        )
        #expect(try await gateway.stop() == 0)
        #expect(try await service.stop() == 0)
        await platform.close()
    }

    @Test("of kinds that no worker knows wait for one, are shown, and are not looked at again")
    func kindless() async throws {
        let platform = try await ExamplePlatform()
        let service = try await platform.service("insights-service", as: "insights")
        let operators = try OperatorsFile()
        let gateway = try await platform.gateway(
            before: try await service.address(),
            "gateway",
            of: "insights",
            telling: operators.settings(platform)
        )
        let calls = CurlCalls(address: try await gateway.address(), key: try await platform.key())
        let administration = try await gateway.record("administration is served")["address"] ?? ""
        let tenant = platform.tenants[0].text
        let named = #"{"tenant":"\#(tenant)","name":"nightly"}"#
        let told = try await GRPCCalls.run(
            administration,
            bearing: operators.token,
            [
                .init(
                    "sextant.admin.v1.Schedules/PutSchedule",
                    #"{"tenant":"\#(tenant)","schedule":{"name":"nightly","service":"insights","#
                        + #""everySeconds":3600,"steps":[{"service":"insights","kind":"sweep"}]}}"#
                ),
                .init("sextant.admin.v1.Schedules/RunSchedule", named),
            ]
        )
        #expect(told.count == 2 && told[1].hasPrefix(#"{"jobs": [""#), "\(told)")
        // The worker has come by when there is no hint left of a job that it does not know; the
        // schedule is due again in an hour, which is not due.
        let due = "select count(*) from node.wakeups where next_at < now() + interval '30 minutes'"
        while try await platform.fixture.lines(due) != ["0"] {
            try await platform.fixture.pause(.milliseconds(20))
        }
        let status = try #require(try await Self.status(calls).first)
        #expect(status["name"] as? String == "insights")
        #expect(status["state"] as? String == "serving")
        let schedules = try #require(status["schedules"] as? [[String: Any]])
        #expect(schedules.map { $0["name"] as? String } == ["nightly"])
        let jobs = try #require(status["jobs"] as? [[String: Any]])
        #expect(jobs.map { $0["state"] as? String } == ["queued"], "\(jobs)")
        let job = try #require(jobs.first?["id"] as? String)
        let cancelled = try await calls.text("POST", "/v1/operations/insights.\(job):cancel", "{}")
        #expect(cancelled.contains(#""state":"STATE_CANCELLED""#), "\(cancelled)")
        let metrics = "http://\(try await service.metricsAddress())/metrics"
        let scrape = try await OutsideProgram.run("curl", "--silent", metrics).text
        #expect(scrape.contains("\njobs_running 0\n"))
        #expect(try await gateway.stop() == 0)
        #expect(try await service.stop() == 0)
        await platform.close()
    }
}
