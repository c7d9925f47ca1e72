internal import Numerics
internal import Telemetry

/// Makes rows of events, and bad ones among them.
struct EventRows: Sendable {
    /// What is wrong with a row.
    enum Fault: String, CaseIterable {
        /// It was there before, to the letter.
        case duplicate
        /// Nobody did it.
        case noPerson = "no_person"
        /// Its time is none.
        case badTime = "bad_time"
        /// Its time is years ahead.
        case farFuture = "far_future"
        /// What it is worth is no number.
        case badValue = "bad_value"
        /// There is no such kind.
        case unknownKind = "unknown_kind"
        /// Its currency is none.
        case badCurrency = "bad_currency"
    }

    static let columns = [
        "event_id", "event_type", "event_name", "timestamp", "anonymous_id", "user_id",
        "session_id", "url", "referrer", "channel", "value", "currency", "order_id", "geo",
        "consent", "coupon",
    ]
    /// After how many rows there is a bad one.
    private static let badShare = 0.004

    private let world: World
    private var random: RandomStream
    /// How many bad rows there are of each kind.
    private(set) var faults: [Fault: Int] = [:]

    init(_ world: World) {
        self.world = world
        random = world.streams.stream(.badRows)
    }

    /// The rows of an event: its own, and now and then a bad one behind it.
    mutating func rows(of event: SimulatedEvent) -> [[String]] {
        let row = row(of: event)
        guard random.happens(Self.badShare) else { return [row] }
        let fault = Fault.allCases[random.integer(below: Fault.allCases.count)]
        faults[fault, default: 0] += 1
        return [row, Self.spoilt(row, fault)]
    }

    private func row(of event: SimulatedEvent) -> [String] {
        [
            event.id, event.kind.rawValue, event.name,
            UTCTimestamp(milliseconds: event.milliseconds).description, event.anonymousID,
            event.userID, event.sessionID, event.url, event.referrer, event.channel,
            event.cents.map(Cents.text) ?? "", event.cents == nil ? "" : World.currency,
            event.orderID, world.geos[event.geo].code, event.properties["consent"] ?? "",
            event.properties["coupon"] ?? "",
        ]
    }

    /// The row with a fault, and else an id of its own: what it was made of is there as well.
    private static func spoilt(_ row: [String], _ fault: Fault) -> [String] {
        var row = row
        func set(_ column: String, _ cell: String) {
            if let place = columns.firstIndex(of: column) { row[place] = cell }
        }
        if fault != .duplicate { set("event_id", row[0] + "-bad") }
        switch fault {
        case .duplicate: break
        case .noPerson:
            set("anonymous_id", "")
            set("user_id", "")
        case .badTime: set("timestamp", "2025-02-30T25:61:00Z")
        case .farFuture: set("timestamp", "2999-01-01T00:00:00Z")
        case .badValue:
            set("value", "12,3x")
            set("currency", World.currency)
        case .unknownKind: set("event_type", "purchse")
        case .badCurrency:
            set("value", "1.00")
            set("currency", "US$")
        }
        return row
    }
}
