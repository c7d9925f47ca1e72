/// A conversion and the touches that led to it, or touches that led to none: a part of a timeline.
public struct Journey: Hashable, Sendable {
    /// What a journey came to.
    public enum End: Hashable, Sendable {
        /// To the conversion at this place of the timeline.
        case conversion(Int)
        /// To nothing.
        case null
        /// Nobody knows yet.
        case open
    }

    /// What it came to.
    public let end: End
    /// Where its touches are in the timeline.
    ///
    /// Those of a conversion's journey that were not within their windows are there too:
    /// ``JourneySelection/reaches(_:_:)`` tells them apart.
    public let stretch: Range<Int>
    /// Its date: the time of its conversion, or of its last touch.
    public let time: Int64
    /// Whether no conversion that counts has come before.
    public let isOfNewCustomer: Bool

    /// Whether it came to a conversion.
    public var isConverted: Bool {
        if case .conversion = end { true } else { false }
    }
}

extension JourneySelection {
    /// Cuts a timeline into journeys, whatever their dates.
    ///
    /// - Parameters:
    ///   - timeline: a person's.
    ///   - body: receives the journeys, in the order of their touches.
    /// - Throws: what `body` throws, which ends it.
    /// - Complexity: linear in touches and conversions; no memory.
    public func journeys<Failure: Error>(
        of timeline: Timeline,
        _ body: (Journey) throws(Failure) -> Void
    ) throws(Failure) {
        var start = 0
        var isNew = true
        for (place, conversion) in timeline.conversions.enumerated() where counts(conversion) {
            let last = try nulls(
                timeline.touches.span,
                start..<conversion.touchesBefore,
                until: conversion.time,
                isNew,
                body
            )
            try body(
                Journey(
                    end: .conversion(place),
                    stretch: last,
                    time: conversion.time,
                    isOfNewCustomer: isNew
                )
            )
            start = conversion.touchesBefore
            isNew = false
        }
        var end = timeline.touches.count
        while end > start, timeline.touches[end - 1].time > asOf { end -= 1 }
        let last = try nulls(timeline.touches.span, start..<end, until: asOf, isNew, body)
        if let touch = last.last {
            try body(
                Journey(
                    end: .open,
                    stretch: last,
                    time: timeline.touches[touch].time,
                    isOfNewCustomer: isNew
                )
            )
        }
    }

    /// Tells the stretches of a cycle that came to nothing.
    ///
    /// - Returns: the last stretch, which reaches until the end; empty if none does.
    private func nulls<Failure: Error>(
        _ touches: borrowing Span<Timeline.Touch>,
        _ cycle: Range<Int>,
        until end: Int64,
        _ isNew: Bool,
        _ body: (Journey) throws(Failure) -> Void
    ) throws(Failure) -> Range<Int> {
        var start = cycle.lowerBound
        for touch in cycle {
            let isLast = touch + 1 == cycle.upperBound
            let next = isLast ? end : touches[touch + 1].time
            guard TimeSpan.between(touches[touch].time, next) > closing else { continue }
            try body(
                Journey(
                    end: .null,
                    stretch: start..<touch + 1,
                    time: touches[touch].time,
                    isOfNewCustomer: isNew
                )
            )
            start = touch + 1
        }
        return start..<cycle.upperBound
    }
}
