internal import Journeys
internal import Messages

/// What is paid back of a conversion.
struct Payments: Sendable {
    private(set) var refunds: [Timeline.Refund] = []
    private(set) var foreignRefunds: [Timeline.ForeignRefund] = []
    /// What is left of the value in its own currency, in millionths.
    private var rest: Int64
    private let value: Int64
    private let currency: String

    /// Nothing of a conversion.
    ///
    /// - Parameter conversion: what its event says.
    init(of conversion: PersonEvents.Statement) {
        value = conversion.value ?? 0
        currency = conversion.currency ?? ""
        rest = value
    }

    /// What is paid back of a conversion already.
    ///
    /// - Parameter conversion: one of a timeline.
    init(of conversion: Timeline.Conversion) {
        (value, currency) = (conversion.value, conversion.currency)
        (refunds, foreignRefunds) = (conversion.refunds, conversion.foreignRefunds)
        rest = value - conversion.refunded(by: .max)
    }

    /// Pays back conversions that a refund can be of: those in its currency, one after the other.
    ///
    /// If none is in its currency, all of it is of the first that has a value: how much of that it
    /// pays back only rates know.
    ///
    /// - Parameters:
    ///   - payments: the conversions, one at least, the first to be paid back first.
    ///   - refund: what its event says.
    /// - Returns: what of it pays back nothing; nil if nothing is over.
    static func payBack(
        _ payments: inout [Payments],
        _ refund: PersonEvents.Statement
    ) -> Timeline.UnmatchedRefund? {
        if refund.isUnreadable { return .init(time: refund.time, problem: .unreadable) }
        guard var rest = refund.value, let currency = refund.currency else {
            for index in payments.indices { payments[index].payBack(.max, at: refund.time) }
            return nil
        }
        if payments.contains(where: { $0.currency == currency }) {
            for index in payments.indices where payments[index].currency == currency {
                rest -= payments[index].payBack(rest, at: refund.time)
            }
        } else if let index = payments.firstIndex(where: { $0.value > 0 }), rest > 0 {
            let foreign = Timeline.ForeignRefund(
                time: refund.time,
                millionths: rest,
                currency: currency
            )
            let later = payments[index].foreignRefunds.firstIndex { $0.time > refund.time }
            payments[index].foreignRefunds
                .insert(foreign, at: later ?? payments[index].foreignRefunds.count)
            return nil
        }
        if rest == 0 { return nil }
        return .init(time: refund.time, millionths: rest, currency: currency, problem: .excess)
    }

    /// Pays back so much of what is left.
    ///
    /// - Returns: how much that is.
    @discardableResult
    private mutating func payBack(_ most: Int64, at time: Int64) -> Int64 {
        let paid = min(most, rest)
        guard paid > 0 else { return 0 }
        // Those without an order come in the order of events, also after later ones of its order.
        let later = refunds.firstIndex { $0.time > time } ?? refunds.count
        refunds.insert(.init(time: time, millionths: paid), at: later)
        rest -= paid
        return paid
    }
}
