/// A shop in the USA that advertises: what it spends, what it sells, and what its visitors do, with
/// the truth about what caused what.
///
/// A seed, a scale and forms decide all of it, to the bit and on any machine. Series are held;
/// orders and events are made whenever they are asked for.
public struct World: Sendable {
    /// What tells it from others.
    public let seed: UInt64
    /// How large it is.
    public let scale: WorldScale
    /// By what formulae it works.
    public let forms: WorldForms
    /// The states that it sells in; everything that has states has them in this order.
    public let geos: [USState]
    /// The channels that it spends money on; everything that has channels has them in this order.
    public let channels: [MediaChannel]
    /// What was put into it for someone to find.
    public let planted: PlantedEvents
    /// What people would buy without advertising.
    public let demand: Demand
    /// The partners who send it visitors for a commission.
    public let partners: [Partner]
    let streams: WorldStreams
    let calendar: WorldCalendar
    let effects: MediaEffects
    let book: OrderBook

    /// The currency of all its money.
    public static let currency = "USD"

    /// Makes a world.
    ///
    /// - Parameters:
    ///   - seed: any number.
    ///   - scale: how large it is to be.
    ///   - forms: by what formulae it is to work.
    /// - Throws: ``WorldError`` if it cannot be so large.
    public init(
        seed: UInt64,
        scale: WorldScale = .full,
        forms: WorldForms = .mixModel
    ) throws(WorldError) {
        try scale.check()
        (self.seed, self.scale, self.forms) = (seed, scale, forms)
        streams = WorldStreams(seed: seed)
        calendar = WorldCalendar(firstDay: scale.firstDay, days: scale.days)
        geos = Array(USState.all.prefix(scale.geos))
        channels = MediaChannel.all(streams, forms)
        planted = PlantedEvents(scale, streams, channels)
        partners = Partner.all(streams)
        let populations = geos.map(\.population)
        // What media are planned to bring, nobody has to want by himself.
        let media = channels.reduce(0) { $0 + $1.plannedReturn * $1.budgetShare }
        demand = Demand(
            streams,
            forms,
            calendar,
            populations: populations,
            level: scale.ordersPerDay * (1 - MediaPlan.budgetShare * media)
        )
        let undisturbed = MediaPlan(
            channels,
            scale,
            streams,
            calendar,
            following: demand,
            PlantedEvents()
        )
        let plan = MediaPlan(channels, scale, streams, calendar, following: demand, planted)
        effects = MediaEffects(
            channels,
            populations: populations,
            plan,
            undisturbed: undisturbed,
            drift: demand.drift,
            planted
        )
        book = OrderBook(
            streams: streams,
            scale: scale,
            demand: demand,
            effects: effects,
            planted: planted,
            population: Population(scale, streams, planted.holdout)
        )
    }

    // MARK: Series

    /// A day as `2026-01-31`.
    ///
    /// - Parameter place: its place, from 0.
    /// - Returns: the text.
    public func text(ofDay place: Int) -> String { calendar.texts[place] }

    /// What was spent on a channel.
    ///
    /// - Parameter channel: its number.
    /// - Returns: cents, at the first state's first day first, `[geos * days]`.
    public func spend(on channel: Int) -> [Int] { effects.plan.spend[channel] }

    /// How many orders a channel is expected to have caused.
    ///
    /// - Parameter channel: its number.
    /// - Returns: orders, at the first state's first day first, `[geos * days]`.
    public func expectedOrders(of channel: Int) -> [Double] { effects.rates[channel] }

    /// How many orders a channel would be expected to cause if something else were spent on it.
    ///
    /// - Parameters:
    ///   - channel: its number.
    ///   - spend: cents or parts of them, in the order of ``spend(on:)``.
    /// - Returns: orders in the same order.
    public func expectedOrders(of channel: Int, spending spend: [Double]) -> [Double] {
        precondition(spend.count == scale.geos * scale.days, "spend is by state and day")
        return effects.rates(of: channel, spending: spend)
    }

    /// What an order is worth on the average, in the world's currency.
    public var meanOrderValue: Double { SimulatedOrder.meanCents / 100 }

    // MARK: Orders

    /// The orders of a day in a state.
    ///
    /// - Parameters:
    ///   - geo: the state's number.
    ///   - day: the day's place.
    /// - Returns: all of them, the same each time.
    public func orders(geo: Int, day: Int) -> [SimulatedOrder] { book.orders(geo: geo, day: day) }

    /// What was sold in all, which is what orders add up to.
    ///
    /// - Complexity: linear in the orders.
    public func outcomes() -> WorldOutcomes {
        var outcomes = WorldOutcomes(count: scale.geos * scale.days)
        for geo in geos.indices {
            for day in 0..<scale.days {
                let place = geo * scale.days + day
                for order in orders(geo: geo, day: day) {
                    outcomes.orders[place] += 1
                    outcomes.cents[place] += order.cents
                    if order.isTracked {
                        outcomes.trackedOrders[place] += 1
                        outcomes.trackedCents[place] += order.cents
                    }
                    guard let refund = order.refund else { continue }
                    outcomes.refunds[geo * scale.days + refund.day] += refund.cents
                }
            }
        }
        return outcomes
    }
}
