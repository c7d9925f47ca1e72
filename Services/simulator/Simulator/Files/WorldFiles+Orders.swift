internal import Telemetry

extension WorldFiles {
    /// Writes why each order was made.
    func writeOrders<Sink: WorldSink & ~Copyable>(
        _ credit: inout OrderCredit,
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        let columns = [
            "order_id", "date", "geo", "cause", "value", "refunded", "tracked", "consent",
            "causal_event_id", "path",
        ]
        let (maker, names) = (JourneyMaker(world), world.causeNames)
        var table = try TableWriter("truth/orders", columns, to: &sink)
        for day in 0..<world.scale.days {
            for (geo, state) in world.geos.enumerated() {
                for order in world.orders(geo: geo, day: day) {
                    let journey = maker.journey(to: order)
                    credit.count(order, journey)
                    let path = journey.touches.map { $0.source.slug(world.channels) }
                        .joined(separator: " > ")
                    let causal = journey.causalTouch.map { journey.eventID(ofTouch: $0) }
                    try table.row(
                        [
                            order.id, world.text(ofDay: day), state.code,
                            names[order.cause.number], Cents.text(order.cents),
                            order.refund.map { Cents.text($0.cents) } ?? "",
                            order.isTracked ? "1" : "0", order.buyer.consents ? "1" : "0",
                            order.isTracked ? causal ?? "" : "", order.isTracked ? path : "",
                        ],
                        to: &sink
                    )
                }
            }
        }
        return try table.end("truth/orders", "why each order was made", to: &sink)
    }

    // MARK: Affiliates

    /// Writes what an affiliate network knows: its partners, what they brought and what they get.
    func writeAffiliates<Sink: WorldSink & ~Copyable>(
        _ tally: EventTally,
        _ credit: inout OrderCredit,
        to sink: inout Sink
    ) throws(Sink.Failure) -> [WrittenFile] {
        var table = try TableWriter(
            "affiliates/partners",
            ["Id", "Name", "Website", "PromoCode", "Commission"],
            to: &sink
        )
        for partner in world.partners {
            try table.row(
                [
                    "\(partner.id)", partner.name, "https://\(partner.domain)", partner.promoCode,
                    Cents.text(partner.commission),
                ],
                to: &sink
            )
        }
        let partners = try table.end("affiliates/partners", "who sends visitors", to: &sink)
        var daily = Array(
            repeating: OrderCredit.PartnerCount(),
            count: world.partners.count * world.scale.days
        )
        let actions = try writeActions(&daily, &credit, to: &sink)
        return [partners, actions, try writePerformance(daily, tally, to: &sink)]
    }

    private func writeActions<Sink: WorldSink & ~Copyable>(
        _ daily: inout [OrderCredit.PartnerCount],
        _ credit: inout OrderCredit,
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        let columns = [
            "Id", "Oid", "EventDate", "MediaPartnerId", "MediaPartnerName", "State", "Amount",
            "Payout", "Currency", "PromoCode", "ReferringType", "CustomerRegion",
        ]
        let maker = JourneyMaker(world)
        var table = try TableWriter("affiliates/actions", columns, to: &sink)
        for day in 0..<world.scale.days {
            for (geo, state) in world.geos.enumerated() {
                for order in world.orders(geo: geo, day: day) where order.isTracked {
                    let journey = maker.journey(to: order)
                    guard let (number, isByCode) = journey.payee else { continue }
                    let partner = world.partners[number]
                    let isReversed = order.refund?.cents == order.cents
                    let payout = isReversed ? 0 : partner.payout(for: order.cents)
                    let place = number * world.scale.days + day
                    daily[place].actions += 1
                    daily[place].cents += order.cents
                    daily[place].payout += payout
                    credit.partners[number].actions += 1
                    credit.partners[number].cents += order.cents
                    credit.partners[number].payout += payout
                    if order.cause == .affiliates { credit.partners[number].causedOrders += 1 }
                    let time = world.calendar.start(day) + Int64(order.millisecond)
                    try table.row(
                        [
                            "1000.\(order.id)", order.id,
                            UTCTimestamp(milliseconds: time).description, "\(partner.id)",
                            partner.name, isReversed ? "REVERSED" : "APPROVED",
                            Cents.text(order.cents), Cents.text(payout), World.currency,
                            journey.promoPartner == number ? partner.promoCode : "",
                            isByCode ? "PROMO_CODE" : "CLICK_COOKIE", state.name,
                        ],
                        to: &sink
                    )
                }
            }
        }
        return try table.end("affiliates/actions", "orders that partners are paid for", to: &sink)
    }

    private func writePerformance<Sink: WorldSink & ~Copyable>(
        _ daily: [OrderCredit.PartnerCount],
        _ tally: EventTally,
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        let columns = [
            "Date", "Media Partner Id", "Media Partner", "Clicks", "Actions", "Total Cost",
            "Revenue",
        ]
        var table = try TableWriter("affiliates/performance", columns, to: &sink)
        for day in 0..<world.scale.days {
            for (number, partner) in world.partners.enumerated() {
                let place = number * world.scale.days + day
                guard tally.clicks[place] > 0 || daily[place].actions > 0 else { continue }
                try table.row(
                    [
                        world.text(ofDay: day), "\(partner.id)", partner.name,
                        "\(tally.clicks[place])", "\(daily[place].actions)",
                        Cents.text(daily[place].payout), Cents.text(daily[place].cents),
                    ],
                    to: &sink
                )
            }
        }
        return try table.end("affiliates/performance", "the same by day and partner", to: &sink)
    }
}
