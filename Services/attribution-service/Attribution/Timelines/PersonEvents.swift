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
        /// Its id, if it is something beside; nil of all others, which nobody asks for theirs.
        let eventID: String?
        /// The number of its place among ``EventPlaces``.
        let place: Int32
        /// Where the visitor was; nil if it does not say.
        let geo: String?
    }

    /// Where an event came from.
    struct Place: Hashable, Sendable {
        let channel: Int32?
        let source: String?
        let medium: String?
        let campaign: String?
        /// How sure the channel is; nil if the event names it itself.
        let confidence: Float?
        /// Which of several ads.
        let ad: String?
    }

    /// What an event is beside: a conversion, a refund or a cancellation.
    struct Statement: Sendable {
        let key: PostgresUUID
        /// In microseconds since 1970.
        let time: Int64
        let kind: String
        let effect: Effect
        /// In millionths; nil without a value.
        let value: Int64?
        let currency: String?
        var orderID: String?
        /// Whether it is the first of its order, or has none.
        var isFirst: Bool
        /// Whether there is a value, or a currency, that cannot be read.
        let isUnreadable: Bool
    }

    /// What a statement does: the numbers of the contract.
    enum Effect: Int16, Sendable {
        case conversion = 1
        case refund
        case cancellation
    }

    var events: [Event] = []
    var statements: [Statement] = []
}
