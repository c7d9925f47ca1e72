import Foundation
import Contracts
import Messages
import RPC
import TestKit
import TestTenants
import Testing

@testable import Attribution

/// Events that come, change and go in any order.
private struct RandomChanges {
    private var random: SeededGenerator
    private var written = 0
    private var events: [String] = []
    private(set) var forgotten: Set<String> = []
    private var rulesVersion: Int64 = 0
    private(set) var ignored: Set<String> = []

    /// The visitors who are never joined to others: only they are forgotten, as with them all would
    /// be whose ids are joined, and in the end everybody.
    private static let alone = 9..<12

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func number(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    /// Does something to a tenant.
    mutating func act(on attribution: ServedAttribution) async throws {
        switch number(20) {
        case 0: try await delete(on: attribution)
        case 1:
            let visitor = "v\(Self.alone.lowerBound + number(Self.alone.count))"
            // Whoever is forgotten stays so, and no more of them comes.
            if forgotten.count < 3, number(3) == 0, forgotten.insert(visitor).inserted {
                try await attribution.forget(visitor: visitor)
            }
        case 2 where number(3) == 0:
            let channel = ["email", "paid_social", "display"][number(3)]
            try await attribution.map("bing", to: channel, after: rulesVersion)
            rulesVersion += 1
        case 3 where number(4) == 0 && ignored.isEmpty:
            ignored = ["paypal"]
            try await attribution.activate { $0.ignoredSources = ["paypal"] }
        default: try await write(to: attribution)
        }
    }

    private mutating func delete(on attribution: ServedAttribution) async throws {
        let gone = (0..<(1 + number(4))).compactMap { _ in
            events.isEmpty ? nil : events.remove(at: number(events.count))
        }
        if gone.isEmpty { return }
        try await attribution.delete { $0.eventIDs = gone }
    }

    private mutating func write(to attribution: ServedAttribution) async throws {
        var next: [IngestV1.Event] = []
        for _ in 0..<(1 + number(6)) {
            let event = event()
            // Events of the forgotten are refused, which is not what is looked at here.
            if !forgotten.contains(event.anonymousID) { next.append(event) }
        }
        if next.isEmpty { return }
        events += next.map(\.eventID)
        var request = IngestV1.WriteEventsRequest()
        request.events = next
        _ = try await attribution.events.writeEvents(request)
    }

    private mutating func event() -> IngestV1.Event {
        written += 1
        let id = "e\(written)"
        let minutes = Int64(number(4_000))
        var event = ServedAttribution.event(id, after: minutes)
        let visitor = number(12)
        event.anonymousID = "v\(visitor)"
        let isAlone = Self.alone.contains(visitor)
        if number(4) == 0, !isAlone { event.userID = "u\(number(5))" }
        switch number(9) {
        case 0...2:
            if number(3) > 0 {
                let source = ["google", "bing", "paypal", "news"][number(4)]
                event.visit = ServedAttribution.visit(source, "referral", "c\(number(2))")
            }
        case 3:
            event.kind = .click
            event.visit = ServedAttribution.visit("google", "cpc", "c\(number(2))")
        case 4:
            event.kind = .impression
            event.visit = ServedAttribution.visit("meta", "paid")
        case 5: (event.kind, event.name) = (.custom, "Email Delivered")
        case 6 where !isAlone:
            event.kind = number(3) == 0 ? .alias : .identify
            event.userID = "u\(number(5))"
            if event.kind == .alias { event.previousID = "u\(number(5))" }
        default: order(&event)
        }
        return event
    }

    private mutating func order(_ event: inout IngestV1.Event) {
        event.kind = .custom
        switch number(6) {
        // Of another kind than orders.
        case 0: (event.kind, event.name) = (.refund, "refund")
        case 1 where number(2) == 0: (event.kind, event.name) = (.conversion, "sale")
        case 2: event.name = "Order Refunded"
        case 3: event.name = "Order Cancelled"
        default: event.name = "Order Completed"
        }
        if number(5) > 0 { event.orderID = "o\(number(2) * number(10))" }
        switch number(6) {
        case 0: break
        case 1: event.properties = #"{"revenue": -\#(number(9)), "currency": "EUR"}"#
        default:
            event.value = "\(number(50)).25"
            event.currency = number(8) == 0 ? "USD" : "EUR"
        }
    }
}

@Suite("Timelines that follow changes", .timeLimit(.minutes(20)))
struct TimelineChangesTests {
    private static let count =
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? 1_000 : 60

    private static let limits: TimelineLimits = {
        var limits = TimelineLimits()
        // Small parts, so that persons are found by what is noted of them.
        (limits.changes, limits.heldEvents) = (3, 40)
        // So few that orders become none, and orders again.
        limits.eventsOfOrder = 5
        return limits
    }()

    @Test("are those that are made from the beginning, and those that a slow reader makes")
    func equal() async throws {
        let limits = Self.limits
        let attribution = try await ServedAttribution(limits: limits)
        var changes = RandomChanges(seed: 11)
        for number in 1...Self.count {
            try await changes.act(on: attribution)
            guard number % 6 == 0 else { continue }
            try await attribution.build()
            // What a slow reader makes takes its time: not after each step.
            guard number % 30 == 0 else { continue }
            let oracle = try await TimelineOracle(
                of: attribution,
                ignored: changes.ignored,
                mostOfOrder: limits.eventsOfOrder
            )
            let wrong = Set(try await attribution.stored())
                .symmetricDifference(oracle.timelines())
            #expect(wrong.sorted() == [], "after \(number)")
        }
        try await attribution.build()
        let followed = try await attribution.stored()
        #expect(!followed.isEmpty)
        try await attribution.reset()
        try await attribution.build()
        #expect(try await attribution.stored() == followed)
        await attribution.stop()
    }
    @Test("are the same if jobs take turns at them, and events come and go meanwhile")
    func turns() async throws {
        let attribution = try await ServedAttribution(limits: Self.limits)
        var changes = RandomChanges(seed: 12)
        for number in 1...Self.count {
            try await changes.act(on: attribution)
            // One may wait while another is done: what it has read ahead is then of before.
            _ = try await attribution.timelines.buildTimelines(.init())
            // All that there is, so that there are many parts.
            if number % 10 == 0 { try await attribution.markAll() }
            guard number % 30 == 0 else { continue }
            try await attribution.served.finishJobs(of: attribution.served.members[0])
            try await attribution.build()
            let oracle = try await TimelineOracle(
                of: attribution,
                ignored: changes.ignored,
                mostOfOrder: Self.limits.eventsOfOrder
            )
            let wrong = Set(try await attribution.stored())
                .symmetricDifference(oracle.timelines())
            #expect(wrong.sorted() == [], "after \(number)")
        }
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        try await attribution.build()
        let followed = try await attribution.stored()
        #expect(!followed.isEmpty)
        try await attribution.reset()
        try await attribution.build()
        #expect(try await attribution.stored() == followed)
        await attribution.stop()
    }
}
