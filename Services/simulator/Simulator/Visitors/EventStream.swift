/// The events of a world, one after the other in the order of their times.
///
/// Some weeks of them are held at a time, however many there are in all.
public struct EventStream: Sequence, IteratorProtocol, Sendable {
    private let world: World
    private let journeys: JourneyMaker
    private let maker: EventMaker
    /// Events by the day that they happen on, of the days that are not over.
    private var days: [Int: [SimulatedEvent]] = [:]
    /// The next day of which journeys are made.
    private var made: Int
    /// The next day whose events come.
    private var day: Int
    /// The events of the last day, backwards.
    private var ready: [SimulatedEvent] = []

    /// How many events are held now.
    var held: Int { days.values.reduce(ready.count) { $0 + $1.count } }

    /// All events of a world.
    init(_ world: World) {
        self.world = world
        journeys = JourneyMaker(world)
        maker = EventMaker(world)
        made = world.scale.days - world.scale.trackedDays
        day = made
    }

    /// The next event; nil behind the last.
    public mutating func next() -> SimulatedEvent? {
        while ready.isEmpty, day < world.scale.days {
            // What leads to an order begins as long before it.
            while made < Swift.min(day + Journey.longest + 2, world.scale.days) { make() }
            ready = days.removeValue(forKey: day) ?? []
            ready.sort {
                $0.milliseconds == $1.milliseconds
                    ? $0.id > $1.id : $0.milliseconds > $1.milliseconds
            }
            day += 1
        }
        return ready.popLast()
    }

    /// Makes the events of all journeys that end, or come to nothing, on a day.
    private mutating func make() {
        for geo in world.geos.indices {
            for order in world.orders(geo: geo, day: made) where order.isTracked {
                keep(maker.events(of: journeys.journey(to: order)))
            }
            for journey in journeys.browsing(geo: geo, day: made) {
                keep(maker.events(of: journey))
            }
        }
        keep(exposures())
        made += 1
    }

    private mutating func keep(_ events: [SimulatedEvent]) {
        for event in events {
            let place = Int(event.milliseconds / 86_400_000) - world.scale.firstDay
            guard place >= day, place < world.scale.days, world.planted.isRecorded(day: place)
            else { continue }
            days[place, default: []].append(event)
        }
    }

    /// Who begins to get emails, or to get none, on the day: in the first week of the test.
    private func exposures() -> [SimulatedEvent] {
        guard let holdout = world.planted.holdout,
            (0..<7).contains(made - holdout.days.lowerBound)
        else { return [] }
        let population = world.book.population
        var events: [SimulatedEvent] = []
        for geo in world.geos.indices {
            for number in 0..<population.customers[geo]
            where number % 7 == made - holdout.days.lowerBound {
                let person = population.person(geo, number)
                guard person.isSubscriber else { continue }
                let variant = person.isHeldOut ? "control" : "email"
                var event = SimulatedEvent(
                    id: "x\(holdout.name)-\(geo)-\(number)",
                    kind: .exposure,
                    name: "\(holdout.name)/\(variant)",
                    milliseconds: world.calendar.start(made) + Int64(number % 86_400_000),
                    geo: geo
                )
                event.userID = person.userID
                event.properties = ["experiment": holdout.name, "variant": variant]
                events.append(event)
            }
        }
        return events
    }
}

extension World {
    /// The events that the shop records, in the order of their times.
    ///
    /// - Returns: a stream that makes them as they are asked for.
    public func events() -> EventStream { EventStream(self) }
}

/// Events with the times to send them at, so that so many are sent in a second.
public struct PacedEvents: Sequence, IteratorProtocol, Sendable {
    private var events: EventStream
    private let interval: Double
    private var count = 0

    /// Paces events.
    ///
    /// - Parameters:
    ///   - events: which.
    ///   - perSecond: how many; positive.
    public init(_ events: EventStream, perSecond: Double) {
        precondition(perSecond > 0 && perSecond.isFinite, "a rate is positive")
        self.events = events
        interval = 1 / perSecond
    }

    /// The next event, and how long after the first it is due; nil behind the last.
    public mutating func next() -> (event: SimulatedEvent, due: Duration)? {
        guard let event = events.next() else { return nil }
        defer { count += 1 }
        return (event, .seconds(Double(count) * interval))
    }
}
