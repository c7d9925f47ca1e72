import Foundation
import Tenancy
import TestKit
import TestTenants
import Testing

@Suite("Administration by the gateway's program", .timeLimit(.minutes(5)))
struct AdministrationProgramTests {
    /// A gateway that administers, with nobody behind it.
    private struct Served {
        let platform: ExamplePlatform
        let operators: OperatorsFile
        let gateway: ServerProcess
        let address: String

        init() async throws {
            platform = try await ExamplePlatform()
            operators = try OperatorsFile()
            gateway = try await platform.gateway(
                before: "127.0.0.1:1",
                "gateway",
                telling: operators.settings(platform)
            )
            address = try await gateway.record("administration is served")["address"] ?? ""
        }

        /// Makes a call, and gives the lines of its answer.
        func lines(_ method: String, _ request: String = "{}") async throws -> [String] {
            try await GRPCCalls.run(
                address,
                bearing: operators.token,
                [.init("sextant.admin.v1.\(method)", request)]
            )
        }

        /// Makes a call, and gives what it is answered.
        func call(_ method: String, _ request: String = "{}") async throws -> [String: Any] {
            let line = try #require(try await lines(method, request).first)
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: Any], "\(method): \(line)")
        }

        func stop() async throws {
            #expect(try await gateway.stop() == 0)
            await platform.close()
        }
    }

    @Test("makes a tenant, changes, suspends, exports and deletes it, and it stands in the audit")
    func tenants() async throws {
        let served = try await Served()
        let made = try await served.call("Tenants/CreateTenant", #"{"slug":"fresh"}"#)
        let id = try #require(made["id"] as? String)
        let tenant = #"{"tenant":"\#(id)"}"#
        #expect(made["state"] as? String == "STATE_ACTIVE")
        let listed = try await served.call("Tenants/ListTenants")
        let slugs = (listed["tenants"] as? [[String: Any]])?.compactMap { $0["slug"] as? String }
        #expect(Set(slugs ?? []) == ["acme", "zebra", "fresh"])
        let changed = try await served.call(
            "Tenants/UpdateSettings",
            #"{"tenant":"\#(id)","settings":{"currency":"SEK"},"settingsVersion":"1"}"#
        )
        #expect("\(changed)".contains("SEK"))
        let twice = try await served.lines("Tenants/CreateTenant", #"{"slug":"fresh"}"#)
        #expect(twice.first?.hasPrefix("ALREADY_EXISTS") == true, "\(twice)")
        let early = try await served.lines("Tenants/DeleteTenant", tenant)
        #expect(early.first?.hasPrefix("{") == false, "\(early)")
        let suspended = try await served.call("Tenants/SuspendTenant", tenant)
        #expect(suspended["state"] as? String == "STATE_SUSPENDED")
        #expect(
            try await served.call("Tenants/ResumeTenant", tenant)["state"] as? String
                == "STATE_ACTIVE"
        )
        let parts = try await served.lines("Tenants/ExportTenant", tenant)
        #expect(parts.first?.contains("manifest") == true && parts.count > 1, "\(parts.count)")
        _ = try await served.call("Tenants/SuspendTenant", tenant)
        let end = #"{"tenant":"\#(id)","slug":"fresh"}"#
        #expect(try await served.lines("Tenants/DeleteTenant", end) == ["{}"])
        let found = try await served.lines("Tenants/GetTenant", #"{"id":"\#(id)"}"#)
        #expect(found.first?.hasPrefix("NOT_FOUND") == true, "\(found)")
        let audit = try await served.call("Audit/ListEvents", tenant)
        let events = audit["events"] as? [[String: Any]] ?? []
        let actions = Set(events.compactMap { $0["action"] as? String })
        #expect(
            actions.isSuperset(of: ["tenant.create", "tenant.suspend", "tenant.export"]),
            "\(actions)"
        )
        #expect(events.allSatisfy { $0["actor"] as? String == "operator:root" }, "\(events)")
        try await served.stop()
    }

    @Test("makes keys that count at the same gateway, and quotas, until they are taken back")
    func keysAndQuotas() async throws {
        let served = try await Served()
        let id = served.platform.tenants[0].text
        let tenant = #"{"tenant":"\#(id)"}"#
        let key = try await served.call(
            "ApiKeys/CreateApiKey",
            #"{"tenants":["\#(id)"],"scopes":["control:read","jobs:read"]}"#
        )
        let secret = try #require(key["secret"] as? String)
        let front = CurlCalls(address: try await served.gateway.address(), key: secret)
        let status = "/api/control/status"
        #expect(try await front.object("GET", status)["code"] == nil)
        let keys = try await served.call("ApiKeys/ListApiKeys", tenant)
        #expect((keys["keys"] as? [Any])?.count == 1, "\(keys)")
        let keyID = try #require(key["id"] as? String)
        #expect(try await served.lines("ApiKeys/RevokeApiKey", #"{"id":"\#(keyID)"}"#) == ["{}"])
        // It was good here a moment ago.
        while try await front.object("GET", status)["code"] as? String != "UNAUTHENTICATED" {
            try Task.checkCancellation()
        }
        let quota = #"{"tenant":"\#(id)","quota":{"name":"calls","amount":"9","window":"60s"}}"#
        #expect(try await served.call("Quotas/SetQuota", quota)["amount"] as? String == "9")
        let quotas = try await served.call("Quotas/ListQuotas", tenant)
        #expect((quotas["quotas"] as? [Any])?.count == 1, "\(quotas)")
        let named = #"{"tenant":"\#(id)","name":"calls"}"#
        #expect(try await served.lines("Quotas/DeleteQuota", named) == ["{}"])
        try await served.stop()
    }

    @Test("makes, pauses, resumes, runs and removes schedules, with nobody there to do the jobs")
    func schedules() async throws {
        let served = try await Served()
        let id = served.platform.tenants[0].text
        let named = #"{"tenant":"\#(id)","name":"nightly"}"#
        let schedule =
            #"{"name":"nightly","service":"mmm","cron":{"expression":"0 3 * * *","#
            + #""timeZone":"Europe/Stockholm"},"steps":[{"service":"mmm","kind":"export"}]}"#
        let put = try await served.call(
            "Schedules/PutSchedule",
            #"{"tenant":"\#(id)","schedule":\#(schedule),"scopes":["items:read"]}"#
        )
        #expect(put["nextAt"] is String, "\(put)")
        #expect(
            try await served.call("Schedules/PauseSchedule", named)["paused"] as? Bool == true
        )
        #expect(try await served.call("Schedules/ResumeSchedule", named)["paused"] == nil)
        let run = try await served.call("Schedules/RunSchedule", named)
        let jobs = try await served.call("Schedules/ListScheduleJobs", named)
        let ids = (jobs["jobs"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
        #expect(ids == run["jobs"] as? [String], "\(jobs)")
        #expect(try await served.lines("Schedules/DeleteSchedule", named) == ["{}"])
        let left = try await served.call("Schedules/ListSchedules", #"{"tenant":"\#(id)"}"#)
        #expect(left["schedules"] == nil, "\(left)")
        try await served.stop()
    }

    @Test("is for operators alone, on its own socket alone")
    func strangers() async throws {
        let served = try await Served()
        let call = GRPCCalls.Call("sextant.admin.v1.Tenants/ListTenants")
        let key = try await served.platform.key()
        for token in ["", key, String(repeating: "x", count: 43)] {
            let told = try await GRPCCalls.run(served.address, bearing: token, [call])
            #expect(told.first?.hasPrefix("UNAUTHENTICATED") == true, "\(told)")
        }
        // The front door neither has the contract nor tells of it.
        let front = CurlCalls(address: try await served.gateway.address(), key: key)
        let path = "/sextant.admin.v1.Tenants/ListTenants"
        // Without a body: an answer that comes while curl sends one may be an error to it.
        #expect(try await front.text("GET", path).contains("PATH_UNKNOWN"))
        try await served.stop()
    }

    @Test("is not begun with a file of operators that others may read")
    func openFile() async throws {
        let platform = try await ExamplePlatform()
        let operators = try OperatorsFile(mode: 0o644)
        let settings = operators.settings(platform)
        let gateway = try ServerProcess(
            "gateway",
            [],
            settings.merging([
                "SEXTANT_POSTGRES_DSN": platform.fixture.database.dsn(user: "svc_gateway"),
                "SEXTANT_KEY_PEPPERS": "1:" + String(repeating: "A", count: 43),
                "SEXTANT_CONTEXT_KEYS": "gateway mmm 1:" + String(repeating: "A", count: 43),
            ]) { $1 }.merging(ServerProcess.atAnyPorts) { $1 }
        )
        #expect(try await gateway.ending().status != 0)
        #expect(gateway.output.contains("others may read or write it"), "\(gateway.output)")
        await platform.close()
    }
}
