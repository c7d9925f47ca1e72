internal import Messages
internal import Postgres

/// What the tables say of a day and the weeks before it: all that metrics are made of.
struct QualityFacts: Sendable {
    /// The day.
    let day: Int32
    /// Whether it is over.
    let isComplete: Bool
    var events: [Events] = []
    var arrivals: [Arrivals] = []
    var tallies: [Tally] = []
    var spend: [Spend] = []
    var kpis: [Kpi] = []
    var rates: [Rates] = []
    var ahead: [Ahead] = []
    var orders: [Orders] = []
    /// Whether there was more than is read.
    var isTruncated = false

    /// How many days are looked at: those of eight weeks before the day, and a week more.
    static let days: Int32 = 63

    /// Events of a day.
    struct Events: Sendable {
        let day: Int32
        let origin: String
        let kind: EventKindName
        /// The slug; empty for those that have none.
        let channel: String
        let count: Int64
        /// Those that no rule matches, or with little confidence.
        let unknown: Int64
        /// How many have a field, by its name.
        let having: [String: Int64]
    }

    /// Events that came on the day.
    struct Arrivals: Sendable {
        let origin: String
        let count: Int64
        /// Those that say they happened more than an hour later.
        let ahead: Int64
    }

    /// What came of rows on the day.
    struct Tally: Sendable {
        let kind: String
        let source: String
        let fate: String
        let reason: String
        let rows: Int64
    }

    /// Spend of a day.
    struct Spend: Sendable {
        let day: Int32
        /// The slug; empty for what is not mapped.
        let channel: String
        let platform: String
        let currency: String
        let amount: Double
        let clicks: Int64
        let rows: Int64
    }

    /// A KPI of a day.
    struct Kpi: Sendable {
        let day: Int32
        let name: String
        let countedBy: String
        let currency: String
        let value: Double
    }

    /// Amounts of a currency that need a rate.
    struct Rates: Sendable {
        let kind: String
        let currency: String
        let rows: Int64
        let rowsWithout: Int64
        let daysWithout: Int64
    }

    /// Rows of days that are yet to come.
    struct Ahead: Sendable {
        let kind: String
        let name: String
        let rows: Int64
    }

    /// Conversions of the day that have an order.
    struct Orders: Sendable {
        let kind: String
        let conversions: Int64
        /// Those that contradict the first of their order.
        let conflicts: Int64
    }
}

/// What kinds of events are called in dimensions, as `conversion`.
struct EventKindName: Hashable, Sendable {
    let text: String

    private static let names = [
        "page", "click", "impression", "conversion", "refund", "exposure", "identify", "alias",
        "custom",
    ]

    /// The name of a kind, by its number in the contract.
    init(_ number: Int16) {
        text =
            Self.names.indices.contains(Int(number) - 1) ? Self.names[Int(number) - 1] : "unknown"
    }

    /// Whether somebody came by an ad or a link.
    var isVisit: Bool { text == "page" || text == "click" }
    /// Whether such events belong to channels.
    var isTouch: Bool { isVisit || text == "impression" }
}
