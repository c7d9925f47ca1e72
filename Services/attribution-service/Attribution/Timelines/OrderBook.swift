/// What is said of orders, by whomever: how much of each was paid back, and which were cancelled.
struct OrderBook: Sendable {
    private struct Entry {
        var refunds: [PersonEvents.Refund] = []
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
        case .refund: entry.refunds.append(statement.refund)
        case .cancellation: entry.isCancelled = true
        }
        entries[order] = entry
    }

    /// How much of an order's value was paid back, at most all of it, and whether it was cancelled.
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
        let refunded = entry.refunds.reduce(0) { $1.added(to: $0, of: value, in: currency) }
        return (refunded, entry.isCancelled)
    }
}
