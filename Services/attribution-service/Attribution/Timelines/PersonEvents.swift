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
        /// Whether there is a value, or a currency, that cannot be read.
        let isUnreadable: Bool

        /// What it pays back, if it is a refund: all without a value, nothing that cannot be read.
        var refund: Refund {
            isUnreadable ? .unknown : value.map { .part($0, currency) } ?? .all
        }
    }

    /// How much of a conversion's value a refund pays back.
    enum Refund: Sendable {
        case all
        /// So many millionths of a currency.
        case part(Int64, String?)
        case unknown

        /// Adds it to what was paid back of a value before, which is at most all of that.
        ///
        /// One in another currency than the value's cannot be subtracted.
        func added(to refunded: Int64, of value: Int64, in currency: String?) -> Int64 {
            switch self {
            case .all: return value
            case .unknown: return refunded
            case .part(let paid, let paidIn):
                guard paidIn == currency else { return refunded }
                let (sum, isOverflow) = refunded.addingReportingOverflow(paid)
                return isOverflow ? value : min(sum, value)
            }
        }
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
