internal import Journeys
internal import Postgres

/// What is said of orders, by whomever: what was paid back of their conversions, and which were
/// cancelled.
///
/// A refund or a cancellation is of the order whose id it has, whatever its kind is: of the
/// conversion of kind `purchase`; without one, of its own kind; otherwise of the first kind by
/// name. Where several conversions of the kind are of the order, the earliest is paid back first,
/// as ``Payments`` says.
struct OrderBook: Sendable {
    /// What has become of a conversion.
    struct State: Sendable {
        fileprivate(set) var payments: Payments
        fileprivate(set) var cancelledAt: Int64?

        fileprivate init(of conversion: PersonEvents.Statement) {
            payments = Payments(of: conversion)
        }
    }

    /// What was looked at of orders: how many statements, those that repeat others too, and when
    /// the first and the last of them were.
    struct Extent: Sendable {
        fileprivate(set) var statements = 0
        fileprivate(set) var first: Int64 = .max
        fileprivate(set) var last: Int64 = .min

        fileprivate mutating func add(_ other: Extent) {
            statements += other.statements
            first = min(first, other.first)
            last = max(last, other.last)
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
    /// The refunds, or what is over of them, that pay back nothing.
    private var unmatched: [PostgresUUID: Timeline.UnmatchedRefund] = [:]
    private var extents: [String: Extent] = [:]

    /// A book.
    ///
    /// - Parameter statements: all that is said of some orders, in any order; those that repeat
    ///   others are left out.
    init(_ statements: [PersonEvents.Statement] = []) {
        for statement in statements {
            guard let order = statement.orderID else { continue }
            let time = statement.time
            extents[order, default: .init()].add(.init(statements: 1, first: time, last: time))
        }
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
            var payments = conversions.compactMap { states[$0.key]?.payments }
            unmatched[statement.key] = Payments.payBack(&payments, statement)
            for (conversion, paid) in zip(conversions, payments) {
                states[conversion.key]?.payments = paid
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

    /// What of a refund of an order that has conversions pays back nothing.
    ///
    /// - Parameter refund: what its event says.
    /// - Returns: what is over; nil if nothing is.
    func unmatched(of refund: PersonEvents.Statement) -> Timeline.UnmatchedRefund? {
        unmatched[refund.key]
    }

    /// What was looked at of some orders.
    ///
    /// - Parameter orders: the ids, some of them more than once.
    /// - Returns: how much, and from when to when.
    func extent(of orders: [String]) -> Extent {
        Set(orders).compactMap { extents[$0] }
            .reduce(into: Extent()) { $0.add($1) }
    }

    /// Whether there is a conversion of an order.
    ///
    /// - Parameter order: the id.
    /// - Returns: whether one of any kind has it.
    func hasConversion(of order: String) -> Bool { entries[order] != nil }
}
