public import PathModels

/// Paths of the journeys of timelines, which stream in one by one.
///
/// Touches are told by labels of their places: channels, campaigns or whatever the labels are of.
/// Paths have them in the order of touches. The same timelines in the same order make the same
/// table.
public struct JourneyTable: Sendable {
    /// Says what a currency was worth in that of the selection on a day since 1970 of UTC; nil if
    /// nobody knows.
    public typealias Rates = @Sendable (_ currency: String, _ day: Int32) -> ExchangeRate?

    /// Which journeys are in it.
    public let selection: JourneySelection
    /// The paths of journeys that have touches and are not open.
    public private(set) var paths: PathTable
    /// What else there was.
    public private(set) var counts = JourneyCounts()
    /// The journeys with a conversion and touches, one by one; nil if nobody asked for them.
    public private(set) var credited: CreditedJourneys?

    private let labels: [Int32: String]
    private let rates: Rates
    private let mostJourneys: Int
    /// The channels of places that have come.
    private var channels: [Int32: ChannelNames.ID] = [:]
    // Memory of one path, used again for the next.
    private var path: [ChannelNames.ID] = []
    private var ages: [UInt32] = []
    private var touches: [Timeline.Touch] = []

    /// No journeys.
    ///
    /// - Parameters:
    ///   - selection: which ones are taken.
    ///   - labels: what touches are called, by the number of their place; none is empty.
    ///   - isTimed: whether paths have times: seconds until the conversion, or until a journey
    ///     without one had come to nothing, which is ``JourneySelection/closing`` after its end.
    ///   - mostJourneys: how many there may be.
    ///   - mostTouches: how many touches the distinct paths may have.
    ///   - credited: where journeys with a conversion and touches are kept one by one; nil if they
    ///     are not.
    ///   - rates: of currencies other than the selection's.
    public init(
        _ selection: JourneySelection,
        labels: [Int32: String],
        isTimed: Bool = false,
        mostJourneys: Int = .max,
        mostTouches: Int = 200_000_000,
        credited: CreditedJourneys? = nil,
        rates: @escaping Rates = { _, _ in nil }
    ) {
        self.selection = selection
        self.labels = labels
        self.mostJourneys = mostJourneys
        self.rates = rates
        self.credited = credited
        paths = PathTable(isTimed: isTimed, mostTouches: mostTouches)
    }

    /// Adds the journeys of a person.
    ///
    /// - Parameters:
    ///   - timeline: the person's.
    ///   - person: what the person is called, for journeys that are kept with it.
    /// - Throws: ``JourneyFailure``; some of the journeys may then have been added.
    public mutating func add(
        _ timeline: Timeline,
        of person: String = ""
    ) throws(JourneyFailure) {
        counts.timelines += 1
        for refund in timeline.unmatchedRefunds where selection.contains(refund.time) {
            try tell(.init(refund.currency, refund.problem), refund.millionths)
        }
        for conversion in timeline.conversions where selection.hasForeignRefunds(conversion) {
            try tellForeignRefunds(of: conversion)
        }
        let selection = selection
        try selection.journeys(of: timeline) { (journey) throws(JourneyFailure) in
            guard selection.contains(journey) else { return }
            guard counts.journeys < mostJourneys else {
                throw .tooManyJourneys(most: mostJourneys)
            }
            try add(journey, of: timeline, person)
        }
    }

    private mutating func add(
        _ journey: Journey,
        of timeline: Timeline,
        _ person: String
    ) throws(JourneyFailure) {
        switch journey.end {
        case .open: counts.open += 1
        case .null:
            try fill(journey, of: timeline, end: TimeSpan.after(journey.time, selection.closing))
            try append(conversions: 0, .zero)
            counts.nulls += 1
        case .conversion(let place):
            let millionths = try millionths(ofConversion: place, of: timeline)
            let value = try Self.value(millionths)
            try fill(journey, of: timeline, end: journey.time)
            if path.isEmpty {
                counts.unattributed += 1
                counts.unattributedValue = counts.unattributedValue + value
            } else {
                try append(conversions: 1, value)
                counts.attributed += 1
                guard credited != nil, let number = paths.find(path.span, ages: ages.span) else {
                    return
                }
                try credited?
                    .append(
                        number,
                        touches,
                        units: MinorUnits.round(millionths, of: selection.currency),
                        timeline.conversions[place],
                        isOfNewCustomer: journey.isOfNewCustomer,
                        of: person
                    )
            }
        }
    }

    /// The touches of a journey as a path.
    private mutating func fill(
        _ journey: Journey,
        of timeline: Timeline,
        end: Int64
    ) throws(JourneyFailure) {
        path.removeAll(keepingCapacity: true)
        ages.removeAll(keepingCapacity: true)
        touches.removeAll(keepingCapacity: true)
        for place in journey.stretch.reversed() {
            let touch = timeline.touches[place]
            guard selection.reaches(touch, journey) else { continue }
            guard path.count < PathTable.mostTouchesPerPath else {
                counts.shortened += 1
                break
            }
            path.append(try channel(touch.place))
            if credited != nil { touches.append(touch) }
            if paths.isTimed {
                ages.append(UInt32(clamping: TimeSpan.between(touch.time, end) / 1_000_000))
            }
        }
        path.reverse()
        ages.reverse()
        touches.reverse()
    }

    private mutating func channel(_ place: Int32) throws(JourneyFailure) -> ChannelNames.ID {
        if let known = channels[place] { return known }
        guard let label = labels[place] else { throw .unknownPlace(place) }
        do throws(AttributionFailure) {
            let channel = try paths.channel(label)
            channels[place] = channel
            return channel
        } catch { throw .paths(error) }
    }

    private mutating func append(
        conversions: Int,
        _ value: PathValue
    ) throws(JourneyFailure) {
        // Counted for as long as this, not copied.
        let (path, ages) = (path, ages)
        do throws(AttributionFailure) {
            try paths.append(
                path.span,
                ages: ages.span,
                conversions: conversions,
                value: value,
                nulls: 1 - conversions
            )
        } catch { throw .paths(error) }
    }

    /// What a conversion is worth, and if values are of lifetimes what those after it are.
    private mutating func millionths(
        ofConversion place: Int,
        of timeline: Timeline
    ) throws(JourneyFailure) -> Int64 {
        var sum = try millionths(of: timeline.conversions[place])
        guard case .lifetime(let span) = selection.valueMode else { return sum }
        let end = TimeSpan.after(timeline.conversions[place].time, span)
        if end > selection.asOf { counts.censored += 1 }
        for next in timeline.conversions[(place + 1)...] where selection.counts(next) {
            if next.time >= end { break }
            let (more, isOver) = sum.addingReportingOverflow(try millionths(of: next))
            guard !isOver else { throw .paths(.valueOutOfRange("what a customer is worth")) }
            sum = more
        }
        return sum
    }

    /// What a conversion is worth in the selection's currency; nothing without a rate or a margin.
    private mutating func millionths(
        of conversion: Timeline.Conversion
    ) throws(JourneyFailure) -> Int64 {
        if selection.valueMode != .gross, selection.hasForeignRefunds(conversion) {
            return try millionthsLeft(of: conversion)
        }
        let value = try known(selection.value(of: conversion), of: conversion)
        guard let converted = selection.convert(value, of: conversion, by: rates) else {
            counts.withoutRate[conversion.currency, default: 0] += 1
            return 0
        }
        return converted
    }

    /// What a conversion is worth of which a part was paid back in other currencies: rates come
    /// before margins.
    private mutating func millionthsLeft(
        of conversion: Timeline.Conversion
    ) throws(JourneyFailure) -> Int64 {
        let net = conversion.value - conversion.refunded(by: selection.asOf)
        guard let converted = selection.convert(net, of: conversion, by: rates) else {
            counts.withoutRate[conversion.currency, default: 0] += 1
            return 0
        }
        let rest = ForeignRefunds(from: converted, conversion, selection, by: rates).rest
        guard selection.valueMode == .profit else { return rest }
        return try known(
            selection.margins.profit(of: rest, conversion.kind, at: conversion.time),
            of: conversion
        )
    }

    /// A value that counts: nothing if no margin says what of it is profit.
    private mutating func known(
        _ value: Int64?,
        of conversion: Timeline.Conversion
    ) throws(JourneyFailure) -> Int64 {
        guard let value else {
            counts.withoutMargin[conversion.kind, default: 0] += 1
            return 0
        }
        guard value >= 0 else { throw .loss(kind: conversion.kind) }
        return value
    }

    /// Counts what pays back nothing of what was paid back in other currencies in the range.
    private mutating func tellForeignRefunds(
        of conversion: Timeline.Conversion
    ) throws(JourneyFailure) {
        let net = conversion.value - conversion.refunded(by: selection.asOf)
        // Without a rate of its own a conversion has no value, and is told as such.
        guard let value = selection.convert(net, of: conversion, by: rates) else { return }
        for problem in ForeignRefunds(from: value, conversion, selection, by: rates).problems
        where selection.contains(problem.time) {
            try tell(problem.key, problem.millionths)
        }
    }

    private mutating func tell(
        _ key: JourneyCounts.RefundKey,
        _ millionths: Int64
    ) throws(JourneyFailure) {
        counts.unmatchedRefunds[key, default: .init()].add(try Self.value(millionths))
    }

    private static func value(_ millionths: Int64) throws(JourneyFailure) -> PathValue {
        do throws(AttributionFailure) {
            return try PathValue(coefficient: Int128(millionths), scale: 6)
        } catch { throw .paths(error) }
    }
}

extension JourneyCounts.Refunds {
    fileprivate mutating func add(_ value: PathValue) {
        count += 1
        self.value = self.value + value
    }
}

extension JourneySelection {
    /// Whether a refund is one of those that are told if they pay back nothing, by its time.
    fileprivate func contains(_ time: Int64) -> Bool { time <= asOf && range.contains(time) }

    /// What is worth something, in millionths of the selection's currency.
    ///
    /// - Parameters:
    ///   - value: in millionths of the conversion's currency.
    ///   - conversion: what it is of.
    ///   - rates: of other currencies, on the day of the conversion.
    /// - Returns: the value; nil if it is not nothing, in another currency, and without a rate.
    func convert(
        _ value: Int64,
        of conversion: Timeline.Conversion,
        by rates: JourneyTable.Rates
    ) -> Int64? {
        convert(value, in: conversion.currency, at: conversion.time, by: rates)
    }
}
