internal import Journeys
internal import Messages
internal import Postgres
internal import Touches

/// Makes a person's timeline of the person's events.
struct TimelineMaker: Sendable {
    let rule: TouchRule
    let orders: OrderBook
    let limits: TimelineLimits

    /// What is written of a person, and the places that the numbers of its touches stand for.
    struct Result: Sendable {
        var made: MadeTimeline
        let places: [PersonEvents.Place]
    }

    /// What is written of a person; nil if there is no event.
    ///
    /// - Parameters:
    ///   - ids: all of the person's.
    ///   - record: what is known.
    /// - Returns: the timeline, without one if there is too much of the person.
    func make(_ ids: [String], of record: PersonRecord) -> Result? {
        guard let first = PostgresTimestamp(microsecondsSince1970: record.first),
            let last = PostgresTimestamp(microsecondsSince1970: record.last)
        else { return nil }
        let isTooLarge = record.isTooLarge || ids.count > limits.idsOfPerson
        let (timeline, places) = isTooLarge ? (Timeline(), []) : timeline(of: record.own)
        return Result(
            made: MadeTimeline(
                person: PersonGroups.name(of: ids),
                ids: ids,
                first: first,
                last: last,
                events: record.count,
                orders: record.orders,
                isTooLarge: isTooLarge,
                timeline: timeline
            ),
            places: places
        )
    }

    /// The timeline, with the places that its touches came from in the place of their numbers.
    ///
    /// - Parameter person: all events of a person, in any order.
    /// - Returns: the touches, whose places are numbers of the list beside, and the conversions.
    func timeline(of person: PersonEvents) -> (timeline: Timeline, places: [PersonEvents.Place]) {
        let events = person.events.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
        let statements = Dictionary(person.statements.map { ($0.key, $0) }) { first, _ in first }
        var (timeline, places) = (Timeline(), [PersonEvents.Place]())
        var numbers: [PersonEvents.Place: Int32] = [:]
        var reader = TouchReader(rule)
        for event in events {
            if let kind = reader.take(event.facts).flatMap({ Timeline.Touch.Kind($0) }) {
                let number = numbers[event.place] ?? Int32(places.count)
                if numbers.updateValue(number, forKey: event.place) == nil {
                    places.append(event.place)
                }
                timeline.touches.append(.init(time: event.time, kind: kind, place: number))
            }
            if let statement = statements[event.key], statement.isFirst {
                take(statement, of: event, into: &timeline)
            }
        }
        return (timeline, places)
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
            // What is said of an order is in the book.
            if let order = statement.orderID, orders.hasConversion(of: order) { return }
            if statement.orderID == nil,
                let last = timeline.conversions.lastIndex(where: { $0.kind == statement.kind })
            {
                timeline.conversions[last].payBack(statement.refund, at: event.time)
            } else {
                timeline.unmatchedRefunds.append(
                    .init(
                        time: event.time,
                        millionths: statement.value ?? 0,
                        currency: statement.currency ?? ""
                    )
                )
            }
        case .cancellation: break
        }
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
            eventID: event.eventID,
            orderID: statement.orderID ?? "",
            value: statement.value ?? 0,
            refunds: state.refunds,
            currency: statement.currency ?? "",
            cancelledAt: state.cancelledAt
        )
    }
}

extension Timeline.Conversion {
    /// Pays back a part of what others leave, whenever they do.
    fileprivate mutating func payBack(_ refund: PersonEvents.Refund, at time: Int64) {
        let paid = refund.amount(of: value - refunded(by: .max), in: currency)
        guard paid > 0 else { return }
        let place = refunds.firstIndex { $0.time > time } ?? refunds.count
        refunds.insert(.init(time: time, millionths: paid), at: place)
    }
}

extension Timeline.Touch.Kind {
    fileprivate init?(_ kind: IngestV1.TouchReport.Kind) {
        self.init(rawValue: Int32(kind.rawValue))
    }
}
