import Attribution
import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("The timelines of persons", .timeLimit(.minutes(10)))
struct TimelinesTests {
    /// Runs a body with a service.
    private func with(
        _ limits: TimelineLimits = TimelineLimits(),
        _ body: (ServedAttribution) async throws -> Void
    ) async throws {
        let attribution = try await ServedAttribution(limits: limits)
        try await body(attribution)
        await attribution.stop()
    }

    private static func click(
        _ id: String,
        after minutes: Int64,
        by source: String = "google",
        _ visitor: String = "visitor"
    ) -> IngestV1.Event {
        ServedAttribution.event(id, after: minutes) {
            $0.kind = .click
            $0.visit = ServedAttribution.visit(source, "cpc")
            $0.anonymousID = visitor
        }
    }

    @Test("are touches and conversions in order, and follow events that come late")
    func late() async throws {
        try await with { attribution in
            try await attribution.write([
                Self.click("c2", after: 60), ServedAttribution.order("o1", "20", after: 90),
            ])
            let built = try await attribution.build()
            #expect(built.persons == 1 && built.events == 2)
            let start: Int64 = 1_772_366_400_000_000
            let order =
                "#purchase@\(start + 90 * 60_000_000):Order-Completed-o1-90:o1:20000000::EUR"
            #expect(
                try await attribution.stored() == [
                    "a:visitor|a:visitor|2|o1|1|1 "
                        + "3@\(start + 60 * 60_000_000):4/google/cpc/- \(order)"
                ]
            )
            try await attribution.write([Self.click("c1", after: 5, by: "bing")])
            let again = try await attribution.build()
            #expect(again.commits == 1 && again.persons == 1)
            #expect(
                try await attribution.stored() == [
                    "a:visitor|a:visitor|3|o1|2|1 3@\(start + 5 * 60_000_000):4/bing/cpc/- "
                        + "3@\(start + 60 * 60_000_000):4/google/cpc/- \(order)"
                ]
            )
            // Nothing has changed, and nothing is done.
            let idle = try await attribution.build()
            #expect(idle.commits == 0 && idle.persons == 0)
        }
    }

    @Test("are joined when ids turn out to be one's, and the person has one name")
    func joined() async throws {
        try await with { attribution in
            try await attribution.write([
                Self.click("c1", after: 0, by: "google", "phone"),
                Self.click("c2", after: 10, by: "bing", "laptop"),
            ])
            try await attribution.build()
            #expect(try await attribution.rows("select count(*) from timelines") == ["2"])
            try await attribution.write(
                [("phone", "anna"), ("laptop", "anna")].map { visitor, user in
                    ServedAttribution.event("i \(visitor)", after: 20) {
                        $0.kind = .identify
                        ($0.anonymousID, $0.userID) = (visitor, user)
                    }
                }
            )
            try await attribution.build()
            #expect(
                try await attribution.rows("select person, ids, touches from timelines") == [
                    "u:anna|{a:laptop,a:phone,u:anna}|2"
                ]
            )
        }
    }

    @Test("know what others pay back of an order, that it was cancelled, and which of two counts")
    func orders() async throws {
        try await with { attribution in
            func states() async throws -> [String] {
                try await attribution.stored().flatMap { line in
                    line.split(separator: " ").filter { $0.contains(":EUR") }.map { part in
                        part.split(separator: ":", omittingEmptySubsequences: false).dropFirst(2)
                            .joined(separator: ":")
                    }
                }
            }
            let undone = [
                "o1:20000000:5500000@1772372400000000:EUR",
                "o2:30000000::EUR:cancelled@1772372460000000",
            ]
            try await attribution.write([
                ServedAttribution.order("o1", "20", after: 0),
                ServedAttribution.order("o2", "30", after: 1),
            ])
            try await attribution.build()
            #expect(
                try await states() == ["o1:20000000::EUR", "o2:30000000::EUR"]
            )
            // The shop's own system knows no visitor.
            try await attribution.write([
                ServedAttribution.order("o1", "5.5", after: 100, name: "Order Refunded") {
                    ($0.userID, $0.anonymousID) = ("back-office", "")
                },
                ServedAttribution.order("o2", "", after: 101, name: "Order Cancelled") {
                    ($0.userID, $0.anonymousID) = ("back-office", "")
                },
            ])
            try await attribution.build()
            #expect(
                try await states() == undone
            )
            // The same order again, by somebody else, and earlier: that is the one that counts.
            try await attribution.write([
                ServedAttribution.order("o1", "20", after: -5) { $0.anonymousID = "another" }
            ])
            try await attribution.build()
            #expect(
                try await attribution.rows(
                    "select person, conversions from timelines order by 1"
                ) == ["a:another|1", "a:visitor|1", "u:back-office|0"]
            )
            try await attribution.delete { $0.eventIDs = ["Order-Completed-o1--5"] }
            try await attribution.build()
            #expect(
                try await states() == undone
            )
        }
    }

    @Test("are not those of persons who were forgotten")
    func forgotten() async throws {
        try await with { attribution in
            try await attribution.write([
                Self.click("c1", after: 0, by: "annas-newsletter", "anna"),
                Self.click("c2", after: 1, by: "google", "bert"),
            ])
            try await attribution.build()
            try await attribution.forget(visitor: "anna")
            try await attribution.build()
            #expect(try await attribution.rows("select person from timelines") == ["a:bert"])
            #expect(try await attribution.rows("select id from timeline_members") == ["a:bert"])
            #expect(try await attribution.rows("select source from touch_places") == ["google"])
        }
    }

    @Test("leave out whoever has more events or ids than a person has, and count them")
    func tooLarge() async throws {
        var limits = TimelineLimits()
        (limits.eventsOfPerson, limits.idsOfPerson) = (5, 3)
        // Parts that are too large are made smaller.
        (limits.heldEvents, limits.heldIDs, limits.changes) = (6, 7, 8)
        try await with(limits) { attribution in
            try await attribution.write(
                (0..<6).map { Self.click("r\($0)", after: Int64($0), by: "google", "robot") }
                    + (0..<4).map { Self.click("p\($0)", after: Int64($0), by: "google", "p\($0)") }
                    + (0..<4).map { number in
                        ServedAttribution.event("k\(number)", after: 5) {
                            ($0.userID, $0.anonymousID) = ("kiosk", "k\(number)")
                        }
                    }
            )
            try await attribution.build()
            let request = AttributionV1.DescribeTimelinesRequest()
            let told = try await attribution.timelines.describeTimelines(request).message.value()
            #expect(told.persons == 4 && told.tooLarge == 2 && told.touches == 4)
            #expect(told.waitingIDs == 0 && !told.hasNews && told.currentTime != nil)
            #expect(told.touchRule == 1)
            #expect(
                try await attribution.rows(
                    "select person from timelines where is_too_large order by 1"
                ) == ["a:robot", "u:kiosk"]
            )
            // One of them less, and the robot is a person.
            try await attribution.delete { $0.eventIDs = ["r5"] }
            try await attribution.build()
            #expect(
                try await attribution.rows(
                    "select touches from timelines where person = 'a:robot'"
                ) == ["5"]
            )
        }
    }

    @Test("follow the channels that events are mapped to, and the touch rule in force")
    func definitions() async throws {
        try await with { attribution in
            try await attribution.write(
                [("p1", "paypal", 0), ("p2", "bing", 20)].map { id, source, minutes in
                    ServedAttribution.event(id, after: Int64(minutes)) {
                        $0.visit = ServedAttribution.visit(source, "referral")
                    }
                }
            )
            try await attribution.build()
            #expect(try await attribution.rows("select touches from timelines") == ["2"])
            try await attribution.map("bing", to: "email", after: 0)
            try await attribution.build()
            #expect(try await attribution.stored()[0].hasSuffix(":14/bing/referral/-"))
            try await attribution.activate { $0.ignoredSources = ["PayPal"] }
            let built = try await attribution.build()
            #expect(built.persons == 1)
            let kinds = try await attribution.stored()[0].split(separator: " ").dropFirst()
                .map { $0.prefix(2) }
            #expect(kinds == ["2@", "1@"])
        }
    }
}
