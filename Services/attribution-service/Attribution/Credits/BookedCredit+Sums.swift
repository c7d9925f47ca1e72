internal import Messages
internal import PathModels
internal import RPC

extension AttributionV1.BookedCredit {
    /// How many rows of days all models of an answer have together.
    static let mostDays = 100_000

    /// What touches get by a model, beside what the model gives to channels.
    ///
    /// - Parameters:
    ///   - booking: what touches get.
    ///   - credited: what channels get, in the order in which they are told.
    ///   - mostDays: how many rows of days there may be.
    /// - Throws: FAILED_PRECONDITION if there are more; `AttributionFailure`.
    init(
        _ booking: TouchBooking,
        beside credited: [AttributionV1.ChannelCredit],
        mostDays: Int
    ) throws {
        self.init()
        let sums: BookedSums
        do {
            sums = try BookedSums(booking, mostCells: mostDays)
        } catch is BookedSums.TooManyCells {
            throw RPCError(
                .failedPrecondition,
                "booking: credit by day has more than \(Self.mostDays) rows: take fewer models, a "
                    + "shorter range, or no campaigns"
            )
        }
        source = if case .rule = booking.division { .model } else { .journeyNormalised }
        currency = booking.touches.currency
        let digits = booking.digits
        value = Amounts.text(sums.units, digits: digits)
        let unit = (0..<digits).reduce(1.0) { unit, _ in unit * 10 }
        channels = credited.compactMap { credit in
            guard let place = booking.table.channels.existing(credit.channel) else { return nil }
            let sum = sums.channels[Int(place)]
            var row = Channel()
            row.channel = credit.channel
            row.conversions = sum.conversions
            row.value = Amounts.text(sum.units, digits: digits)
            row.conversionsDifference = sum.conversions - credit.conversions
            row.valueDifference = Double(sum.units) / unit - credit.value
            return row
        }
        guard let found = booking.touches.days else { return }
        (date, timeZone) = (found.date, found.timeZone)
        let names = booking.table.channels.names
        days = sums.cells
            .sorted { left, right in
                left.key.day != right.key.day
                    ? left.key.day < right.key.day
                    : (names[left.key.channel], left.key.campaign)
                        < (names[right.key.channel], right.key.campaign)
            }
            .map { cell, sum in
                var row = Day()
                row.day = found.calendar.names[cell.day]
                row.channel = names[cell.channel]
                row.campaign = cell.campaign
                row.conversions = sum.conversions
                row.value = Amounts.text(sum.units, digits: digits)
                return row
            }
    }
}
