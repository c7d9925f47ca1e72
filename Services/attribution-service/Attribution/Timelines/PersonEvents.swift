internal import Postgres
internal import Touches

/// A person's events, as ingest publishes them.
struct PersonEvents: Sendable {
    /// An event.
    struct Event: Sendable {
        /// Tells it from all others, and orders those of one time.
        let key: PostgresUUID
        /// In microseconds since 1970.
        let time: Int64
        let facts: TouchFacts
        let eventID: String
        let place: Place
    }

    /// Where an event came from.
    struct Place: Hashable, Sendable {
        let channel: Int32?
        let source: String?
        let medium: String?
        let campaign: String?
    }

    /// What an event is beside: a conversion, a refund or a cancellation.
    struct Statement: Sendable {
        let key: PostgresUUID
        let kind: String
        let effect: Effect
        /// In millionths; nil without a value.
        let value: Int64?
        let currency: String?
        let orderID: String?
        /// Whether it is the first of its order, or has none.
        let isFirst: Bool
    }

    /// What a statement does: the numbers of the contract.
    enum Effect: Int16, Sendable {
        case conversion = 1
        case refund
        case cancellation
    }

    /// An order, of one kind of conversion.
    struct Order: Hashable, Sendable {
        let kind: String
        let id: String
    }

    var events: [Event] = []
    var statements: [Statement] = []
}
