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

        /// How much of what is left of a value it pays back: nothing if it is in another currency.
        func amount(of rest: Int64, in currency: String?) -> Int64 {
            switch self {
            case .all: rest
            case .unknown: 0
            case .part(let paid, let paidIn): paidIn == currency ? min(paid, rest) : 0
            }
        }

        /// What of it is left when so much was paid back; of all, all.
        func less(_ paid: Int64) -> Refund {
            if case .part(let whole, let currency) = self { return .part(whole - paid, currency) }
            return self
        }

        /// Whether it pays back nothing.
        var isNothing: Bool {
            switch self {
            case .all: false
            case .unknown: true
            case .part(let paid, _): paid == 0
            }
        }
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
