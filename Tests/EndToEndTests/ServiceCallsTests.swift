import Foundation
import TestKit
import Testing

@Suite("Services that ask each other", .timeLimit(.minutes(5)))
struct ServiceCallsTests {
    private static let scopes = [
        "attribution:read", "attribution:write", "events:write", "models:read", "series:write",
    ]
    private static let all = scopes + ["quality:read", "taxonomy:read"]

    /// Clicks of which nobody knows whose they are, one that somebody does, and what came of them.
    private static let events = """
        {"events":[
        {"eventId":"c1","kind":"KIND_CLICK","anonymousId":"a","occurredAt":"2026-01-30T12:00:00Z",\
        "visit":{"pageUrl":"https://shop.example/?utm_source=zzz&utm_medium=qqq"}},
        {"eventId":"c2","kind":"KIND_CLICK","anonymousId":"a","occurredAt":"2026-01-30T13:00:00Z",\
        "visit":{"pageUrl":"https://shop.example/?utm_source=google&utm_medium=cpc"}},
        {"eventId":"c3","kind":"KIND_CLICK","anonymousId":"a","occurredAt":"2026-01-30T14:00:00Z",\
        "visit":{"pageUrl":"https://shop.example/?utm_source=zzz&utm_medium=qqq"}},
        {"eventId":"p1","kind":"KIND_CONVERSION","name":"purchase","anonymousId":"a",\
        "occurredAt":"2026-01-31T12:00:00Z"}
        ]}
        """
    private static let preview = """
        {"selection":{"kpi":"orders","period":"PERIOD_DAY"}}
        """

    /// Has a run made, and waits until it is over.
    private func run(_ calls: CurlCalls) async throws -> [String: Any] {
        let wanted = #"{"request":{"model":"linear","journeys":{}}}"#
        let created = try await calls.object("POST", "/v1/attribution/runs", wanted)
        let id = try #require(created["runId"] as? String, "\(created)")
        while true {
            let run = try await calls.object("GET", "/v1/attribution/runs/\(id)")
            if run["state"] as? String != "STATE_RUNNING" { return run }
            try Task.checkCancellation()
        }
    }

    /// Writes events and an outcome, and waits until there are journeys.
    private func write(_ calls: CurlCalls) async throws {
        let written = try await calls.object("POST", "/v1/events:write", Self.events)
        #expect(written["accepted"] as? Int == 4, "\(written)")
        let days = (10..<20).map { #""date":"2026-01-\#($0)""# }
        let series = [
            ("kpi", days.map { #"{\#($0),"name":"orders","value":"7"}"# }),
            (
                "spend",
                days.map { #"{\#($0),"channel":"paid_search","currency":"EUR","spend":"5"}"# }
            ),
        ]
        for (path, rows) in series {
            let body = #"{"rows":[\#(rows.joined(separator: ","))]}"#
            let written = try await calls.object("POST", "/v1/\(path)", body)
            #expect(written["code"] == nil, "\(written)")
        }
        _ = try await calls.object("POST", "/v1/attribution/timelines:build", "{}")
        while true {
            let timelines = try await calls.object("GET", "/v1/attribution/timelines")
            if timelines["conversions"] as? String == "1" { return }
            try Task.checkCancellation()
        }
    }

    /// What is told of the quality of a panel's data.
    private func findings(
        _ calls: CurlCalls,
        _ severity: String = "SEVERITY_NOTES"
    ) async throws -> [String] {
        let panel = try await calls.object("POST", "/v1/mix/panels:preview", Self.preview)
        let findings = try #require(panel["findings"] as? [[String: Any]], "\(panel)")
        return findings.filter { $0["rule"] as? String == "data_quality" }
            .filter { $0["severity"] as? String == severity }
            .compactMap { $0["problem"] as? String }
    }

    @Test("do so in one trace and for one tenant, and go on where nobody answers")
    func calls() async throws {
        let socket = "/tmp/sxt-traces-\(UUID().uuidString.prefix(8))"
        let hops = [
            "attribution>ingest/GetUnknownShare", "attribution>ingest/ListFindings",
            "mmm>attribution/DescribeTimelines", "mmm>ingest/ListFindings",
        ]
        let collector = try PeerProcess(
            "trace_collector.py",
            OutsideProgram.repository + "/Proto",
            socket,
            hops.joined(separator: ",")
        )
        try await collector.prints("ready")
        let programs = try await SixPrograms(telling: [
            "SEXTANT_OTLP_ENDPOINT": "unix:\(socket)", "SEXTANT_TRACE_RATIO": "1",
        ])
        let calls = try await programs.calls(of: 0, for: Self.all)
        try await write(calls)
        // Of another tenant's clicks nothing is told.
        try await write(try await programs.calls(of: 1, for: Self.all))
        let run = try await run(calls)
        let quality = try #require(run["dataQuality"] as? [String: Any], "\(run)")
        #expect(quality["touches"] as? String == "3" && quality["unknownTouches"] as? String == "2")
        #expect(quality["lastDate"] as? String == "2026-01-31", "\(quality)")
        #expect((quality["unknownAdvice"] as? String)?.isEmpty == false, "\(quality)")
        #expect((quality["missing"] as? [String])?.isEmpty == true, "\(quality)")
        #expect((quality["findings"] as? [Any])?.isEmpty == true, "\(quality)")
        let sources = try await calls.object("GET", "/v1/mix/sources")
        let journeys = try #require(sources["journeys"] as? [String: Any], "\(sources)")
        #expect(journeys["currentTime"] != nil && sources["journeysMissing"] as? String == "")
        #expect(try await findings(calls, "SEVERITY_WARNS") == [])
        // Under the name of the request that had the run made.
        let route = "/sextant.ingest.v1.TaxonomyHistory/GetUnknownShare"
        let served = try await programs.record(of: "ingest", "call served") { $0["route"] == route }
        #expect(served["request_id"]?.isEmpty == false, "\(served)")
        #expect(try await collector.output() == "ready\n" + hops.joined(separator: "\n") + "\n")
        try await denied(programs)
        try await silent(programs, calls)
        try await programs.stop()
    }

    /// What a key may not be told by one service, it is not told by another.
    private func denied(_ programs: SixPrograms) async throws {
        let calls = try await programs.calls(of: 0, for: Self.scopes)
        let run = try await run(calls)
        #expect(run["state"] as? String == "STATE_COMPLETED")
        let quality = try #require(run["dataQuality"] as? [String: Any])
        let missing = try #require(quality["missing"] as? [String])
        #expect(missing.count == 2 && quality["touches"] as? String == "0", "\(quality)")
        #expect(missing.allSatisfy { $0.contains("ingest may not tell it") }, "\(missing)")
        let told = try await findings(calls)
        #expect(told.count == 1 && told[0].contains("ingest may not tell it"), "\(told)")
    }

    /// Runs, sources and panels are made without a service that is not there.
    private func silent(_ programs: SixPrograms, _ calls: CurlCalls) async throws {
        try await programs.end("ingest", by: SIGKILL)
        let run = try await run(calls)
        #expect(run["state"] as? String == "STATE_COMPLETED" && run["result"] != nil, "\(run)")
        let quality = try #require(run["dataQuality"] as? [String: Any])
        #expect((quality["missing"] as? [String])?.count == 2, "\(quality)")
        let told = try await findings(calls)
        #expect(told.count == 1, "\(told)")
        try await programs.end("attribution", by: SIGKILL)
        let sources = try await calls.object("GET", "/v1/mix/sources")
        #expect(sources["outcomes"] != nil && sources["journeys"] == nil, "\(sources)")
        #expect((sources["journeysMissing"] as? String)?.hasPrefix("attribution") == true)
        try await programs.startAgain("ingest")
        try await programs.startAgain("attribution")
    }
}
