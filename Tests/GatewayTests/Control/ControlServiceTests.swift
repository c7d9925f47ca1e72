import Contracts
import Jobs
import Messages
import RPC
import Schema
import Telemetry
import Tenancy
import TestContracts
import TestExample
import TestMessages
import TestTenants
import Testing
import Wire

@Suite("Control", .timeLimit(.minutes(5)))
struct ControlServiceTests {
    private func failures(_ parts: [ControlV1.FailedPart]) -> [String] {
        parts.map { part in "\(part.name) \(part.reason.name ?? "") \(part.code)" }
    }

    private func health(_ platform: ServedPlatform) async throws -> ControlV1.GetHealthResponse {
        let client = ControlV1.Control.Client(platform.bare)
        return try await client.getHealth(ControlV1.GetHealthRequest()).message.value()
    }

    private func states(_ response: ControlV1.GetHealthResponse) -> [String] {
        response.services.map { "\($0.name) \($0.state.name ?? "")" }
    }

    @Test("tells how all services are, and names those that are late or cannot be reached")
    func mixedHealth() async throws {
        let platform = try await ServedPlatform(
            [
                .init(name: "attribution", health: HealthService.being(.notServing)),
                .init(name: "ingest", health: HangingHealth()),
                .init(name: "insights", health: HealthService.being(.serving), isGone: true),
            ],
            // Long enough for those who answer, on machines however slow.
            timeout: .seconds(3)
        )
        let response = try await health(platform)
        #expect(response.status == .degraded)
        #expect(states(response) == ["mmm STATE_SERVING", "attribution STATE_NOT_SERVING"])
        #expect(
            failures(response.failedParts) == [
                "ingest REASON_LATE DEADLINE_EXCEEDED", "insights REASON_FAILED UNAVAILABLE",
            ]
        )
        await platform.stop()
    }

    @Test("says at a glance whether all services take calls")
    func wholeHealth() async throws {
        let platform = try await ServedPlatform([
            .init(name: "ingest", health: HealthService.being(.serving))
        ])
        let response = try await health(platform)
        #expect(response.status == .healthy && response.failedParts.isEmpty)
        #expect(states(response) == ["mmm STATE_SERVING", "ingest STATE_SERVING"])
        await platform.stop()
    }

    @Test("does not ask a service for a while that keeps failing, and says so")
    func circuit() async throws {
        let platform = try await ServedPlatform([
            .init(name: "ingest", health: HealthService.being(.serving), isGone: true)
        ])
        for _ in 0..<5 {
            #expect(
                failures(try await health(platform).failedParts) == [
                    "ingest REASON_FAILED UNAVAILABLE"
                ]
            )
        }
        let response = try await health(platform)
        #expect(failures(response.failedParts) == ["ingest REASON_CIRCUIT_OPEN UNAVAILABLE"])
        #expect(response.status == .degraded && states(response) == ["mmm STATE_SERVING"])
        let text = String(decoding: platform.registry.text(.prometheus), as: UTF8.self)
        #expect(text.contains(#"gateway_circuit_changes_total{service="ingest",state="opened"} 1"#))
        await platform.stop()
    }

    @Test("asks a service again that was late only for callers who would not wait")
    func impatience() async throws {
        let platform = try await ServedPlatform([.init(name: "ingest", health: HangingHealth())])
        let client = ControlV1.Control.Client(platform.bare)
        for _ in 0..<6 {
            do {
                let response = try await client.getHealth(
                    ControlV1.GetHealthRequest(),
                    options: CallOptions(timeout: .milliseconds(500))
                ).message.value()
                #expect(failures(response.failedParts) == ["ingest REASON_LATE DEADLINE_EXCEEDED"])
            } catch let error as RPCError {
                // On a machine that is busy the answer is late itself.
                #expect(error.code == .deadlineExceeded)
            }
        }
        let text = String(decoding: platform.registry.text(.prometheus), as: UTF8.self)
        #expect(!text.contains("gateway_circuit_changes_total{"))
        await platform.stop()
    }

    @Test("shows a tenant its own jobs and schedules of each service")
    func status() async throws {
        let platform = try await ServedPlatform([
            .init(name: "ingest", health: HealthService.being(.serving))
        ])
        var names: [String] = []
        for place in 0..<2 {
            for number in 1...3 {
                let request = TestingV1.StartExportRequest.titled("\(place)-\(number)")
                names.append(
                    try await platform.example(place).startExport(request).message.value().name
                )
            }
            try await platform.mmm.finishJobs(of: platform.mmm.members[place])
            let scope = try platform.mmm.database.scope(
                for: try platform.mmm.context(platform.mmm.members[place]),
                before: SchemaFixture.soon
            )
            let step = Schedule.Step(
                ExampleJobs.export(of: platform.mmm.api.service),
                .titled("scheduled")
            )
            try await platform.mmm.jobs.put(
                Schedule(
                    "of-\(place)",
                    of: platform.mmm.api.service,
                    .every(seconds: 3_600),
                    [step]
                ),
                in: scope
            )
        }
        for place in 0..<2 {
            let client = ControlV1.Control.Client(try platform.channel(place))
            let response = try await client.getStatus(ControlV1.GetStatusRequest())
                .message.value()
            #expect(response.failedParts.isEmpty)
            #expect(response.services.map(\.name) == ["mmm", "ingest"])
            #expect(response.services.map(\.state) == [.serving, .serving])
            let own = names[place * 3..<place * 3 + 3].map { $0.replacing("jobs/", with: "") }
            #expect(Set(response.services[0].jobs.map(\.id)) == Set(own))
            #expect(response.services[0].jobs.allSatisfy { $0.state == .done })
            #expect(response.services[0].jobs.allSatisfy { $0.finishedAt != nil })
            #expect(response.services[0].schedules.map(\.name) == ["of-\(place)"])
            #expect(response.services[0].schedules.allSatisfy { $0.nextAt != nil })
            #expect(response.services[1].jobs.isEmpty)
            var few = ControlV1.GetStatusRequest()
            few.jobsPerService = 2
            #expect(try await client.getStatus(few).message.value().services[0].jobs.count == 2)
        }
        await platform.stop()
    }

    @Test("names each part of a status that is missing, and gives the others")
    func partialStatus() async throws {
        let platform = try await ServedPlatform(
            [.init(name: "ingest", health: HangingHealth())],
            timeout: .seconds(3)
        )
        // The service refuses a tenant whom the gateway still knows.
        try await platform.mmm.fixture.administration.suspend(platform.mmm.members[0].id)
        try await platform.mmm.database.directory.refresh()
        let client = ControlV1.Control.Client(try platform.channel(0))
        let response = try await client.getStatus(ControlV1.GetStatusRequest()).message.value()
        #expect(response.services.map(\.name) == ["mmm"])
        #expect(
            failures(response.failedParts) == [
                "mmm/jobs REASON_FAILED PERMISSION_DENIED",
                "mmm/schedules REASON_FAILED PERMISSION_DENIED",
                "ingest REASON_LATE DEADLINE_EXCEEDED",
            ]
        )
        await platform.stop()
    }

    @Test("is for those who may read it, and refuses a number below zero")
    func refusals() async throws {
        let platform = try await ServedPlatform()
        let request = ControlV1.GetStatusRequest()
        let poor = ControlV1.Control.Client(try platform.channel(0, scopes: "jobs:read"))
        #expect(
            await refusal { _ = try await poor.getStatus(request) }
                == "PERMISSION_DENIED: the credential does not hold the scope 'control:read'"
        )
        let nobody = ControlV1.Control.Client(platform.bare)
        #expect(
            await refusal { _ = try await nobody.getStatus(request) }
                .hasPrefix("UNAUTHENTICATED: ")
        )
        var wrong = request
        wrong.jobsPerService = -1
        let asked = wrong
        let client = ControlV1.Control.Client(try platform.channel(0))
        #expect(
            await refusal { _ = try await client.getStatus(asked) }
                == "INVALID_ARGUMENT: jobs_per_service: expected 0 or more"
        )
        await platform.stop()
    }
}
