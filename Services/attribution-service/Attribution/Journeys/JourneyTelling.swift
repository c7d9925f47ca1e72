internal import Journeys
internal import Messages

/// Puts journeys of one person into messages.
struct JourneyTelling {
    let person: String
    let timeline: Timeline
    let selection: JourneySelection

    /// A journey with the touches that count.
    struct Told {
        let journey: Journey
        /// The places of its touches in the timeline.
        let touches: [Int]
    }

    /// Journeys, the latest first.
    ///
    /// - Parameter isWanted: of those of the selection, which.
    /// - Returns: the journeys.
    func journeys(where isWanted: (Told) -> Bool = { _ in true }) -> [Told] {
        var found: [Told] = []
        selection.journeys(of: timeline) { journey in
            guard selection.contains(journey) else { return }
            let touches = journey.stretch.filter {
                selection.reaches(timeline.touches[$0], journey)
            }
            let told = Told(journey: journey, touches: touches)
            if isWanted(told) { found.append(told) }
        }
        return found.reversed()
    }

    /// How sure the channels of a journey's touches are: the mean; nil without touches.
    private func confidence(_ told: Told, _ places: [Int32: TouchPlace]) -> Double? {
        if told.touches.isEmpty { return nil }
        let sum = told.touches.reduce(0.0) {
            $0 + (places[timeline.touches[$1].place]?.confidence ?? 0)
        }
        return sum / Double(told.touches.count)
    }

    /// The message of a journey.
    ///
    /// - Parameters:
    ///   - told: the journey.
    ///   - most: how many touches are told.
    ///   - places: where touches came from, also of those that are not told.
    /// - Returns: the message, without credits.
    func message(
        _ told: Told,
        touches most: Int,
        _ places: [Int32: TouchPlace]
    ) -> AttributionV1.Journey {
        var message = AttributionV1.Journey()
        message.person = person
        message.end = told.end
        message.time = .init(microseconds: told.journey.time)
        message.isOfNewCustomer = told.journey.isOfNewCustomer
        if case .conversion(let place) = told.journey.end {
            message.conversion = .init(timeline.conversions[place], asOf: selection.asOf)
        }
        message.touches = told.touches.suffix(most).map { place in
            let touch = timeline.touches[place]
            var message = AttributionV1.Journey.Touch()
            message.time = .init(microseconds: touch.time)
            message.kind = .init(rawValue: touch.kind.rawValue)
            let from = places[touch.place]
            message.channel = from?.channel ?? ""
            message.source = from?.source ?? ""
            message.medium = from?.medium ?? ""
            message.campaign = from?.campaign ?? ""
            message.confidence = from?.confidence ?? 0
            return message
        }
        message.confidence = confidence(told, places)
        message.touchCount = Int32(clamping: told.touches.count)
        return message
    }
}

extension JourneyTelling.Told {
    /// What it came to, as answers have it.
    var end: AttributionV1.JourneyEnd {
        switch journey.end {
        case .conversion: touches.isEmpty ? .unattributed : .converted
        case .null: .null
        case .open: .open
        }
    }
}

extension AttributionV1.Journey.Conversion {
    private static let mostRefunds = 100

    /// The message of a conversion.
    ///
    /// - Parameters:
    ///   - conversion: one of a timeline.
    ///   - asOf: the time until which things are known of it.
    init(_ conversion: Timeline.Conversion, asOf: Int64) {
        self.init()
        time = .init(microseconds: conversion.time)
        kind = conversion.kind
        eventID = conversion.eventID
        orderID = conversion.orderID
        isCancelled = conversion.isCancelled(by: asOf)
        if isCancelled { cancelTime = conversion.cancelledAt.map { .init(microseconds: $0) } }
        guard !conversion.currency.isEmpty else { return }
        currency = conversion.currency
        value = Amounts.text(conversion.value, digits: 6)
        refunded = Amounts.text(conversion.refunded(by: asOf), digits: 6)
        let own = conversion.refunds.map { ($0.time, $0.millionths, conversion.currency) }
        let foreign = conversion.foreignRefunds.map { ($0.time, $0.millionths, $0.currency) }
        refunds = (own + foreign).filter { $0.0 <= asOf }.sorted { $0.0 < $1.0 }
            .suffix(Self.mostRefunds)
            .map { time, millionths, currency in
                var message = AttributionV1.Journey.Refund()
                message.time = .init(microseconds: time)
                message.value = Amounts.text(millionths, digits: 6)
                message.currency = currency
                return message
            }
    }
}

extension AttributionV1.Journey.UnmatchedRefund {
    /// The message of a refund that pays back nothing.
    ///
    /// - Parameter refund: one of a timeline.
    init(_ refund: Timeline.UnmatchedRefund) {
        self.init()
        time = .init(microseconds: refund.time)
        (currency, problem) = (refund.currency, refund.problem)
        if !currency.isEmpty { value = Amounts.text(refund.millionths, digits: 6) }
    }
}
