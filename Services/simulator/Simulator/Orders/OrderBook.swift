internal import Numerics

/// All orders of a world, made anew whenever they are asked for.
struct OrderBook: Sendable {
    let streams: WorldStreams
    let scale: WorldScale
    let demand: Demand
    let effects: MediaEffects
    let planted: PlantedEvents
    let population: Population

    /// How many causes there are that no money is spent on.
    private static let unpaid = 3

    /// How many orders of each cause are to be expected: first those that nothing of the shop's
    /// caused, of email and of partners, then of each channel.
    func rates(geo: Int, day: Int) -> [Double] {
        let place = geo * scale.days + day
        let wanted = demand.rates[place] * planted.orderFactor(day: day)
        let parameters = demand.parameters
        let email = parameters.emailShare * wanted
        let affiliates = parameters.affiliateShare * wanted
        return [wanted - email - affiliates, email, affiliates]
            + effects.rates.map { $0[place] }
    }

    /// The orders that are to be expected of email once some got none.
    func expectedEmail(_ rate: Double, day: Int) -> Double {
        guard let holdout = planted.holdout, holdout.days.contains(day) else { return rate }
        return rate * (1 - holdout.controlShare)
    }

    /// The orders of a day in a state, in no order.
    ///
    /// - Parameters:
    ///   - geo: the state's number.
    ///   - day: the day's place.
    /// - Returns: them all, also those that the shop's events do not have.
    func orders(geo: Int, day: Int) -> [SimulatedOrder] {
        let rates = rates(geo: geo, day: day)
        var random = streams.stream(.orders, UInt64(day << 8 | geo))
        let isRecorded = day >= scale.days - scale.trackedDays && planted.isRecorded(day: day)
        var orders: [SimulatedOrder] = []
        for number in 0..<random.poisson(rates.reduce(0, +)) {
            let place = random.place(in: rates)
            let cause: SimulatedOrder.Cause =
                switch place {
                case 0: .demand
                case 1: .email
                case 2: .affiliates
                default: .media(place - Self.unpaid)
                }
            let buyer = population.customer(of: geo, mustSubscribe: cause == .email, &random)
            let cents = Int(
                (SimulatedOrder.meanCents * random.factor(SimulatedOrder.deviation)).rounded()
            )
            let isTracked = random.happens(scale.trackedShare) && isRecorded
            let millisecond = Self.millisecond(&random)
            let refund = refund(of: max(100, cents), day, &random)
            if cause == .email, buyer.isHeldOut, planted.holdout?.days.contains(day) == true {
                // Without the email there is no order.
                continue
            }
            orders.append(
                SimulatedOrder(
                    key: UInt64(day << 32 | geo << 24 | number),
                    day: day,
                    geo: geo,
                    cause: cause,
                    cents: max(100, cents),
                    millisecond: millisecond,
                    buyer: buyer,
                    isTracked: isTracked,
                    refund: refund
                )
            )
        }
        return orders
    }

    /// A time of day: mostly the afternoon and the evening.
    static func millisecond(_ random: inout RandomStream) -> Int {
        let hour = 15 + 4 * random.normal()
        let part = hour > 0.5 && hour < 23.5 ? hour / 24 : random.uniform()
        return Int(part * 86_400_000)
    }

    private func refund(
        of cents: Int,
        _ day: Int,
        _ random: inout RandomStream
    ) -> SimulatedOrder.Refund? {
        let isPaidBack = random.happens(SimulatedOrder.refundShare)
        let isHalf = random.happens(SimulatedOrder.halfRefundShare)
        let delays = SimulatedOrder.refundDelay
        let paidOn = day + delays.lowerBound + random.integer(below: delays.count)
        guard isPaidBack, paidOn < scale.days else { return nil }
        return SimulatedOrder.Refund(day: paidOn, cents: isHalf ? cents / 2 : cents)
    }
}
