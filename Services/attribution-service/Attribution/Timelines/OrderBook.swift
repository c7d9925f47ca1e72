/// What is said of orders, by whomever: how much of each was paid back, and which were cancelled.
struct OrderBook: Sendable {
    private struct Entry {
        var refunds: [(value: Int64?, currency: String?)] = []
        var isCancelled = false
    }

    private var entries: [PersonEvents.Order: Entry] = [:]

    /// Takes a statement; one that has no order, or repeats another, says nothing of one.
    mutating func take(_ statement: PersonEvents.Statement) {
        guard let id = statement.orderID, statement.isFirst else { return }
        let order = PersonEvents.Order(kind: statement.kind, id: id)
        var entry = entries.removeValue(forKey: order) ?? Entry()
        switch statement.effect {
        case .conversion: break
        case .refund: entry.refunds.append((statement.value, statement.currency))
        case .cancellation: entry.isCancelled = true
        }
        entries[order] = entry
    }

    /// How much of an order's value was paid back, at most all of it, and whether it was cancelled.
    ///
    /// A refund without a value pays back all. One in another currency than the order's cannot be
    /// subtracted, and is not.
    ///
    /// - Parameters:
    ///   - order: the order.
    ///   - value: what it is worth, in millionths.
    ///   - currency: in which currency.
    /// - Returns: what was paid back in millionths, and whether the order was cancelled.
    func state(
        of order: PersonEvents.Order,
        worth value: Int64,
        in currency: String?
    ) -> (refunded: Int64, isCancelled: Bool) {
        guard let entry = entries[order] else { return (0, false) }
        var refunded: Int64 = 0
        for refund in entry.refunds {
            refunded = Self.add(refund, to: refunded, of: value, in: currency)
        }
        return (refunded, entry.isCancelled)
    }

    /// Adds a refund to what was paid back of a value.
    static func add(
        _ refund: (value: Int64?, currency: String?),
        to refunded: Int64,
        of value: Int64,
        in currency: String?
    ) -> Int64 {
        guard let paid = refund.value else { return value }
        guard refund.currency == currency else { return refunded }
        let (sum, isOverflow) = refunded.addingReportingOverflow(paid)
        return isOverflow ? value : min(sum, value)
    }
}
