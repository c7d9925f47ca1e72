internal import Numerics

/// Makes the events that a shop records of journeys.
struct EventMaker: Sendable {
    let streams: WorldStreams
    let calendar: WorldCalendar
    let channels: [MediaChannel]
    let partners: [Partner]
    private let plans: [String: TrafficPlan]

    /// For a world.
    init(_ world: World) {
        (streams, calendar) = (world.streams, world.calendar)
        (channels, partners) = (world.channels, world.partners)
        var plans: [String: TrafficPlan] = [:]
        for plan in TrafficPlan.shop + TrafficPlan.others { plans[plan.channel] = plan }
        self.plans = plans
    }

    /// What is recorded of a journey.
    ///
    /// - Parameter journey: as the shop may follow it.
    /// - Returns: its events in no order, also of days that nothing is recorded on.
    func events(of journey: Journey) -> [SimulatedEvent] {
        var visits = VisitMaker(
            random: streams.stream(.traffic, UInt64(journey.id, radix: 36) ?? 0),
            mess: TrafficSimulator.Mess()
        )
        var events: [SimulatedEvent] = []
        for number in journey.touches.indices {
            add(touch: number, of: journey, &visits, to: &events)
        }
        if let order = journey.order { add(order, of: journey, to: &events) }
        return events
    }

    // MARK: Touches

    private func add(
        touch number: Int,
        of journey: Journey,
        _ visits: inout VisitMaker,
        to events: inout [SimulatedEvent]
    ) {
        let touch = journey.touches[number]
        let plan = plan(of: touch.source)
        var first = SimulatedEvent(
            id: journey.eventID(ofTouch: number),
            kind: touch.isVisit ? .page : .impression,
            name: touch.isVisit ? "Page Viewed" : "Ad Viewed",
            milliseconds: touch.milliseconds,
            geo: journey.person.geo
        )
        first.anonymousID = journey.person.deviceID(touch.device)
        guard touch.isVisit else {
            (first.channel, first.trueChannel) = (plan.channel, plan.channel)
            events.append(first)
            return
        }
        first.sessionID = "\(journey.id)-s\(number)"
        let visit = visits.visit(by: plan, campaign: campaign(of: touch))
        (first.url, first.referrer) = (visit.page, visit.referrer)
        (first.trueChannel, first.mishaps) = (visit.channel, visit.mishaps)
        if case .partner(let partner) = touch.source { first.partner = partner }
        events.append(first)
        var next = first
        for page in 0..<min(5, visits.random.poisson(0.5)) {
            next = SimulatedEvent(
                id: "\(first.id)p\(page)",
                kind: .page,
                name: "Page Viewed",
                milliseconds: next.milliseconds + 10_000
                    + Int64(visits.random.integer(below: 230_000)),
                geo: first.geo
            )
            (next.anonymousID, next.sessionID) = (first.anonymousID, first.sessionID)
            next.url = "https://shop.example/p/\(1 + visits.random.integer(below: 500))"
            next.referrer = "https://shop.example/"
            events.append(next)
        }
        guard touch.logsIn else { return }
        events.append(login(journey, first.anonymousID, "\(first.id)i", touch.milliseconds + 5_000))
    }

    private func login(
        _ journey: Journey,
        _ device: String,
        _ id: String,
        _ milliseconds: Int64
    ) -> SimulatedEvent {
        var event = SimulatedEvent(
            id: id,
            kind: .identify,
            name: "Signed In",
            milliseconds: milliseconds,
            geo: journey.person.geo
        )
        (event.anonymousID, event.userID) = (device, journey.person.userID)
        return event
    }

    /// How a source's links look: those of a partner are the network's, and come from its site.
    private func plan(of source: Journey.Source) -> TrafficPlan {
        let slug = source.slug(channels)
        if case .partner(let number) = source {
            return TrafficPlan(
                channel: slug,
                share: 1,
                links: [TrafficPlan.Link("impact", "affiliate", adding: "irclickid")],
                referrers: ["https://\(partners[number].domain)/"],
                untagged: 0.1
            )
        }
        return plans[slug]
            ?? TrafficPlan(
                channel: slug,
                share: 1,
                links: [],
                referrers: [""],
                untagged: 1
            )
    }

    private func campaign(of touch: Journey.Touch) -> String? {
        switch touch.source {
        case .media(let number):
            let day = Int(touch.milliseconds / 86_400_000) - calendar.firstDay
            let place = min(max(day, 0), calendar.texts.count - 1)
            return "\(channels[number].campaign)_\(calendar.quarter(place))"
        case .partner(let number): return "partner_\(partners[number].id)"
        case .email: return "newsletter"
        case .direct, .organicSearch, .organicSocial, .referral: return nil
        }
    }

    // MARK: Orders

    private func add(
        _ order: SimulatedOrder,
        of journey: Journey,
        to events: inout [SimulatedEvent]
    ) {
        let time = calendar.start(order.day) + Int64(order.millisecond)
        var bought = SimulatedEvent(
            id: "\(order.id)-c",
            kind: .conversion,
            name: "Order Completed",
            milliseconds: time,
            geo: order.geo
        )
        (bought.cents, bought.orderID) = (order.cents, order.id)
        if let partner = journey.promoPartner {
            bought.properties["coupon"] = partners[partner].promoCode
        }
        if let last = journey.touches.last {
            bought.anonymousID = journey.person.deviceID(last.device)
            bought.userID = journey.person.userID
            bought.sessionID = "\(journey.id)-s\(journey.touches.count - 1)"
            events.append(login(journey, bought.anonymousID, "\(order.id)-i", time - 60_000))
        } else {
            // Of whom may not be followed, the shop's own books know the order and no more.
            bought.anonymousID = "order-\(order.id)"
            bought.properties["consent"] = "denied"
        }
        events.append(bought)
        guard let refund = order.refund else { return }
        var back = SimulatedEvent(
            id: "\(order.id)-r",
            kind: .refund,
            name: "Order Refunded",
            milliseconds: calendar.start(refund.day) + Int64(order.millisecond),
            geo: order.geo
        )
        (back.cents, back.orderID) = (refund.cents, order.id)
        (back.anonymousID, back.userID) = (bought.anonymousID, bought.userID)
        events.append(back)
    }
}
