internal import Journeys
internal import Messages
internal import Postgres
internal import Touches

/// Makes a person's timeline of the person's events.
struct TimelineMaker: Sendable {
    let rule: TouchRule
    let orders: OrderBook
    let limits: TimelineLimits

    /// What is written of a person; nil if there is no event.
    ///
    /// The places of its touches are those of the events: they have no numbers of their own yet.
    ///
    /// - Parameters:
    ///   - ids: all of the person's.
    ///   - record: what is known.
    /// - Returns: the timeline, without one if there is too much of the person.
    func make(_ ids: [String], of record: PersonRecord) -> MadeTimeline? {
        guard let first = PostgresTimestamp(microsecondsSince1970: record.first),
            let last = PostgresTimestamp(microsecondsSince1970: record.last)
        else { return nil }
        let isTooLarge = record.isTooLarge || ids.count > limits.idsOfPerson
        let (timeline, geos) = isTooLarge ? (Timeline(), []) : timeline(of: record.own)
        let extent = orders.extent(of: isTooLarge ? [] : record.orders)
        return MadeTimeline(
            person: PersonGroups.name(of: ids),
            ids: ids,
            first: first,
            last: last,
            events: record.count,
            orders: record.orders,
            orderEvents: extent.statements,
            ordersFirst: PostgresTimestamp(microsecondsSince1970: extent.first),
            ordersLast: PostgresTimestamp(microsecondsSince1970: extent.last),
            isTooLarge: isTooLarge,
            timeline: timeline,
            geos: geos
        )
    }

    /// The timeline.
    ///
    /// - Parameter person: all events of a person, in any order.
    /// - Returns: the touches, with the places of their events, and the conversions, with where
    ///   each was.
    private func timeline(of person: PersonEvents) -> (timeline: Timeline, geos: [String]) {
        let events = person.events.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
        let statements = Dictionary(person.statements.map { ($0.key, $0) }) { first, _ in first }
        var timeline = Timeline()
        var (geo, geos) = ("", [String]())
        var reader = TouchReader(rule)
        for event in events {
            // Those whom a server tells of, as orders, are where the person was last.
            geo = event.geo ?? geo
            if let kind = reader.take(event.facts).flatMap({ Timeline.Touch.Kind($0) }) {
                timeline.touches.append(.init(time: event.time, kind: kind, place: event.place))
            }
            if let statement = statements[event.key], statement.isFirst {
                take(statement, of: event, into: &timeline)
                if statement.effect == .conversion { geos.append(geo) }
            }
        }
        return (timeline, geos)
    }

    /// Takes what an event is beside.
    private func take(
        _ statement: PersonEvents.Statement,
        of event: PersonEvents.Event,
        into timeline: inout Timeline
    ) {
        switch statement.effect {
        case .conversion: timeline.conversions.append(conversion(statement, event, timeline))
        case .refund:
            let unmatched = take(refund: statement, into: &timeline)
            if let unmatched { timeline.unmatchedRefunds.append(unmatched) }
        case .cancellation: break
        }
    }

    /// Takes a refund.
    ///
    /// - Returns: what of it pays back nothing.
    private func take(
        refund: PersonEvents.Statement,
        into timeline: inout Timeline
    ) -> Timeline.UnmatchedRefund? {
        // What is said of an order is in the book.
        if let order = refund.orderID, orders.hasConversion(of: order) {
            return orders.unmatched(of: refund)
        }
        guard refund.orderID == nil,
            let last = timeline.conversions.lastIndex(where: { $0.kind == refund.kind })
        else {
            return .init(
                time: refund.time,
                millionths: refund.value ?? 0,
                currency: refund.currency ?? ""
            )
        }
        var payments = [Payments(of: timeline.conversions[last])]
        let unmatched = Payments.payBack(&payments, refund)
        timeline.conversions[last].refunds = payments[0].refunds
        timeline.conversions[last].foreignRefunds = payments[0].foreignRefunds
        return unmatched
    }

    private func conversion(
        _ statement: PersonEvents.Statement,
        _ event: PersonEvents.Event,
        _ timeline: Timeline
    ) -> Timeline.Conversion {
        let state = orders.state(of: statement)
        return Timeline.Conversion(
            touchesBefore: timeline.touches.count,
            time: event.time,
            kind: statement.kind,
            eventID: event.eventID ?? "",
            orderID: statement.orderID ?? "",
            value: statement.value ?? 0,
            refunds: state.payments.refunds,
            foreignRefunds: state.payments.foreignRefunds,
            currency: statement.currency ?? "",
            cancelledAt: state.cancelledAt
        )
    }
}

extension Timeline.Touch.Kind {
    fileprivate init?(_ kind: IngestV1.TouchReport.Kind) {
        self.init(rawValue: Int32(kind.rawValue))
    }
}
