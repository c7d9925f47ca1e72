import Messages
import TestKit
import Wire

/// Seventy days of a business, written row by row to the service, and counted row by row here.
struct QualityWorld {
    struct Event: Sendable {
        var id: String
        var origin: String
        var kind: IngestV1.Event.Kind
        /// Which visit of ``visits`` it came by; nil if it names its channel, or has none.
        var visit: Int?
        var channel = ""
        /// In seconds since 1970.
        var time: Int64
        var user = ""
        var value = ""
        var order = ""
        var geo = ""
    }

    /// How visitors come: known well, little, and not at all.
    static let visits: [(source: String, medium: String, campaign: String)] = [
        ("google", "cpc", "brand"), ("newsletter", "email", ""), ("strange", "odd", "x"),
        ("google", "", ""),
    ]
    private static let kinds: [IngestV1.Event.Kind] = [
        .page, .page, .click, .click, .conversion, .custom,
    ]

    /// The tenant's clocks, in seconds ahead of UTC.
    let offset: Int64
    /// The tenant's day it is.
    let today: Int
    var events: [Event] = []
    var spend: [IngestV1.SpendRow] = []
    var kpis: [IngestV1.KpiRow] = []
    var rates: [IngestV1.ExchangeRateRow] = []

    init(offset: Int64, now seconds: Int64, seed: UInt64) {
        self.offset = offset
        today = Int((seconds + offset) / 86_400)
        var random = SeededGenerator(seed: seed)
        for day in today - 69..<today {
            makeEvents(of: day, &random)
            makeSeries(of: day, &random)
        }
        // One of a day to come.
        spend.append(.row(Self.text(today + 1), "1") { $0.platform = "meta" })
    }

    private mutating func makeEvents(of day: Int, _ random: inout SeededGenerator) {
        for (origin, most, chance) in [("shop", 40, 10), ("app", 9, 7), ("crm", 3, 2)] {
            guard Int.random(in: 0..<10, using: &random) < chance else { continue }
            for number in 0..<Int.random(in: 1...most, using: &random) {
                let start = Int64(day) * 86_400 - offset
                var event = Event(
                    id: "\(origin)-\(day)-\(number)",
                    origin: origin,
                    kind: Self.kinds.randomElement(using: &random) ?? .page,
                    time: start + Int64.random(in: 0..<86_400, using: &random)
                )
                if event.kind == .page || Int.random(in: 0..<3, using: &random) == 0 {
                    event.visit = Self.visits.indices.randomElement(using: &random)
                } else {
                    event.channel =
                        ["paid_search", "email", "unassigned", "", "display"]
                        .randomElement(using: &random) ?? ""
                }
                if Bool.random(using: &random) { event.user = "u\(number)" }
                if Bool.random(using: &random) { event.geo = "DE" }
                if event.kind == .conversion, Bool.random(using: &random) { event.value = "1.5" }
                if event.kind == .conversion, Bool.random(using: &random) {
                    event.order = event.id
                }
                events.append(event)
            }
        }
    }

    private mutating func makeSeries(of day: Int, _ random: inout SeededGenerator) {
        let date = Self.text(day)
        let plans = [
            ("google_ads", "EUR", "paid_search", 9), ("meta", "USD", "paid_social", 8),
            ("tiktok", "GBP", "", 4), ("spots", "EUR", "audio", 5),
        ]
        for (platform, currency, channel, chance) in plans {
            for campaign in ["a", "b"] where Int.random(in: 0..<10, using: &random) < chance {
                let amount = Int.random(in: 0..<50, using: &random)
                let clicks = Int64.random(in: 0..<99, using: &random)
                spend.append(
                    .row(date, "\(amount).25") {
                        ($0.platform, $0.currency, $0.campaign) = (platform, currency, campaign)
                        if !channel.isEmpty, campaign == "a" || platform != "meta" {
                            $0.channel = channel
                        }
                        if campaign == "a" { $0.clicks = clicks }
                    }
                )
            }
        }
        for (name, currency) in [("revenue", "USD"), ("orders", "")]
        where Int.random(in: 0..<10, using: &random) < 8 {
            for geo in ["A", "B"] {
                let value = Int.random(in: 0..<900, using: &random)
                kpis.append(
                    .row(date, name, "\(value)") { ($0.currency, $0.geo) = (currency, geo) }
                )
            }
        }
        if Int.random(in: 0..<9, using: &random) == 0 {
            rates.append(.row(date, "USD", "EUR", "0.9"))
        }
        if Int.random(in: 0..<30, using: &random) == 0 {
            rates.append(.row(date, "EUR", "GBP", "0.8"))
        }
    }

    /// The tenant's day of an event.
    func day(of event: Event) -> Int { Int((event.time + offset) / 86_400) }

    /// A day from 2020 on as `2026-01-31`.
    static func text(_ day: Int) -> String {
        // Months of the civil calendar, one after the other: slow, and without a formula.
        var (year, month, rest) = (2020, 1, day - 18_262)
        func length() -> Int {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        }
        while rest >= length() {
            rest -= length()
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(rest + 1))"
    }
}

extension QualityWorld.Event {
    /// The event as it is sent.
    var message: IngestV1.Event {
        var event = IngestV1.Event()
        event.eventID = id
        event.kind = kind
        event.name = kind == .custom ? "x" : ""
        var time = GoogleProtobuf.Timestamp()
        time.seconds = self.time
        event.occurredAt = time
        event.anonymousID = "visitor"
        event.userID = user
        event.channel = channel
        event.geo = geo
        event.orderID = order
        if !value.isEmpty { (event.value, event.currency) = (value, "EUR") }
        if let visit {
            let told = QualityWorld.visits[visit]
            event.visit = IngestV1.Visit()
            event.visit?.source = told.source
            event.visit?.medium = told.medium
            event.visit?.campaign = told.campaign
        }
        return event
    }
}
