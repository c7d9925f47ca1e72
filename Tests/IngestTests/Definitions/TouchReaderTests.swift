import Messages
import Postgres
import RPC
import Simulator
import TestKit
import Testing
import Touches
import Wire

@testable import Ingest

@Suite("The touches of a visitor")
struct TouchReaderTests {
    private static func facts(
        _ kind: IngestV1.Event.Kind,
        _ minutes: Int64,
        arrival: UInt64? = nil,
        name: String = "",
        source: String = "google"
    ) -> TouchFacts {
        TouchFacts(
            kind: kind,
            time: minutes * 60_000_000,
            name: name,
            source: source,
            arrival: arrival.map { PostgresUUID(high: $0, low: 0) }
        )
    }

    private static func touches(
        _ events: [TouchFacts],
        _ change: (inout IngestV1.TouchRule) -> Void = { _ in }
    ) throws -> [IngestV1.TouchReport.Kind?] {
        var message = IngestV1.TouchRule.standard
        change(&message)
        var reader = TouchReader(try TouchRule(message))
        return events.map { reader.take($0) }
    }

    @Test("are first pages of sessions: after half an hour, or by a new arrival")
    func sessions() throws {
        let events = [
            Self.facts(.page, 0, arrival: 1), Self.facts(.page, 29),
            Self.facts(.page, 30, arrival: 1),
            Self.facts(.page, 31, arrival: 2), Self.facts(.page, 61), Self.facts(.page, 62),
            Self.facts(.custom, 91, name: "Product Added"), Self.facts(.page, 120),
            Self.facts(.impression, 140), Self.facts(.page, 150),
        ]
        let expected: [IngestV1.TouchReport.Kind?] = [
            .session, nil, nil, .session, .direct, nil, nil, nil, .impression, .direct,
        ]
        #expect(try Self.touches(events) == expected)
        let kept = try Self.touches(events) { $0.keepsSessions = true }
        #expect(kept[3] == nil && kept[4] == .direct)
        let plain = try Self.touches(events) {
            ($0.withoutDirect, $0.withoutImpressions) = (true, true)
        }
        #expect(plain.compactMap(\.self) == [.session, .session])
    }

    @Test("are clicks and messages, which keep no session alive")
    func others() throws {
        let events = [
            Self.facts(.custom, 0, name: "Email Delivered"), Self.facts(.click, 1),
            Self.facts(.page, 2, arrival: 1), Self.facts(.click, 31), Self.facts(.page, 32),
            Self.facts(.custom, 33, name: "email delivered"), Self.facts(.refund, 34),
            Self.facts(.exposure, 35), Self.facts(.alias, 36),
        ]
        let found = try Self.touches(events)
        #expect(found == [.message, .click, .session, .click, .direct, nil, nil, nil, nil])
        #expect(try Self.touches(events) { $0.withoutClicks = true }[1] == nil)
    }

    @Test("are not those of sources that are none")
    func ignored() throws {
        let events = [
            Self.facts(.page, 0, arrival: 1),
            Self.facts(.page, 1, arrival: 2, source: "pay.example"),
            Self.facts(.page, 40, arrival: 2, source: "pay.example"),
        ]
        let found = try Self.touches(events) { $0.ignoredSources = ["Pay.Example"] }
        #expect(found == [.session, nil, .direct])
        #expect(try Self.touches(events) == [.session, .session, .session])
    }

    @Test(
        "are refused by rules that are none",
        arguments: [Int32(0), -1, 1_441, 10_000]
    )
    func refused(idle: Int32) {
        var message = IngestV1.TouchRule.standard
        message.idleMinutes = idle
        let error = #expect(throws: RPCError.self) { try TouchRule(message) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.explanation.violations.map(\.field) == ["touch_rule.idle_minutes"])
    }

    @Test("have rules with bounds")
    func bounds() {
        var message = IngestV1.TouchRule.standard
        message.ignoredSources = [""]
        message.messageEvents = [String](repeating: "x", count: 101)
        let error = #expect(throws: RPCError.self) { try TouchRule(message) }
        #expect(
            error?.explanation.violations.map(\.field) == [
                "touch_rule.ignored_sources", "touch_rule.message_events",
            ]
        )
    }

    /// The slow way: for each event its session is looked for from the very first on.
    private static func slow(
        _ events: [TouchFacts],
        _ rule: IngestV1.TouchRule
    ) -> [IngestV1.TouchReport.Kind?] {
        let idle = Int64(rule.idleMinutes) * 60_000_000
        func arrival(_ event: TouchFacts) -> PostgresUUID? {
            rule.ignoredSources.contains(event.source) ? nil : event.arrival
        }
        func isMessage(_ event: TouchFacts) -> Bool {
            event.kind == .custom && rule.messageEvents.contains(event.name)
        }
        /// The places of the pages that begin sessions, among the first so many events.
        func starts(_ count: Int) -> [Int] {
            var starts: [Int] = []
            for place in 0..<count where events[place].kind == .page {
                guard let first = starts.last else {
                    starts.append(place)
                    continue
                }
                // The chain of acts since the session began, none of which comes too late.
                var last = events[first].time
                for act in events[(first + 1)..<place] {
                    let isAct =
                        [.page, .conversion, .identify].contains(act.kind)
                        || (act.kind == .custom && !isMessage(act))
                    if isAct, act.time - last < idle { last = act.time }
                }
                let isNew = arrival(events[place]).map { $0 != arrival(events[first]) } ?? false
                if events[place].time - last >= idle || (isNew && !rule.keepsSessions) {
                    starts.append(place)
                }
            }
            return starts
        }
        let begins = Set(starts(events.count))
        return events.enumerated().map { place, event in
            switch event.kind {
            case .click: return rule.withoutClicks ? nil : .click
            case .impression: return rule.withoutImpressions ? nil : .impression
            case .custom: return isMessage(event) ? .message : nil
            case .page where begins.contains(place):
                return arrival(event) != nil ? .session : rule.withoutDirect ? nil : .direct
            default: return nil
            }
        }
    }

    @Test("are those that a slow look finds", arguments: 1...20)
    func property(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var time: Int64 = 0
            let events = (0..<60).map { _ in
                time += Int64([0, 1, 5, 29, 30, 31, 90].randomElement(using: &random) ?? 0)
                return Self.facts(
                    IngestV1.Event.Kind(rawValue: Int32.random(in: 1...9, using: &random)),
                    time,
                    arrival: Bool.random(using: &random)
                        ? UInt64.random(in: 0...2, using: &random) : nil,
                    name: Bool.random(using: &random) ? "SMS Delivered" : "x",
                    source: Bool.random(using: &random) ? "a" : "b"
                )
            }
            var rule = IngestV1.TouchRule.standard
            rule.idleMinutes = [1, 6, 30].randomElement(using: &random) ?? 30
            rule.keepsSessions = Bool.random(using: &random)
            rule.withoutClicks = Bool.random(using: &random)
            rule.withoutImpressions = Bool.random(using: &random)
            rule.withoutDirect = Bool.random(using: &random)
            if Bool.random(using: &random) { rule.ignoredSources = ["b"] }
            let found = try Self.touches(events) { $0 = rule }
            #expect(found == Self.slow(events, rule))
        }
    }
}
