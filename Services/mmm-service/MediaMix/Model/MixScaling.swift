internal import Numerics
internal import Panels

/// What data are divided by before a model sees them: constants of a version of a model, which
/// later data do not change.
public struct MixScaling: Sendable, Hashable {
    /// What is taken from the outcome (of a head, if it is per head).
    public var outcomeCentre: Double
    /// What the rest is divided by.
    public var outcomeScale: Double
    /// What each medium is divided by (per head, if media are), in the order of the model's media.
    public var media: [Double]
    /// A usual amount of each medium, carried over, on its scale: the response there is sampled in
    /// place of the coefficient, for that is what the data tell.
    public var references: [Double]
    /// What is taken from each control; 0 if they are used as they are.
    public var controlCentres: [Double]
    /// What each is divided by; 1 if they are used as they are.
    public var controlScales: [Double]

    /// The constants of a panel.
    static func fitted(
        to panel: Panel,
        media: [Medium],
        _ configuration: MixConfiguration
    ) throws(MixModelError) -> Self {
        let (centre, scale) = try outcome(panel, configuration.outcomeScale)
        var scaling = Self(
            outcomeCentre: centre,
            outcomeScale: scale,
            media: [],
            references: [],
            controlCentres: [],
            controlScales: []
        )
        for medium in media {
            let divisor = divisor(medium, panel, configuration.mediaScale)
            scaling.media.append(divisor)
        }
        for column in panel.controls + panel.treatments {
            let moments = Moments(column.values)
            guard moments.deviation > 0 else { throw .flatControl(column.name) }
            let isPlain = configuration.controlScale == .none
            scaling.controlCentres.append(isPlain ? 0 : moments.mean)
            scaling.controlScales.append(isPlain ? 1 : moments.deviation)
        }
        return scaling
    }

    private static func outcome(
        _ panel: Panel,
        _ rule: MixConfiguration.OutcomeScale
    ) throws(MixModelError) -> (centre: Double, scale: Double) {
        switch rule {
        case .maximum:
            let largest = panel.outcome.values.max() ?? 0
            let isFlat = panel.outcome.values.allSatisfy { $0 == largest }
            guard largest > 0, !isFlat else { throw .flatOutcome(panel.outcome.name) }
            return (0, largest)
        case .perCapitaStandardised:
            let moments = Moments(panel.perCapita(panel.outcome.values))
            guard moments.deviation > 0 else { throw .flatOutcome(panel.outcome.name) }
            return (moments.mean, moments.deviation)
        }
    }

    private static func divisor(
        _ medium: Medium,
        _ panel: Panel,
        _ rule: MixConfiguration.MediaScale
    ) -> Double {
        switch rule {
        case .maximum: medium.amount.max() ?? 1
        case .perCapitaMedian:
            Diagnostics.quantile(panel.perCapita(medium.amount).filter { $0 > 0 }.sorted(), 0.5)
        }
    }
}

/// Mean and standard deviation of all of a column.
struct Moments {
    let mean: Double
    let deviation: Double

    init(_ values: [Double]) {
        let count = Double(values.count)
        let mean = values.span.sum() / count
        let squares = values.map { ($0 - mean) * ($0 - mean) }
        self.mean = mean
        deviation = (squares.span.sum() / count).squareRoot()
    }
}

extension Panel {
    /// A column divided by the people of each geo.
    func perCapita(_ values: [Double]) -> [Double] {
        values.indices.map { values[$0] / geos[$0 / periods.count].population }
    }
}
