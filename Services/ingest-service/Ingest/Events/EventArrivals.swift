internal import Messages
internal import Wire

/// The events of a call, in the form in which they came: they are read where they are written.
protocol EventArrivals: Sendable {
    /// How many there are.
    var count: Int { get }

    /// Gives some of them to a closure, in order.
    ///
    /// - Parameters:
    ///   - places: which, from 0.
    ///   - body: receives each.
    func forEach(of places: Range<Int>, _ body: (EventArrival) -> Void)
}

extension [EventArrival]: EventArrivals {
    func forEach(of places: Range<Int>, _ body: (EventArrival) -> Void) {
        for place in places { body(self[place]) }
    }
}

/// The events of a message, which is gone through from its start whenever some are asked for.
struct MessageArrivals: EventArrivals {
    let message: Message<IngestV1.WriteEventsRequest.View>
    let count: Int

    /// Those before are passed over: their fields are found, and nothing is copied.
    func forEach(of places: Range<Int>, _ body: (EventArrival) -> Void) {
        var events = message.view.events.makeIterator()
        var place = 0
        while place < places.upperBound, let event = events.next() {
            if place >= places.lowerBound { body(.message(IngestV1.Event(event))) }
            place += 1
        }
    }
}
