internal import Journeys
internal import Postgres

/// What is said of orders, by whomever: what was paid back of their conversions, and which were
/// cancelled.
///
/// A refund or a cancellation is of the order whose id it has, whatever its kind is: of the
/// conversion of kind `purchase`; without one, of its own kind; otherwise of the first kind by
/// name. Where several conversions of the kind are of the order, the earliest is paid back first.
struct OrderBook: Sendable {
    /// What has become of a conversion.
    struct State: Sendable {
        var refunds: [Timeline.Refund] = []
        var cancelledAt: Int64?
        fileprivate var rest: Int64
        fileprivate let currency: String?

        fileprivate init(of conversion: PersonEvents.Statement) {
            rest = conversion.value ?? 0
            currency = conversion.currency
        }

        /// Pays back a part; nothing of what is paid in another currency.
        ///
        /// - Returns: what is left of the part.
        fileprivate mutating func payBack(
            _ refund: PersonEvents.Refund,
            at time: Int64
        ) -> PersonEvents.Refund {
            let paid = refund.amount(of: rest, in: currency)
            if paid == 0 { return refund }
            refunds.append(.init(time: time, millionths: paid))
            rest -= paid
            return refund.less(paid)
        }
    }

    /// The conversions of an order, by their kinds; the earliest first.
    private struct Entry {
        var conversions: [String: [PersonEvents.Statement]] = [:]

        /// Those that a refund or a cancellation of a kind is of.
        func conversions(for kind: String) -> [PersonEvents.Statement] {
            conversions[OrderBook.purchase] ?? conversions[kind]
                ?? conversions.min { $0.key < $1.key }?.value ?? []
        }
    }

    private static let purchase = "purchase"

    private var entries: [String: Entry] = [:]
    private var states: [PostgresUUID: State] = [:]

    /// A book.
    ///
    /// - Parameter statements: all that is said of some orders, in any order; those that repeat
    ///   others are left out.
    init(_ statements: [PersonEvents.Statement] = []) {
        let sorted = statements.filter(\.isFirst)
            .sorted { ($0.time, $0.key) < ($1.time, $1.key) }
        for statement in sorted where statement.effect == .conversion {
            guard let order = statement.orderID else { continue }
            entries[order, default: .init()].conversions[statement.kind, default: []]
                .append(statement)
            states[statement.key] = State(of: statement)
        }
        for statement in sorted {
            guard let order = statement.orderID, let entry = entries[order] else { continue }
            settle(statement, entry.conversions(for: statement.kind))
        }
    }

    private mutating func settle(
        _ statement: PersonEvents.Statement,
        _ conversions: [PersonEvents.Statement]
    ) {
        switch statement.effect {
        case .conversion: break
        case .refund:
            var refund = statement.refund
            for conversion in conversions {
                if refund.isNothing { return }
                refund =
                    states[conversion.key]?.payBack(refund, at: statement.time) ?? refund
            }
        case .cancellation:
            for conversion in conversions where states[conversion.key]?.cancelledAt == nil {
                states[conversion.key]?.cancelledAt = statement.time
            }
        }
    }

    /// What has become of a conversion of an order.
    ///
    /// - Parameter conversion: what its event says.
    /// - Returns: its refunds, in the order of time, and its cancellation; nothing of one that has
    ///   no order.
    func state(of conversion: PersonEvents.Statement) -> State {
        states[conversion.key] ?? State(of: conversion)
    }

    /// Whether there is a conversion of an order.
    ///
    /// - Parameter order: the id.
    /// - Returns: whether one of any kind has it.
    func hasConversion(of order: String) -> Bool { entries[order] != nil }
}
