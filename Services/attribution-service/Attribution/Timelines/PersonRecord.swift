internal import Journeys
internal import Postgres

/// What is known of a person: the events, unless they are too many.
struct PersonRecord: Sendable {
    /// How many events are kept.
    let most: Int
    private(set) var own = PersonEvents()
    private(set) var count = 0
    private(set) var first: Int64 = .max
    private(set) var last: Int64 = .min
    /// The orders that the person's events name, each as often as it is named.
    private(set) var orders: [String] = []

    init(most: Int) { self.most = most }

    /// Whether the next event is kept.
    var hasRoom: Bool { count < most }

    /// Takes an event; of a person who has too many nothing is kept.
    mutating func take(_ event: PersonEvents.Event) {
        count += 1
        first = min(first, event.time)
        last = max(last, event.time)
        if count <= most {
            own.events.append(event)
        } else if count == most + 1 {
            own.events = []
        }
    }

    /// Takes what an event is beside.
    mutating func take(_ statement: PersonEvents.Statement) {
        own.statements.append(statement)
        if let order = statement.orderID { orders.append(order) }
    }

    /// Has events that name orders which are none stand for themselves.
    mutating func release(_ orders: Set<String>) {
        for index in own.statements.indices {
            guard let order = own.statements[index].orderID, orders.contains(order) else {
                continue
            }
            (own.statements[index].orderID, own.statements[index].isFirst) = (nil, true)
        }
    }

    /// Whether there are more events than are kept.
    var isTooLarge: Bool { count > most }
}

/// A timeline that is to be written.
struct MadeTimeline: Sendable {
    let person: String
    let ids: [String]
    let first: PostgresTimestamp
    let last: PostgresTimestamp
    let events: Int
    let orders: [String]
    /// How many statements, of whomever, were looked at because of these orders, and when the first
    /// and the last of them were: nil if there are none.
    let orderEvents: Int
    let ordersFirst: PostgresTimestamp?
    let ordersLast: PostgresTimestamp?
    let isTooLarge: Bool
    var timeline: Timeline
    /// Where each of its conversions was; empty if nobody knows.
    let geos: [String]
}
