import Contracts
import Journeys
import Messages
import PathModels
import RPC
import Tenancy
import Testing
import Wire

@testable import Attribution

@Suite("Credit by day", .timeLimit(.minutes(5)))
struct DailyCreditTests {
    private static let persons = StoredPersons.random(seed: 33, count: 120)
    private static var selection: JourneySelection {
        let (start, day) = (StoredPersons.start, JourneySelection.day)
        var selection = JourneySelection(
            range: start + 5 * day..<start + 60 * day,
            asOf: start + 70 * day
        )
        selection.closing = 30 * day
        return selection
    }

    private static func run(
        _ attribution: ServedAttribution,
        _ date: AttributionV1.Booking.Date,
        byCampaign: Bool = false,
        _ change: (inout AttributionV1.RunModelsRequest) -> Void = { _ in }
    ) async throws -> AttributionV1.ModelRun {
        try await attribution.run { request in
            request.models = ["linear", "time_decay", "markov", "data_driven"].map { name in
                var choice = AttributionV1.ModelChoice()
                choice.name = name
                return choice
            }
            request.journeys = AttributionV1.JourneySelection(selection)
            request.replicates = 0
            request.booking = AttributionV1.Booking()
            request.booking?.date = date
            request.booking?.byCampaign = byCampaign
            change(&request)
        }
    }

    @Test(
        "is that of its touches on the days of the tenant's clocks",
        arguments: ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]
    )
    func days(_ zone: String) async throws {
        let attribution = try await ServedAttribution()
        try await attribution.set(timeZone: zone)
        try await attribution.store(Self.persons)
        let slow = SlowCredit(Self.persons, Self.selection)
        for (date, byCampaign) in [
            (AttributionV1.Booking.Date.conversion, false), (.touch, true), (.unspecified, true),
        ] {
            let run = try await Self.run(attribution, date, byCampaign: byCampaign)
            for result in run.models {
                let booked = try #require(result.booked)
                #expect(booked.timeZone == zone)
                #expect(booked.date == (date == .touch ? .touch : .conversion))
                try Self.checkSums(booked)
            }
            // Journeys are cut up again, touch by touch.
            var cells: [String: (share: Double, cents: Int64)] = [:]
            for journey in slow.journeys {
                let shares = journey.touches.map { _ in 1 / Double(journey.touches.count) }
                let cents = SlowCredit.divide(journey.units, shares)
                for (place, touch) in journey.touches.enumerated() {
                    let day = SlowCredit.day(date == .touch ? touch.time : journey.time, zone)
                    let campaign = byCampaign ? StoredPersons.campaigns[touch.place] ?? "" : ""
                    let key = "\(day) \(journey.channels[place]) \(campaign)"
                    let cell = cells[key] ?? (0, 0)
                    cells[key] = (cell.share + shares[place], cell.cents + cents[place])
                }
            }
            let linear = try #require(run.models.first?.booked)
            #expect(
                linear.days.map { "\($0.day) \($0.channel) \($0.campaign)" } == cells.keys.sorted()
            )
            for row in linear.days {
                let cell = try #require(cells["\(row.day) \(row.channel) \(row.campaign)"])
                #expect(abs(row.conversions - cell.share) < 1e-9)
                #expect(SlowCredit.cents(row.value) == cell.cents)
            }
        }
        await attribution.stop()
    }

    /// Days add up to channels, and channels to all, to the cent.
    private static func checkSums(_ booked: AttributionV1.BookedCredit) throws {
        for channel in booked.channels {
            let rows = booked.days.filter { $0.channel == channel.channel }
            #expect(
                rows.reduce(0) { $0 + SlowCredit.cents($1.value) }
                    == SlowCredit.cents(channel.value)
            )
            #expect(
                abs(rows.reduce(0) { $0 + $1.conversions } - channel.conversions) < 1e-9
            )
        }
        #expect(
            booked.channels.reduce(0) { $0 + SlowCredit.cents($1.value) }
                == SlowCredit.cents(booked.value)
        )
    }

    @Test("has the totals of a run without days, and runs that are kept have it too")
    func totals() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let plain = try await Self.run(attribution, .conversion) { $0.booking = nil }
        let byConversion = try await Self.run(attribution, .conversion)
        let byTouch = try await Self.run(attribution, .touch, byCampaign: true)
        for (index, result) in byConversion.models.enumerated() {
            #expect(result.channels == plain.models[index].channels)
            #expect(result.booked?.channels == byTouch.models[index].booked?.channels)
            #expect(result.booked?.value == byTouch.models[index].booked?.value)
            #expect(plain.models[index].booked == nil)
        }
        let kept = try await attribution.finished { request in
            request.model = "linear"
            request.journeys = AttributionV1.JourneySelection(Self.selection)
            request.replicates = 0
            request.booking = AttributionV1.Booking()
        }
        #expect(kept.result?.models.first?.booked == byConversion.models.first?.booked)
        await attribution.stop()
    }

    private static func days(
        _ first: String,
        _ last: String
    ) -> AttributionV1.JourneySelection {
        var selection = AttributionV1.JourneySelection(selection)
        (selection.fromTime, selection.toTime) = (nil, nil)
        (selection.firstDay, selection.lastDay) = (first, last)
        return selection
    }

    @Test("is of days that a tenant names by its own clocks")
    func ranges() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.set(timeZone: "America/New_York")
        try await attribution.store(Self.persons)
        // Clocks go forward on the 9th: that day has 23 hours.
        let run = try await Self.run(attribution, .conversion) { request in
            request.journeys = Self.days("2025-03-09", "2025-03-12")
        }
        let told = try #require(run.report?.selection)
        #expect(told.fromTime?.seconds == 1_741_496_400, "2025-03-09 05:00 UTC")
        #expect(told.toTime?.seconds == 1_741_838_400, "2025-03-13 04:00 UTC")
        #expect(told.firstDay.isEmpty && told.lastDay.isEmpty)
        let days = try #require(run.models.first?.booked?.days)
        #expect(
            Set(days.map(\.day)).isSubset(
                of: (9...12).map { $0 < 10 ? "2025-03-0\($0)" : "2025-03-\($0)" }
            )
        )
        var list = AttributionV1.ListJourneysRequest()
        list.journeys = Self.days("2025-03-09", "2025-03-09")
        let listed = try await attribution.journeys.listJourneys(list).message.value()
        #expect(!listed.journeys.isEmpty)
        for journey in listed.journeys {
            #expect(SlowCredit.day(journey.time?.micros ?? 0, "America/New_York") == "2025-03-09")
        }
        for (first, last, words) in [
            ("2025-02-29", "", "first_day"), ("", "2025-3-1", "last_day"),
            ("1969-12-31", "", "first_day"), ("", "3000-01-01", "last_day"),
            ("2025-03-02", "2025-03-01", "last_day"),
        ] {
            try await attribution.refusal(.invalidArgument, words) {
                _ = try await Self.run(attribution, .conversion) { request in
                    request.journeys = Self.days(first, last)
                }
            }
        }
        try await attribution.refusal(.invalidArgument, "expected nothing beside from_time") {
            _ = try await Self.run(attribution, .conversion) {
                $0.journeys?.firstDay = "2025-03-01"
            }
        }
        await attribution.stop()
    }

    @Test("of schedules has the days of each run, and no others")
    func schedules() async throws {
        let attribution = try await ServedAttribution()
        var put = AttributionV1.PutRunScheduleRequest()
        put.name = "daily"
        var schedule = AttributionV1.RunSchedule()
        (schedule.days, schedule.hour) = (7, 3)
        for (first, last) in [("2026-01-01", ""), ("", "2026-01-31")] {
            var request = AttributionV1.RunModelsRequest()
            request.model = "linear"
            var journeys = AttributionV1.JourneySelection()
            (journeys.firstDay, journeys.lastDay) = (first, last)
            request.journeys = journeys
            schedule.request = request
            put.schedule = schedule
            try await attribution.refusal(.invalidArgument, "schedule.request.journeys") {
                _ = try await attribution.runs.putRunSchedule(put)
            }
        }
        await attribution.stop()
    }

    @Test("is refused without journeys, with frequencies, and for days that there are not")
    func refused() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(.random(seed: 1, count: 5))
        try await attribution.refusal(.invalidArgument, "expected journeys too") {
            _ = try await Self.run(attribution, .touch) { $0.journeys = nil }
        }
        try await attribution.refusal(.invalidArgument, "expected no KIND_FREQUENCY") {
            _ = try await Self.run(attribution, .touch) { request in
                var transform = AttributionV1.PathTransform()
                transform.kind = .frequency
                request.transforms = [transform]
            }
        }
        try await attribution.refusal(.invalidArgument, "booking.date") {
            _ = try await Self.run(attribution, .init(rawValue: 3))
        }
        await attribution.stop()
    }

    @Test("has no more rows than an answer holds")
    func bounds() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let scope = try attribution.scope
        let plan = try JourneyPlan(AttributionV1.JourneySelection(Self.selection), in: scope)
        let touches = PathDetail.Touches(date: .conversion)
        let found = try await TimelineReader(TimelineStore(), offload: nil)
            .paths(plan, PathDetail(touches: touches), isPartial: false, in: scope)
        let booking = try TouchBooking(
            touches: #require(found.touches),
            paths: TransformedPaths(found.table, [], isTraced: true),
            table: found.table,
            division: Linear().division(found.table),
            numbers: nil
        )
        let rows = try BookedSums(booking, mostCells: .max).cells.count
        #expect(rows > 10)
        _ = try AttributionV1.BookedCredit(booking, beside: [], mostDays: rows)
        let error = #expect(throws: RPCError.self) {
            _ = try AttributionV1.BookedCredit(booking, beside: [], mostDays: rows - 1)
        }
        #expect(error?.code == .failedPrecondition && error?.message.contains("100000") == true)
        await attribution.stop()
    }
}
