import Contracts
import Journeys
import Messages
import RPC
import Testing
import Wire

@Suite("Credit of profits and lifetimes", .timeLimit(.minutes(5)))
struct ValueModeTests {
    /// The start of 2026-03-01, by the clocks of Kolkata.
    private static let day: Int64 = 1_772_303_400_000_000

    /// Two orders of one person, before and after the day begins, and a call and a lead of another.
    private static var persons: StoredPersons {
        func conversion(
            _ before: Int,
            _ time: Int64,
            _ kind: String,
            _ value: Int64
        )
            -> Timeline.Conversion
        {
            .init(
                touchesBefore: before,
                time: time,
                kind: kind,
                eventID: "\(kind)\(time)",
                value: value * 1_000_000,
                refunds: kind == "order" ? [.init(time: time, millionths: 20_000_000)] : [],
                currency: "EUR"
            )
        }
        return StoredPersons(timelines: [
            "u:anna": Timeline(
                touches: [
                    .init(time: day - 9_000_000, kind: .click, place: 2),
                    .init(time: day - 8_000_000, kind: .click, place: 3),
                    .init(time: day - 1_000_000, kind: .click, place: 3),
                ],
                conversions: [
                    conversion(2, day - 2_000_000, "order", 100), conversion(3, day, "order", 100),
                ]
            ),
            "u:bert": Timeline(
                touches: [
                    .init(time: day, kind: .click, place: 4),
                    .init(time: day + 2_000_000, kind: .click, place: 4),
                ],
                conversions: [
                    conversion(1, day + 1_000_000, "call", 30),
                    conversion(2, day + 3_000_000, "lead", 7),
                ]
            ),
        ])
    }

    private static func write(
        _ margins: [(date: String, name: String, margin: String)],
        to attribution: ServedAttribution
    ) async throws {
        var request = IngestV1.WriteMarginsRequest()
        request.rows = margins.map { margin in
            var row = IngestV1.MarginRow()
            (row.date, row.name, row.margin) = margin
            return row
        }
        let answer = try await attribution.series.writeMargins(request).message.value()
        #expect(answer.accepted == margins.count, "\(answer)")
    }

    private static func run(
        _ attribution: ServedAttribution,
        _ kinds: [String] = []
    ) async throws -> AttributionV1.ModelRun {
        try await attribution.run("linear") { request in
            request.replicates = 0
            request.journeys = AttributionV1.JourneySelection()
            request.journeys?.valueMode = .profit
            request.journeys?.kinds = kinds
            request.journeys?.asOf = AttributionV1.JourneySelection.time(day + 10_000_000)
            request.booking = AttributionV1.Booking()
        }
    }

    @Test("of profits is by margins of kinds on the tenant's days, and tells what has none")
    func margins() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.set(timeZone: "Asia/Kolkata")
        try await attribution.store(Self.persons)
        let none = try await Self.run(attribution)
        #expect(none.value == 0 && none.conversions == 4)
        #expect(
            none.report?.withoutMargin.map { "\($0.kind) \($0.conversions)" }
                == ["call 1", "lead 1", "order 2"]
        )
        try await Self.write(
            [
                ("2026-01-01", "order", "0.25"), ("2026-03-01", "order", "0.501"),
                ("2026-02-01", "call", "0"), ("2026-03-02", "lead", "0.5"),
                ("2026-01-01", "socks", "-0.5"),
            ],
            to: attribution
        )
        // 80 at a quarter and at 0.501; the call earns nothing, and of the lead nobody knows yet.
        let run = try await Self.run(attribution)
        #expect(
            run.report?.withoutMargin.map { "\($0.kind) \($0.conversions)" } == ["lead 1"]
        )
        let booked = try #require(run.models.first?.booked)
        #expect(booked.value == "60.08" && run.report?.selection?.valueMode == .profit)
        #expect(
            Set(booked.days.map { "\($0.day) \($0.channel) \($0.value)" }) == [
                "2026-02-28 paid_search 10", "2026-02-28 paid_social 10",
                "2026-03-01 paid_social 40.08", "2026-03-01 display 0",
            ]
        )
        try await Self.write([("2026-01-01", "", "1")], to: attribution)
        let all = try await Self.run(attribution)
        #expect(all.report?.withoutMargin.isEmpty == true && all.value == 67.08)
        #expect(try await Self.run(attribution, ["lead"]).value == 7)
        await attribution.stop()
    }

    @Test("of profits is told of touches of a person, and a loss is refused or not told")
    func losses() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.set(timeZone: "Asia/Kolkata")
        try await attribution.store(Self.persons)
        try await Self.write(
            [("2026-01-01", "order", "0.25"), ("2026-03-01", "order", "-0.1")],
            to: attribution
        )
        try await attribution.refusal(.failedPrecondition, "'order' has a margin below 0") {
            _ = try await Self.run(attribution)
        }
        var request = AttributionV1.GetTimelineRequest()
        request.id = "u:anna"
        request.journeys = AttributionV1.JourneySelection()
        request.journeys?.valueMode = .profit
        let told = try await attribution.journeys.getTimeline(request).message.value()
        let linear = told.journeys.map { journey in
            journey.credits.first { $0.model == "linear" }?.values ?? []
        }
        #expect(linear == [[], ["10", "10"]])
        #expect(told.selection?.valueMode == .profit)
        await attribution.stop()
    }

    @Test("of lifetimes is of new customers alone, and told where it is not over")
    func lifetimes() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        func run(
            _ change: (inout AttributionV1.JourneySelection) -> Void
        ) async throws -> AttributionV1.ModelRun {
            try await attribution.run("linear") { request in
                var selection = AttributionV1.JourneySelection()
                selection.valueMode = .lifetime
                selection.customers = .new
                selection.asOf = AttributionV1.JourneySelection.time(Self.day + 10_000_000)
                change(&selection)
                (request.journeys, request.replicates) = (selection, 0)
            }
        }
        // Of both persons what all their conversions are worth, to the touches of the first ones.
        let all = try await run { _ in }
        #expect(all.conversions == 2 && all.value == 197)
        #expect(
            all.models.first?.channels.map { "\($0.channel) \($0.value)" }
                == ["display 37.0", "paid_search 80.0", "paid_social 80.0"]
        )
        #expect(all.report?.censored == 2 && all.report?.selection?.lifetimeDays == 365)
        let later = try await run {
            $0.lifetimeDays = 2
            $0.asOf = AttributionV1.JourneySelection.time(Self.day + 3 * JourneySelection.day)
        }
        #expect(later.value == 197 && later.report?.censored == 0)
        try await attribution.refusal(.invalidArgument, "expected CUSTOMERS_NEW") {
            _ = try await run { $0.customers = .unspecified }
        }
        for (days, mode) in [
            (731, AttributionV1.JourneySelection.ValueMode.lifetime), (-1, .lifetime), (7, .net),
        ] as [(Int32, AttributionV1.JourneySelection.ValueMode)] {
            try await attribution.refusal(.invalidArgument, "journeys.lifetime_days") {
                _ = try await run { ($0.lifetimeDays, $0.valueMode) = (days, mode) }
            }
        }
        await attribution.stop()
    }
}
