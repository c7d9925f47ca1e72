public import Numerics
internal import Panels

/// The log density of a mix model's parameters given its panel, with its gradient.
///
/// Each block adds to the mean, or to the log density, in a forward pass, and gives its parameters
/// their derivatives in a pass back. Nothing is allocated after it is made.
public struct MixDensity: Density {
    /// What positions are made of.
    public enum Coordinates: Sendable {
        /// Each parameter alone, mapped to all numbers.
        case plain
        /// What data tell most directly: responses at usual amounts in place of coefficients, and
        /// standardised controls. The same distribution, in coordinates that are easy to sample.
        case sampled
    }

    let model: MediaMixModel
    private(set) var parameters: ParameterBlock
    private let baseline: BaselineBlock
    private var columns: ColumnBlock
    private let geos: GeoBlock
    /// Of controls whose effects do not differ between geos.
    private var commonControls: ColumnBlock
    private var controls: ControlBlock
    private var media: [MediumBlock]
    private var lifts: [LiftBlock]
    private var noise: NoiseBlock
    /// What all geos have in common, `[periods]`; then the derivatives by it.
    private var series: [Double]
    /// The mean on the model's scale, `[geos * periods]`; then the derivatives by it.
    private var mean: [Double]
    /// What media do on average in each geo; then the derivatives by it.
    private var means: [Double]

    /// The density of a model.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - coordinates: what positions are made of.
    ///   - weights: how often each number of the outcome counts, `[geos * periods]`; nil if each
    ///     counts once.
    public init(
        _ model: MediaMixModel,
        _ coordinates: Coordinates = .sampled,
        weights: [Double]? = nil
    ) { self.init(model, coordinates, weights: weights, countsTransforms: true) }

    /// The density of one of several outcomes' models.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - coordinates: what positions are made of.
    ///   - weights: how often each number of the outcome counts; nil if each counts once.
    ///   - countsTransforms: whether the priors of how media carry over and level off count here.
    init(
        _ model: MediaMixModel,
        _ coordinates: Coordinates,
        weights: [Double]?,
        countsTransforms: Bool
    ) {
        precondition(weights?.count ?? model.panel.cells == model.panel.cells, "a weight a cell")
        self.model = model
        parameters = model.parameterBlock(coordinates, countsTransforms: countsTransforms)
        let periods = model.panel.periods.count
        let geoCount = model.panel.geos.count
        baseline = BaselineBlock(levels: model.slots.levels, periods: periods)
        columns = model.columnBlock()
        geos = GeoBlock(slots: model.slots.geos)
        commonControls = model.commonControlBlock(coordinates)
        controls = model.controlBlock(coordinates)
        media = model.mediumBlocks(coordinates)
        lifts = model.lifts.map { test in
            LiftBlock(
                test,
                amount: model.amounts[test.medium],
                frequency: model.media[test.medium].frequency,
                unit: model.outcomeUnits,
                lags: model.media[test.medium].configuration.adstock.lags,
                isVarying: model.slots.media[test.medium].variation != nil,
                periods: periods
            )
        }
        noise = NoiseBlock(
            outcome: model.scaledOutcome,
            scales: model.slots.noise,
            degrees: model.slots.degrees,
            geos: geoCount,
            weights: weights ?? []
        )
        series = Array(repeating: 0, count: periods)
        mean = Array(repeating: 0, count: periods * geoCount)
        means = Array(repeating: 0, count: geoCount)
    }

    /// How many numbers are sampled.
    public var dimension: Int { parameters.dimension }

    /// The log density with all constants.
    ///
    /// - Parameters:
    ///   - position: `[dimension]`.
    ///   - gradient: `[dimension]`, filled with the derivatives.
    /// - Returns: the logarithm.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        var sum = forward(position) + parameters.priors()
        for index in lifts.indices { sum += lifts[index].evaluate(&media) }
        sum += noise.evaluate(parameters.values, &mean, into: &parameters.adjoints)
        commonControls.pull(mean, into: &parameters.adjoints)
        controls.pull(parameters.values, mean, into: &parameters.adjoints)
        geos.pull(mean, series: &series, into: &parameters.adjoints)
        columns.pull(series, into: &parameters.adjoints)
        baseline.pull(series, into: &parameters.adjoints)
        if parameters.home != nil { pullLevels() }
        for index in media.indices {
            media[index].pull(parameters.values, mean, into: &parameters.adjoints)
        }
        parameters.pull(into: &gradient)
        return sum
    }

    /// What media do on average was taken from the levels.
    private mutating func pullLevels() {
        parameters.pullLevels(into: &means)
        for geo in means.indices {
            let share = means[geo] / Double(series.count)
            let cells = geo * series.count..<(geo + 1) * series.count
            var all = mean.mutableSpan
            var own = all._mutatingExtracting(cells)
            own.raise(by: share)
        }
    }

    /// Finds all parameters and the mean; returns logarithms of Jacobians and of media's priors.
    private mutating func forward(_ position: Span<Double>) -> Double {
        var sum = parameters.load(position)
        var cleared = mean.mutableSpan
        cleared.update(repeating: 0)
        for index in media.indices {
            sum += media[index].forward(parameters.values, into: &mean)
        }
        if parameters.home != nil {
            for geo in means.indices {
                let cells = geo * series.count..<(geo + 1) * series.count
                let sum = mean.span.extracting(cells).sum()
                means[geo] = sum / Double(series.count)
            }
            parameters.lowerLevels(by: means)
        }
        baseline.forward(parameters.values, into: &series)
        columns.forward(parameters.values, into: &series)
        geos.forward(parameters.values, series, into: &mean)
        commonControls.forward(parameters.values, into: &mean)
        sum += controls.forward(parameters.values, into: &mean)
        return sum
    }

    /// What ``MediaMixModel/parameterNames`` are at a position.
    ///
    /// - Parameter position: `[dimension]`.
    /// - Returns: one number for each name.
    public mutating func parameters(at position: Span<Double>) -> [Double] {
        _ = forward(position)
        var plain = parameters.plainValues
        let slots = controls.controls.map(\.slots.deviations) + model.slots.media.map(\.deviations)
        let spreads = controls.controls.map { Optional($0.spread) } + media.map(\.spread)
        for control in controls.controls where control.prior != nil {
            plain[control.slots.effect] = controls.commonEffect(control, parameters.values)
        }
        for (slots, spread) in zip(slots, spreads) {
            for (slot, deviation) in zip(slots, spread?.deviations ?? []) {
                plain[slot] = deviation
            }
        }
        for (medium, own) in zip(media, model.slots.media.indices) {
            if model.media[own].configuration.effect == .coefficient {
                plain[model.slots.media[own].effect] = medium.commonCoefficient
            } else {
                plain.append(medium.commonCoefficient)
            }
        }
        guard model.configuration.hasGeoEffects else { return plain }
        for geo in model.panel.geos.indices { plain += media.map { $0.effects[geo] } }
        return plain
    }

    /// What each medium adds to the outcome at a position, in the outcome's own units.
    ///
    /// - Parameter position: `[dimension]`.
    /// - Returns: `[media][geos * periods]`, channels before organic media.
    public mutating func contributions(at position: Span<Double>) -> [[Double]] {
        _ = forward(position)
        let units = model.outcomeUnits
        return media.map { medium in
            medium.contributions.enumerated().map { $1 * units[$0 / series.count] }
        }
    }

    /// What the model expects of the outcome at a position, in the outcome's own units.
    ///
    /// - Parameter position: `[dimension]`.
    /// - Returns: `[geos * periods]`.
    public mutating func expectedOutcome(at position: Span<Double>) -> [Double] {
        _ = forward(position)
        let people = model.outcomeUnits.map { $0 / model.scaling.outcomeScale }
        return mean.indices.map { cell in
            let own = people[cell / series.count]
            return own * (model.scaling.outcomeCentre + mean[cell] * model.scaling.outcomeScale)
        }
    }
}
