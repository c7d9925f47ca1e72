import Attribution
import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("Order ids that are none", .timeLimit(.minutes(5)))
struct OverusedOrderTests {
    private static let most = 20

    private func served() async throws -> ServedAttribution {
        var limits = TimelineLimits()
        limits.eventsOfOrder = Self.most
        return try await ServedAttribution(limits: limits)
    }

    /// Orders without ids, each by a visitor of its own.
    private static func orders(_ numbers: Range<Int>) -> [IngestV1.Event] {
        numbers.map { number in
            ServedAttribution.order("undefined", "\(number + 1)", after: Int64(number)) {
                $0.anonymousID = "v\(number)"
            }
        }
    }

    private static func conversions(_ attribution: ServedAttribution) async throws -> [String] {
        try await attribution.rows("select conversions, count(*) from timelines group by 1")
    }

    @Test("make no more work than as many orders do, however many events have them")
    func work() async throws {
        let attribution = try await served()
        var sum = AttributionV1.TimelineBuild()
        let (parts, size) = (12, 30)
        try await attribution.write([
            ServedAttribution.event("click", after: -1) {
                ($0.kind, $0.anonymousID) = (.click, "v0")
                $0.visit = ServedAttribution.visit("google", "cpc")
            }
        ])
        for part in 0..<parts {
            try await attribution.write(Self.orders(part * size..<(part + 1) * size))
            let built = try await attribution.build()
            sum.persons += built.persons
            sum.orderEvents += built.orderEvents
        }
        // Each person once, and none of them for the sake of another's.
        #expect(sum.persons == Int64(parts * size) && sum.orderEvents == 0, "\(sum)")
        #expect(try await Self.conversions(attribution) == ["1|\(parts * size)"])
        let run = try await attribution.run("linear") { request in
            request.journeys = AttributionV1.JourneySelection()
            request.replicates = 0
        }
        #expect(run.report?.overusedOrders == ["undefined"])
        await attribution.stop()
    }

    @Test("are found when there are too many, and are orders again when there are few")
    func change() async throws {
        let attribution = try await served()
        try await attribution.write(Self.orders(0..<Self.most))
        let first = try await attribution.build()
        // The first of the order is its conversion, all others repeat it.
        #expect(first.orderEvents == Int64(Self.most))
        #expect(try await Self.conversions(attribution).sorted() == ["0|19", "1|1"])
        try await attribution.write(Self.orders(Self.most..<Self.most + 1))
        let second = try await attribution.build()
        #expect(second.persons == Int64(Self.most + 1) && second.orderEvents == 0)
        #expect(try await Self.conversions(attribution) == ["1|21"])
        // One that has no order id pays back its person's own.
        try await attribution.write([
            ServedAttribution.order("undefined", "3", after: 90, name: "Order Refunded") {
                $0.anonymousID = "v7"
            }
        ])
        #expect(try await attribution.build().persons == 1)
        #expect(
            try await attribution.stored().filter { $0.contains("@1772371800000000") }.count == 1
        )
        try await attribution.delete { request in
            request.eventIDs = ["Order-Completed-undefined-3", "Order-Refunded-undefined-90"]
        }
        try await attribution.build()
        #expect(try await Self.conversions(attribution).sorted() == ["0|19", "1|1"])
        #expect(try await attribution.rows("select order_id from overused_orders") == [])
        let followed = try await attribution.stored()
        try await attribution.reset()
        try await attribution.build()
        #expect(try await attribution.stored() == followed)
        await attribution.stop()
    }

    @Test("are none for ingest's own counts of conversions either")
    func counts() async throws {
        let attribution = try await ServedAttribution()
        func count() async throws -> [String] {
            var request = IngestV1.CountConversionsRequest()
            (request.from, request.to) = ("2026-03-01", "2026-03-02")
            let counts = try await attribution.definitions.countConversions(request).message.value()
                .counts.map { ($0.standing.rawValue, $0.conversions) }
            return Dictionary(counts, uniquingKeysWith: +).map { "\($0) \($1)" }.sorted()
        }
        try await attribution.write(Self.orders(0..<500))
        try await attribution.write(Self.orders(500..<1_000))
        #expect(try await count() == ["1 1", "3 999"])
        try await attribution.write(Self.orders(1_000..<1_001))
        #expect(try await count() == ["1 1001"])
        await attribution.stop()
    }
}
