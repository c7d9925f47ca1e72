internal import Numerics
public import Panels

/// A configuration compiled for a panel: what is sampled, and what its numbers mean.
public struct MediaMixModel: Sendable {
    /// What it is fitted to.
    public let panel: Panel
    /// What it consists of.
    public let configuration: MixConfiguration
    /// What data are divided by.
    public let scaling: MixScaling
    let media: [Medium]
    let layout: ParameterLayout
    let slots: MixSlots
    /// Amounts of media on the model's scale, `[geos * periods]` each.
    let amounts: [[Double]]
    let lifts: [PlacedLift]

    /// Compiles a model.
    ///
    /// - Parameters:
    ///   - panel: what it is fitted to, as its contract wants it.
    ///   - configuration: what it consists of.
    ///   - lifts: what experiments measured.
    ///   - scaling: the constants of an earlier version; nil to take them from the panel.
    /// - Throws: ``MixModelError`` if they do not fit each other.
    public init(
        _ panel: Panel,
        _ configuration: MixConfiguration = MixConfiguration(),
        lifts: [LiftTest] = [],
        scaling: MixScaling? = nil
    ) throws(MixModelError) {
        try Self.check(panel, configuration)
        self.panel = panel
        self.configuration = configuration
        let media = try Medium.all(panel, configuration)
        self.media = media
        var layout = ParameterLayout(priors: configuration.priors)
        slots = try MixSlots(panel, media, configuration, &layout)
        try layout.checkPriors()
        self.layout = layout
        var fitted = try MixScaling.fitted(to: panel, media: media, configuration)
        let isPerCapita = configuration.mediaScale == .perCapitaMedian
        let divisors = scaling?.media ?? fitted.media
        let controls = panel.controls.count + panel.treatments.count
        guard divisors.count == media.count,
            scaling?.references.count ?? media.count == media.count,
            scaling?.controlScales.count ?? controls == controls
        else { throw .otherScaling }
        let amounts = media.indices.map { index in
            let amount = media[index].amount
            return (isPerCapita ? panel.perCapita(amount) : amount).map { $0 / divisors[index] }
        }
        self.amounts = amounts
        for index in media.indices {
            let medians = slots.media[index].adstock.map { layout.parameters[$0].prior.median }
            fitted.references.append(
                Self.reference(media[index], amounts[index], medians, panel.periods.count)
            )
        }
        self.scaling = scaling ?? fitted
        var placed: [PlacedLift] = []
        // What one unit of a medium is on the model's scale, in each geo.
        let units = divisors.map { divisor in
            panel.geos.map { 1 / (isPerCapita ? divisor * $0.population : divisor) }
        }
        for test in lifts { placed.append(try PlacedLift(test, panel, media, amounts, units)) }
        self.lifts = placed
        try checkGeoEffects()
    }

    private static func check(
        _ panel: Panel,
        _ configuration: MixConfiguration
    ) throws(MixModelError) {
        var knots: [Int] = []
        if case .knots(let count) = configuration.baseline { knots.append(count) }
        switch configuration.mediaVariation {
        case .none: break
        case .each(let count), .shared(let count): knots.append(count)
        }
        for count in knots where !(2...max(2, panel.periods.count)).contains(count) {
            throw .knots(count, periods: panel.periods.count)
        }
        for season in configuration.seasons {
            let days = if case .days(let days) = season.cycle { days } else { 365.25 }
            let most = days / Double(2 * panel.daysPerPeriod)
            let largest = most >= 1 ? Int(min(most, 1000)) : 0
            guard largest > 0, (1...largest).contains(season.order) else {
                throw .season(order: season.order, largest: largest)
            }
        }
        guard configuration.hasGeoEffects else { return }
        guard panel.geos.count > 1 else { throw .oneGeo }
        guard configuration.controlScale == .standardised else { throw .unscaledGeoControls }
    }

    private func checkGeoEffects() throws(MixModelError) {
        guard configuration.hasGeoEffects else { return }
        for (medium, own) in zip(media, slots.media) {
            let prior = layout.parameters[own.effect].prior
            guard prior.support.lowerBound >= 0 else { throw .signedGeoEffect(medium.name) }
        }
    }

    /// The mean amount, carried over, that a unit of the medium meets: larger than the mean over
    /// periods where a medium comes in bursts, and then most of it is at work.
    ///
    /// Where frequencies are known, it is the mean of theirs that somebody reached meets.
    private static func reference(
        _ medium: Medium,
        _ amount: [Double],
        _ parameters: [Double],
        _ periods: Int
    ) -> Double {
        if let frequency = medium.frequency {
            return amount.span.dot(frequency.span) / amount.span.sum()
        }
        var carried = amount
        if medium.configuration.order == .adstockFirst {
            let adstock = medium.configuration.adstock
            var weights = Array(repeating: 0.0, count: adstock.lags)
            var span = weights.mutableSpan
            adstock.weights(parameters.span, into: &span)
            for start in stride(from: 0, to: amount.count, by: periods) {
                let range = start..<start + periods
                var all = carried.mutableSpan
                var part = all._mutatingExtracting(range)
                Adstock.carry(
                    amount.span.extracting(range),
                    weights: weights.span,
                    into: &part
                )
            }
        }
        let squares = carried.span.dot(carried.span)
        let sum = carried.span.sum()
        return sum > 0 ? squares / sum : 1
    }

    /// What 1 on the model's scale is in the outcome's units, by geo.
    var outcomeUnits: [Double] {
        let isPerCapita = configuration.outcomeScale == .perCapitaStandardised
        return panel.geos.map { scaling.outcomeScale * (isPerCapita ? $0.population : 1) }
    }

    /// What 1 on the model's scale earns, by geo and period.
    var earnings: [Double] {
        let units = outcomeUnits
        return (0..<panel.cells).map {
            units[$0 / panel.periods.count] * (panel.valuePerOutcome?[$0] ?? 1)
        }
    }

    /// The outcome on the model's scale.
    var scaledOutcome: [Double] {
        let isPerCapita = configuration.outcomeScale == .perCapitaStandardised
        let values = panel.outcome.values
        return (isPerCapita ? panel.perCapita(values) : values).map {
            ($0 - scaling.outcomeCentre) / scaling.outcomeScale
        }
    }

    /// The names of ``MixDensity/parameters(at:)``, as ArviZ prints them: all parameters, then
    /// coefficients that are none themselves, then each geo's.
    public var parameterNames: [String] {
        let own = layout.parameters.map(\.name)
        let derived = media.filter { $0.configuration.effect != .coefficient }
            .map { "\(ParameterKind.coefficient.rawValue)[\($0.name)]" }
        guard configuration.hasGeoEffects else { return own + derived }
        let geos = panel.geos.flatMap { geo in media.map { "beta_gm[\(geo.name), \($0.name)]" } }
        return own + derived + geos
    }
}
