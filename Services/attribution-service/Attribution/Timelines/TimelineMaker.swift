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
        case .refund where statement.orderID == nil:
            guard
                let last = timeline.conversions.lastIndex(where: { $0.kind == statement.kind })
            else { return }
            let paidBack = timeline.conversions[last]
            timeline.conversions[last].refunded = statement.refund.added(
                to: paidBack.refunded,
                of: paidBack.value,
                in: paidBack.currency
            )
        // What is said of an order is in the book.
        case .refund, .cancellation: break
        }
    }

    private func conversion(
        _ statement: PersonEvents.Statement,
        _ event: PersonEvents.Event,
        _ timeline: Timeline
    ) -> Timeline.Conversion {
        let value = statement.value ?? 0
        let state = statement.orderID.map {
            orders.state(
                of: .init(kind: statement.kind, id: $0),
                worth: value,
                in: statement.currency
            )
        }
        return Timeline.Conversion(
            touchesBefore: timeline.touches.count,
            time: event.time,
            kind: statement.kind,
            eventID: event.eventID,
            orderID: statement.orderID ?? "",
            value: value,
            refunded: state?.refunded ?? 0,
            currency: statement.currency ?? "",
            isCancelled: state?.isCancelled ?? false
        )
    }
}

extension Timeline.Touch.Kind {
    fileprivate init?(_ kind: IngestV1.TouchReport.Kind) {
        self.init(rawValue: Int32(kind.rawValue))
    }
}
