/// What caused orders, counted one by one.
struct OrderCredit: Sendable {
    /// Counts of a cause.
    struct Count: Sendable {
        /// All orders, and what they are worth in cents.
        var orders = 0
        var cents = 0
        /// Those that the events have.
        var trackedOrders = 0
        var trackedCents = 0
        /// Those whose journeys show what caused them.
        var visibleOrders = 0
        var visibleCents = 0
    }

    /// By the number of the cause: of nothing the shop does, email, partners, then each channel.
    private(set) var counts: [Count]
    /// How many tracked orders are of people whom the shop may not follow.
    private(set) var withoutConsent = 0
    /// Orders while email was withheld from some, of subscribers who get it and of the others.
    private(set) var holdoutOrders = (email: 0, control: 0)
    /// Of each partner: actions, what they are worth, what was paid, and orders it caused.
    var partners: [PartnerCount]

    /// Counts of a partner.
    struct PartnerCount: Sendable {
        var actions = 0
        var cents = 0
        var payout = 0
        var causedOrders = 0
    }

    private let holdout: PlantedEvents.Holdout?

    init(_ world: World) {
        counts = Array(repeating: Count(), count: 3 + world.channels.count)
        partners = Array(repeating: PartnerCount(), count: world.partners.count)
        holdout = world.planted.holdout
    }

    /// Counts an order.
    ///
    /// - Parameters:
    ///   - order: which.
    ///   - journey: what led to it.
    mutating func count(_ order: SimulatedOrder, _ journey: Journey) {
        let number = order.cause.number
        counts[number].orders += 1
        counts[number].cents += order.cents
        guard order.isTracked else { return }
        counts[number].trackedOrders += 1
        counts[number].trackedCents += order.cents
        if !order.buyer.consents { withoutConsent += 1 }
        if journey.causalTouch != nil {
            counts[number].visibleOrders += 1
            counts[number].visibleCents += order.cents
        }
        if holdout?.days.contains(order.day) == true, order.buyer.isSubscriber {
            if order.buyer.isHeldOut {
                holdoutOrders.control += 1
            } else {
                holdoutOrders.email += 1
            }
        }
    }
}

extension SimulatedOrder.Cause {
    /// Its place among all causes.
    var number: Int {
        switch self {
        case .demand: 0
        case .email: 1
        case .affiliates: 2
        case .media(let number): 3 + number
        }
    }
}
