internal import Messages

/// What was paid back of a conversion in other currencies than its own, as rates have it.
///
/// It is converted to the selection's currency, as the conversion itself is: each by the rate of
/// its own day. What has no rate, or is more than is left, pays back nothing.
struct ForeignRefunds {
    /// What of one pays back nothing.
    struct Problem {
        let key: JourneyCounts.RefundKey
        /// In millionths of the key's currency.
        let millionths: Int64
        /// When it was paid back.
        let time: Int64
    }

    /// What is left of the conversion's value, in millionths of the selection's currency.
    private(set) var rest: Int64
    private(set) var problems: [Problem] = []

    /// Takes off what is known to be paid back.
    ///
    /// - Parameters:
    ///   - value: what is left of the conversion's value without these refunds, in millionths of
    ///     the selection's currency.
    ///   - conversion: whose refunds they are.
    ///   - selection: how much is known, and the currency.
    ///   - rates: to the selection's currency.
    init(
        from value: Int64,
        _ conversion: Timeline.Conversion,
        _ selection: JourneySelection,
        by rates: JourneyTable.Rates
    ) {
        rest = value
        for refund in conversion.foreignRefunds where refund.time <= selection.asOf {
            let converted = selection.convert(
                refund.millionths,
                in: refund.currency,
                at: refund.time,
                by: rates
            )
            guard let converted else {
                problems.append(
                    Problem(
                        key: .init(refund.currency, .noRate),
                        millionths: refund.millionths,
                        time: refund.time
                    )
                )
                continue
            }
            let paid = min(converted, rest)
            rest -= paid
            guard paid < converted else { continue }
            problems.append(
                Problem(
                    key: .init(selection.currency, .excess),
                    millionths: converted - paid,
                    time: refund.time
                )
            )
        }
    }
}

extension JourneySelection {
    /// Whether something is known to be paid back of a conversion in other currencies than its own.
    ///
    /// - Parameter conversion: of any timeline.
    /// - Returns: whether there is: then ``value(of:)`` is not all that is to be known.
    public func hasForeignRefunds(_ conversion: Timeline.Conversion) -> Bool {
        // In the order of time.
        conversion.foreignRefunds.first.map { $0.time <= asOf } ?? false
    }

    /// An amount in millionths of the selection's currency.
    ///
    /// - Parameters:
    ///   - millionths: the amount.
    ///   - other: what it is in.
    ///   - time: on whose day, in microseconds since 1970.
    ///   - rates: of other currencies.
    /// - Returns: the amount; nil if it is not nothing, in another currency, and without a rate.
    func convert(
        _ millionths: Int64,
        in other: String,
        at time: Int64,
        by rates: JourneyTable.Rates
    ) -> Int64? {
        if millionths == 0 || other == currency { return millionths }
        // Days are counted downwards: before 1970 they are below 0, and division rounds to 0.
        let (days, rest) = time.quotientAndRemainder(dividingBy: Self.day)
        return rates(other, Int32(rest < 0 ? days - 1 : days))?.convert(millionths)
    }
}
