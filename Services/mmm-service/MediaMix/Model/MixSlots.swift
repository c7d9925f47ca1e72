import Panels

/// Where each part of a model finds its parameters in the layout.
struct MixSlots: Sendable {
    /// Of one medium.
    struct MediumSlots: Sendable {
        var adstock: [Int] = []
        var saturation: [Int] = []
        var effect = 0
        var spread: Int?
        /// One for each geo, if effects differ between them.
        var deviations: [Int] = []
        /// If its effect varies in time.
        var variation: VariationSlots?
    }

    /// Of effects that vary in time.
    struct VariationSlots: Sendable {
        let scale: Int
        let knots: [Int]
    }

    /// Of one control.
    struct ControlSlots: Sendable {
        var effect = 0
        var spread: Int?
        var deviations: [Int] = []
    }

    /// The constant, or the knots.
    var levels: [Int] = []
    var trend: Int?
    /// One for each geo but that with most people, which has nil.
    var geos: [Int?] = []
    var media: [MediumSlots] = []
    var controls: [ControlSlots] = []
    var seasons: [Int] = []
    var holidays: [Int] = []
    /// One, or one for each geo.
    var noise: [Int] = []
    var degrees: Int?

    init(
        _ panel: Panel,
        _ media: [Medium],
        _ configuration: MixConfiguration,
        _ layout: inout ParameterLayout
    ) throws(MixModelError) {
        let geos = panel.geos.map(\.name)
        switch configuration.baseline {
        case .constant: levels = [try layout.add(.intercept)]
        case .knots(let count):
            levels = try layout.add(.knots, each: (0..<count).map { "\($0)" })
        }
        if configuration.hasTrend { trend = try layout.add(.trend) }
        let home = panel.mostPopulousGeo
        for (index, name) in geos.enumerated() {
            self.geos.append(index == home ? nil : try layout.add(.geoIntercept, name))
        }
        try addMedia(media, geos, configuration, &layout)
        try addControls(panel, geos, configuration, &layout)
        for season in configuration.seasons {
            // One season alone needs no name.
            let prefix = configuration.seasons.count == 1 ? "" : "\(season.cycle)_"
            seasons += try layout.add(.season, each: season.labels.map { prefix + $0 })
        }
        let holidays = CalendarColumns(panel).holidays(configuration.holidays)
        self.holidays = try layout.add(.holiday, each: holidays.map(\.name))
        noise =
            configuration.hasNoisePerGeo
            ? try layout.add(.noise, each: geos) : [try layout.add(.noise)]
        if configuration.noise == .studentT { degrees = try layout.add(.degrees) }
    }

    private mutating func addMedia(
        _ media: [Medium],
        _ geos: [String],
        _ configuration: MixConfiguration,
        _ layout: inout ParameterLayout
    ) throws(MixModelError) {
        self.media = media.map { _ in MediumSlots() }
        // By kinds, then by media, as draws are read.
        for kind in ParameterKind.allCases {
            for (index, medium) in media.enumerated() {
                if medium.configuration.adstock.parameterKinds.contains(kind) {
                    self.media[index].adstock.append(try layout.add(kind, medium.name))
                }
                if medium.saturationKinds.contains(kind) {
                    self.media[index].saturation.append(try layout.add(kind, medium.name))
                }
                if medium.configuration.effect.kind == kind {
                    self.media[index].effect = try layout.add(kind, medium.name)
                }
            }
        }
        try addVariation(media, configuration.mediaVariation, &layout)
        guard configuration.hasGeoEffects else { return }
        for (index, medium) in media.enumerated() {
            self.media[index].spread = try layout.add(.mediaSpread, medium.name)
        }
        for geo in geos {
            for (index, medium) in media.enumerated() {
                let slot = try layout.add(.mediaDeviation, geo, medium.name)
                self.media[index].deviations.append(slot)
            }
        }
    }

    private mutating func addVariation(
        _ media: [Medium],
        _ variation: MixConfiguration.MediaVariation,
        _ layout: inout ParameterLayout
    ) throws(MixModelError) {
        switch variation {
        case .none: return
        case .shared(let count):
            let scale = try layout.add(.variationScale)
            let knots = try layout.add(.variationKnots, each: (0..<count).map { "\($0)" })
            for index in media.indices {
                self.media[index].variation = VariationSlots(scale: scale, knots: knots)
            }
        case .each(let count):
            for (index, medium) in media.enumerated() {
                let labels = (0..<count).map { "\(medium.name), \($0)" }
                self.media[index].variation = VariationSlots(
                    scale: try layout.add(.variationScale, medium.name),
                    knots: try layout.add(.variationKnots, each: labels)
                )
            }
        }
    }

    private mutating func addControls(
        _ panel: Panel,
        _ geos: [String],
        _ configuration: MixConfiguration,
        _ layout: inout ParameterLayout
    ) throws(MixModelError) {
        let names = (panel.controls + panel.treatments).map(\.name)
        for slot in try layout.add(.control, each: names) {
            controls.append(ControlSlots(effect: slot))
        }
        guard configuration.hasGeoEffects else { return }
        for (index, name) in names.enumerated() {
            controls[index].spread = try layout.add(.controlSpread, name)
        }
        for geo in geos {
            for (index, name) in names.enumerated() {
                controls[index].deviations.append(try layout.add(.controlDeviation, geo, name))
            }
        }
    }
}

extension Season.Cycle: CustomStringConvertible {
    /// The season's name among the parameters.
    public var description: String {
        switch self {
        case .year: "year"
        case .days(let days): "days\(days)"
        }
    }
}

extension Panel {
    /// The geo that others are compared with.
    var mostPopulousGeo: Int {
        geos.indices.max { geos[$0].population < geos[$1].population } ?? 0
    }
}

extension ChannelConfiguration.Effect {
    /// The parameter that is sampled.
    var kind: ParameterKind {
        switch self {
        case .coefficient: .coefficient
        case .roi: .roi
        case .marginalROI: .marginalROI
        case .contribution: .contribution
        }
    }
}
