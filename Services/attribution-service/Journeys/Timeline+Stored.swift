public import Messages
public import Wire

// The form in which timelines are stored.
extension Timeline {
    /// The timeline as it is stored; what is out of order in it stays so, and reading it says that.
    public var stored: AttributionV1.StoredTimeline {
        var stored = AttributionV1.StoredTimeline()
        var last: Int64 = 0
        for touch in touches {
            stored.touchTimes.append(touch.time &- last)
            last = touch.time
            stored.touchKinds.append(.init(rawValue: touch.kind.rawValue))
            stored.touchPlaces.append(touch.place)
        }
        stored.conversions = conversions.map { conversion in
            var row = AttributionV1.StoredTimeline.Conversion()
            row.touchesBefore = Int32(clamping: conversion.touchesBefore)
            row.time = conversion.time
            row.kind = conversion.kind
            row.eventID = conversion.eventID
            row.orderID = conversion.orderID
            row.valueMillionths = conversion.value
            row.refunds = conversion.refunds.map { refund in
                var row = AttributionV1.StoredTimeline.Refund()
                (row.time, row.millionths) = (refund.time, refund.millionths)
                return row
            }
            row.foreignRefunds = conversion.foreignRefunds.map { refund in
                var row = AttributionV1.StoredTimeline.ForeignRefund()
                (row.time, row.millionths) = (refund.time, refund.millionths)
                row.currency = refund.currency
                return row
            }
            row.currency = conversion.currency
            row.cancelTime = conversion.cancelledAt
            return row
        }
        stored.unmatchedRefunds = unmatchedRefunds.map { refund in
            var row = AttributionV1.StoredTimeline.UnmatchedRefund()
            (row.time, row.millionths) = (refund.time, refund.millionths)
            (row.currency, row.problem) = (refund.currency, refund.problem)
            return row
        }
        return stored
    }

    /// Reads a stored timeline.
    ///
    /// - Parameter bytes: an encoded `StoredTimeline`.
    /// - Throws: ``TimelineFailure``, if it is not as this library writes it.
    public init(encoded bytes: SharedBytes) throws(TimelineFailure) {
        self.init()
        try read(encoded: bytes)
    }

    /// Reads a stored timeline in place of this one, whose memory is used again.
    ///
    /// - Parameter bytes: an encoded `StoredTimeline`.
    /// - Throws: ``TimelineFailure``, if it is not as this library writes it; the timeline is then
    ///   one that nobody should look at.
    public mutating func read(encoded bytes: SharedBytes) throws(TimelineFailure) {
        let message = try Self.message(bytes)
        touches.removeAll(keepingCapacity: true)
        conversions.removeAll(keepingCapacity: true)
        unmatchedRefunds.removeAll(keepingCapacity: true)
        let view = message.view
        var times = view.touchTimes.makeIterator()
        var kinds = view.touchKinds.makeIterator()
        var places = view.touchPlaces.makeIterator()
        var last: Int64 = 0
        while let step = times.next() {
            guard let kind = kinds.next(), let place = places.next() else { throw .unequalCounts }
            guard let kind = Touch.Kind(rawValue: kind.rawValue) else {
                throw .unknownKind(kind.rawValue)
            }
            let (time, isOver) = last.addingReportingOverflow(step)
            guard !isOver, touches.isEmpty || step >= 0 else { throw .disorder }
            touches.append(Touch(time: time, kind: kind, place: place))
            last = time
        }
        guard kinds.next() == nil, places.next() == nil else { throw .unequalCounts }
        var rows = view.conversions.makeIterator()
        while let row = rows.next() {
            let conversion = Conversion(row)
            try check(conversion)
            conversions.append(conversion)
        }
        var refunds = view.unmatchedRefunds.makeIterator()
        while let row = refunds.next() {
            let refund = UnmatchedRefund(
                time: row.time,
                millionths: row.millionths,
                currency: String(row.currency),
                problem: row.problem == .unspecified ? .noConversion : row.problem
            )
            guard unmatchedRefunds.last.map({ $0.time <= refund.time }) ?? true else {
                throw .disorder
            }
            guard refund.millionths >= 0, refund.millionths == 0 || !refund.currency.isEmpty else {
                throw .impossibleRefund
            }
            unmatchedRefunds.append(refund)
        }
    }

    private static func message(
        _ bytes: SharedBytes
    ) throws(TimelineFailure) -> Message<AttributionV1.StoredTimeline.View> {
        do throws(CodecError) { return try Message(bytes) } catch { throw .encoding(error) }
    }

    /// Refuses a conversion that cannot come next.
    private func check(_ conversion: Conversion) throws(TimelineFailure) {
        let place = conversion.touchesBefore
        guard (0...touches.count).contains(place),
            place == 0 || touches[place - 1].time <= conversion.time,
            place == touches.count || conversion.time <= touches[place].time
        else { throw .disorder }
        if let last = conversions.last {
            guard last.touchesBefore <= place, last.time <= conversion.time else {
                throw .disorder
            }
        }
        guard conversion.value >= 0, conversion.value == 0 || !conversion.currency.isEmpty else {
            throw .impossibleValue(event: conversion.eventID)
        }
        var rest = conversion.value
        var last = Int64.min
        for refund in conversion.refunds {
            guard last <= refund.time else { throw .disorder }
            guard refund.millionths > 0, refund.millionths <= rest else {
                throw .impossibleValue(event: conversion.eventID)
            }
            rest -= refund.millionths
            last = refund.time
        }
        last = .min
        for refund in conversion.foreignRefunds {
            guard last <= refund.time else { throw .disorder }
            guard refund.millionths > 0, conversion.value > 0, !refund.currency.isEmpty,
                refund.currency != conversion.currency
            else { throw .impossibleValue(event: conversion.eventID) }
            last = refund.time
        }
    }
}

extension Timeline.Conversion {
    fileprivate init(_ row: borrowing AttributionV1.StoredTimeline.Conversion.View) {
        var refunds: [Timeline.Refund] = []
        var rows = row.refunds.makeIterator()
        while let refund = rows.next() {
            refunds.append(.init(time: refund.time, millionths: refund.millionths))
        }
        // Stored before refunds and cancellations had times: known as soon as the conversion.
        if row.refundedMillionths != 0 {
            refunds = [.init(time: row.time, millionths: row.refundedMillionths)]
        }
        var foreign: [Timeline.ForeignRefund] = []
        var others = row.foreignRefunds.makeIterator()
        while let refund = others.next() {
            foreign.append(
                .init(
                    time: refund.time,
                    millionths: refund.millionths,
                    currency: String(refund.currency)
                )
            )
        }
        self.init(
            touchesBefore: Int(row.touchesBefore),
            time: row.time,
            kind: String(row.kind),
            eventID: String(row.eventID),
            orderID: String(row.orderID),
            value: row.valueMillionths,
            refunds: refunds,
            foreignRefunds: foreign,
            currency: String(row.currency),
            cancelledAt: row.cancelTime ?? (row.isCancelled ? row.time : nil)
        )
    }
}

/// Why a stored timeline cannot be read: it was changed by something else than this library.
public enum TimelineFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are no message.
    case encoding(CodecError)
    /// There are not as many times, kinds and places.
    case unequalCounts
    /// A touch is of a kind that there is not.
    case unknownKind(Int32)
    /// Touches, conversions or refunds are not in the order of their times.
    case disorder
    /// A value is negative, has no currency, or less than was paid back of it; or what was paid
    /// back in another currency is of none.
    case impossibleValue(event: String)
    /// A refund that pays back nothing is negative, or has no currency.
    case impossibleRefund

    /// What is wrong.
    public var description: String {
        switch self {
        case .encoding(let error): "it is no timeline: \(error)"
        case .unequalCounts: "it has not as many times, kinds and places of touches"
        case .unknownKind(let number): "a touch is of kind \(number), which there is not"
        case .disorder: "its touches, conversions or refunds are not in the order of their times"
        case .impossibleValue(let event):
            "the conversion of event '\(event)' has a value below 0, without a currency, or below "
                + "what was paid back, or a refund that cannot be of it"
        case .impossibleRefund:
            "a refund that pays back nothing has a value below 0, or without a currency"
        }
    }
}
