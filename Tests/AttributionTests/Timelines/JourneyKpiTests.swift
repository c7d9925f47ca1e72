import Messages
import RPC
import TestKit
import TestTenants
import Testing

@testable import Attribution

@Suite("What journeys count by day and place", .timeLimit(.minutes(5)))
struct JourneyKpiTests {
    /// What a visitor does, so many minutes after noon of the first of March.
    private struct Act {
        let visitor: Int
        let minutes: Int
        /// Empty if it does not say.
        let geo: String
        /// Of an order; nil for a page.
        let kind: String?
        let cents: Int
        let currency: String
        let isCancelled: Bool
        let number: Int

        init(_ number: Int, _ random: inout SeededGenerator) {
            func one(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
            self.number = number
            visitor = one(6)
            // No two at one time.
            minutes = one(1_400) * 10 + number % 10
            geo = ["", "", "DE-BE", "FR"][one(4)]
            kind = ["purchase", "purchase", "conversion", nil][one(4)]
            cents = one(3) == 0 ? 0 : 1 + one(9_999)
            currency = cents == 0 ? "" : ["EUR", "EUR", "USD"][one(3)]
            isCancelled = kind == "purchase" && one(5) == 0
        }

        var eventID: String { "act\(number)" }

        var events: [IngestV1.Event] {
            let event = ServedAttribution.event(eventID, after: Int64(minutes)) {
                ($0.anonymousID, $0.geo) = ("v\(visitor)", geo)
                guard let kind else { return }
                $0.kind = kind == "purchase" ? .custom : .conversion
                $0.name = kind == "purchase" ? "Order Completed" : "lead"
                ($0.orderID, $0.currency) = ("o\(number)", currency)
                if cents > 0 { $0.value = "\(cents / 100).\(cents % 100 / 10)\(cents % 10)" }
            }
            if !isCancelled { return [event] }
            let cancel = ServedAttribution.order(
                "o\(number)",
                "",
                after: Int64(minutes) + 20_000,
                name: "Order Cancelled"
            ) { $0.anonymousID = "server" }
            return [event, cancel]
        }
    }

    /// What is published, the slow way: visitor by visitor, and day by day.
    private static func slow(_ acts: [Act], hours: Int, until end: Int = .max) -> [String] {
        struct Series: Hashable { let kind, geo, currency: String }
        var sums: [Series: [Int: (count: Int, firsts: Int, cents: Int)]] = [:]
        for visitor in Set(acts.map(\.visitor)) {
            var (geo, known) = ("", Set<String>())
            for act in acts.filter({ $0.visitor == visitor }).sorted(by: { $0.minutes < $1.minutes }
            ) {
                if !act.geo.isEmpty { geo = act.geo }
                guard let kind = act.kind, !act.isCancelled else { continue }
                let isFirst = known.insert(kind).inserted
                let day = (act.minutes + (12 + hours) * 60) / 1_440
                guard day < end else { continue }
                let series = Series(kind: kind, geo: geo, currency: act.currency)
                var sum = sums[series]?[day] ?? (0, 0, 0)
                sum = (sum.count + 1, sum.firsts + (isFirst ? 1 : 0), sum.cents + act.cents)
                sums[series, default: [:]][day] = sum
            }
        }
        let days = sums.values.flatMap(\.keys)
        guard let first = days.min(), let last = days.max() else { return [] }
        return sums.flatMap { series, byDay in
            (first...last).flatMap { day in
                let sum = byDay[day] ?? (0, 0, 0)
                let date = day < 9 ? "2026-03-0\(day + 1)" : "2026-03-\(day + 1)"
                let counts = [("", sum.count), (":new", sum.firsts)].map { suffix, count in
                    "\(date)|\(series.kind)\(suffix)|journeys|\(series.geo)||\(count * 100)"
                }
                if series.currency.isEmpty { return counts }
                let name = "\(series.kind):value"
                return counts + [
                    "\(date)|\(name)|journeys|\(series.geo)|\(series.currency)|\(sum.cents)"
                ]
            }
        }
        .sorted()
    }

    private static func published(by attribution: ServedAttribution) async throws -> [String] {
        try await attribution.rows(
            """
            select day, name, counted_by, geo, currency, (value * 100)::bigint
            from attribution_v1_kpi
            """
        )
        .sorted()
    }

    @Test("is what the slow way counts, on the tenant's days", arguments: 1...3)
    func oracle(seed: UInt64) async throws {
        let attribution = try await ServedAttribution()
        var random = SeededGenerator(seed: seed)
        var acts = (0..<60).map { Act($0, &random) }
        try await attribution.write(acts.flatMap(\.events))
        try await attribution.build()
        #expect(try await Self.published(by: attribution) == Self.slow(acts, hours: 0))
        try await attribution.rows("update timeline_head set time_zone = 'Asia/Tokyo'")
        #expect(try await Self.published(by: attribution) == Self.slow(acts, hours: 9))
        // The next build takes the days back: there is news as long as they are others.
        let scope = try attribution.scope
        #expect(try await TimelineFeed.hasNews(in: scope))
        let gone = acts.suffix(20)
        acts.removeLast(20)
        try await attribution.delete { $0.eventIDs = gone.map(\.eventID) }
        try await attribution.build()
        let followed = try await Self.published(by: attribution)
        #expect(followed == Self.slow(acts, hours: 0))
        #expect(try await !TimelineFeed.hasNews(in: scope))
        try await attribution.reset()
        #expect(try await Self.published(by: attribution) == [])
        try await attribution.build()
        #expect(try await Self.published(by: attribution) == followed)
        // A day that is not over is no day with less of everything.
        try await attribution.rows(
            "update timeline_head set current_at = '2026-03-05T23:00:00Z', time_zone = 'Asia/Tokyo'"
        )
        #expect(try await Self.published(by: attribution) == Self.slow(acts, hours: 9, until: 5))
        await attribution.stop()
    }

    @Test("is nothing of those who were forgotten, nor before timelines have been made")
    func forgotten() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write([
            ServedAttribution.order("o1", "10", after: 1),
            ServedAttribution.order("o2", "20", after: 2) { $0.anonymousID = "other" },
        ])
        try await attribution.build()
        let both = [
            "2026-03-01|purchase:new|journeys|||200",
            "2026-03-01|purchase:value|journeys||EUR|3000",
            "2026-03-01|purchase|journeys|||200",
        ]
        #expect(try await Self.published(by: attribution) == both)
        try await attribution.forget(visitor: "other")
        try await attribution.build()
        #expect(try await attribution.rows("select person from timeline_conversions").count == 1)
        try await attribution.rows("update timeline_head set current_at = null")
        #expect(try await Self.published(by: attribution) == [])
        await attribution.stop()
    }
}
