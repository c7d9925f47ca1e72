import Telemetry
import Testing

@testable import Tenancy

@Suite("Events of the audit log")
struct AuditEventTests {
    private static func event(
        _ action: String = "key.rotate",
        _ subject: String = "00065eoDiDgza8qaZ",
        _ details: [String: String] = [:]
    ) throws(AuditEvent.Fault) -> AuditEvent {
        try AuditEvent(
            action,
            of: subject,
            by: Fixture.context().actor,
            for: Fixture.acme,
            .done,
            at: UTCTimestamp(milliseconds: 0),
            details: details
        )
    }

    @Test("say who did what to what, and more in order")
    func good() throws {
        let event = try Self.event("tenant.settings.change", "zone", ["to": "UTC", "from": "é"])
        #expect(event.details.map(\.name) == ["from", "to"])
        #expect(event.details.map(\.text) == ["é", "UTC"])
        #expect(event.actor.description == "user:42" && event.tenant == Fixture.acme)
    }

    @Test(
        "are refused, never cut, if a text is not a short line",
        arguments: [
            ("key", "a", [:], .action), ("", "a", [:], .action), ("Key.rotate", "a", [:], .action),
            ("key..rotate", "a", [:], .action), ("key.rotate.", "a", [:], .action),
            ("key.rotate\n", "a", [:], .action), ("key.rotate", "", [:], .subject),
            ("key.rotate", "a\nb", [:], .subject), ("key.rotate", "a\u{2028}b", [:], .subject),
            ("key.rotate", "a\u{1B}[2J", [:], .subject),
            ("key.rotate", String(repeating: "a", count: 201), [:], .subject),
            ("key.rotate", "a", ["To": "b"], .detail("To")),
            ("key.rotate", "a", ["to": "b\u{0}"], .detail("to")),
            ("key.rotate", "a", ["to": String(repeating: "b", count: 257)], .detail("to")),
        ] as [(String, String, [String: String], AuditEvent.Fault)]
    )
    func refused(
        action: String,
        subject: String,
        details: [String: String],
        fault: AuditEvent.Fault
    ) {
        #expect(throws: fault) { try Self.event(action, subject, details) }
    }

    @Test("have 16 details at most")
    func bounds() throws {
        let letters = "abcdefghijklmnopq".map { String($0) }
        let details = Dictionary(uniqueKeysWithValues: letters.map { ($0, $0) })
        #expect(throws: AuditEvent.Fault.detail("q")) { try Self.event("a.b", "c", details) }
        let fewer = details.filter { $0.key != "q" }
        #expect(try Self.event("a.b", "c", fewer).details.count == 16)
    }
}
