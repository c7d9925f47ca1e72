internal import Journeys
internal import Messages
internal import PathModels

/// Credit of a journey's touches by the models that look at one journey at a time.
enum TouchCredits {
    /// The models, the simplest first.
    private static func rules() throws -> [any PathRule] {
        [
            FirstTouch(), LastTouch(), LastNonDirect(direct: ModelPlan.usualDirect), Linear(),
            try TimeDecay(), try PositionBased(),
        ]
    }

    /// What a conversion is worth in its own currency; nil of a loss, of what nobody knows, and
    /// where several currencies come in: of a lifetime, and of what was paid back in others.
    private static func ownValue(
        of conversion: Timeline.Conversion,
        _ selection: JourneySelection
    ) -> Int64? {
        if case .lifetime = selection.valueMode { return nil }
        if selection.valueMode != .gross, selection.hasForeignRefunds(conversion) { return nil }
        return selection.value(of: conversion).flatMap { $0 < 0 ? nil : $0 }
    }

    /// What each model gives.
    ///
    /// - Parameters:
    ///   - told: a journey with a conversion and at least one touch.
    ///   - telling: whose it is.
    ///   - places: where touches came from.
    /// - Returns: one for each model.
    /// - Throws: `AttributionFailure`, if there are too many touches.
    static func credits(
        _ told: JourneyTelling.Told,
        of telling: JourneyTelling,
        _ places: [Int32: TouchPlace]
    ) throws -> [AttributionV1.Journey.Credit] {
        guard case .conversion(let place) = told.journey.end else { return [] }
        let conversion = telling.timeline.conversions[place]
        var table = PathTable(isTimed: true)
        var path: [ChannelNames.ID] = []
        var ages: [UInt32] = []
        for place in told.touches {
            let touch = telling.timeline.touches[place]
            path.append(try table.channel(places[touch.place]?.channel ?? "unassigned"))
            ages.append(UInt32(clamping: (conversion.time - touch.time) / 1_000_000))
        }
        try table.append(path.span, ages: ages.span, conversions: 1, value: .zero, nulls: 0)
        let total = ownValue(of: conversion, telling.selection)
            .map { MinorUnits.round($0, of: conversion.currency) }
        let digits = MinorUnits.digits(of: conversion.currency)
        return try rules()
            .map { rule in
                var credit = AttributionV1.Journey.Credit()
                credit.model = rule.name
                credit.shares = try rule.touchShares(0, of: table)
                guard let total, !conversion.currency.isEmpty else { return credit }
                credit.values = TouchCredit.round(total, by: credit.shares)
                    .map { Amounts.text($0, digits: digits) }
                return credit
            }
    }
}
