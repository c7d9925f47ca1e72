import Foundation
import TestKit
import Testing

@Suite("The six programs together", .timeLimit(.minutes(5)))
struct SixProgramsTests {
    private static let scopes = [
        "attribution:read", "events:read", "events:write", "models:read", "series:read",
        "series:write",
    ]

    private func events(_ visitor: String, _ count: Int) -> String {
        let events = (0..<count).map { number in
            """
            {"eventId":"\(visitor)-\(number)","kind":"KIND_PAGE","anonymousId":"\(visitor)",\
            "occurredAt":"2026-01-31T12:00:0\(number)Z","channel":"email"}
            """
        }
        return #"{"events":[\#(events.joined(separator: ","))]}"#
    }

    private static let range = "/v1/overview?from=2026-01-01&to=2026-02-01"

    private func missing(_ overview: [String: Any]) -> [String] {
        let parts = overview["failedParts"] as? [[String: Any]] ?? []
        return parts.compactMap { $0["name"] as? String }.sorted()
    }

    private func count(_ overview: [String: Any]) -> String? {
        (overview["events"] as? [String: Any])?["events"] as? String
    }

    @Test("tell each tenant its own overview, name what is killed, and have it again afterwards")
    func overview() async throws {
        let programs = try await SixPrograms()
        let (acme, zebra) = (
            try await programs.calls(of: 0, for: Self.scopes),
            try await programs.calls(of: 1, for: Self.scopes)
        )
        _ = try await acme.object("POST", "/v1/events:write", events("a", 3))
        _ = try await zebra.object("POST", "/v1/events:write", events("z", 5))
        async let ofAcme = acme.object("GET", Self.range)
        async let ofZebra = zebra.object("GET", Self.range)
        let (first, other) = (try await ofAcme, try await ofZebra)
        #expect(count(first) == "3" && missing(first) == [], "\(first)")
        #expect(count(other) == "5" && missing(other) == [], "\(other)")
        for service in ["attribution", "mmm", "ingest"] {
            try await programs.end(service, by: SIGKILL)
            let partial = try await acme.object("GET", Self.range)
            let named = missing(partial)
            #expect(!named.isEmpty && named.allSatisfy { $0.hasPrefix(service) }, "\(partial)")
            #expect((count(partial) == "3") == (service != "ingest"), "\(partial)")
            try await programs.startAgain(service)
            var whole = try await acme.object("GET", Self.range)
            // The gateway comes back to it within seconds.
            while !missing(whole).isEmpty {
                try Task.checkCancellation()
                whole = try await acme.object("GET", Self.range)
            }
            #expect(count(whole) == "3", "\(whole)")
        }
        try await programs.stop()
    }
}
