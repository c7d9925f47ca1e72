internal import Numerics
internal import Panels

/// What each part of a model adds to the outcome of a panel, at one draw's parameters.
///
/// The model written out plainly, without derivatives: so it can also be asked about periods that
/// it was not fitted to, and about other amounts of media.
struct MixEvaluator {
    let model: MediaMixModel
    /// What is asked about: the panel of the model, or one that goes on after it.
    let panel: Panel
    private let baseline: BaselineBlock
    private let seasons: [[Double]]
    private let holidays: [[Double]]
    private let controls: [[Double]]
    private let amounts: [[Double]]
    private let frequencies: [[Double]?]
    private var transforms: [MediumTransform]
    /// How effects come and go, in the periods that are fitted; nil of those that do not.
    private var variations: [EffectVariation?]
    private var values: [Double] = []
    /// The coefficients, `[media][geos]`.
    private var effects: [[Double]]

    /// - Parameters:
    ///   - model: the model.
    ///   - whole: the model's panel with periods after it; nil for the model's own.
    /// - Throws: ``MixModelError/otherScaling`` if that is another panel.
    init(_ model: MediaMixModel, on whole: Panel? = nil) throws(MixModelError) {
        let panel = whole ?? model.panel
        self.model = model
        self.panel = panel
        guard panel.continues(model.panel) else { throw .otherScaling }
        let media = try Medium.all(panel, model.configuration)
        let isPerCapita = model.configuration.mediaScale == .perCapitaMedian
        amounts = media.indices.map { index in
            let amount = media[index].amount
            let divisor = model.scaling.media[index]
            return (isPerCapita ? panel.perCapita(amount) : amount).map { $0 / divisor }
        }
        frequencies = media.map(\.frequency)
        let columns = panel.controls + panel.treatments
        controls = columns.indices.map { index in
            let (centre, scale) = (
                model.scaling.controlCentres[index], model.scaling.controlScales[index]
            )
            return columns[index].values.map { ($0 - centre) / scale }
        }
        seasons = model.configuration.seasons.flatMap { season in
            let waves = (1...season.order).map { order in
                panel.periods.map { Wave(turns: Double(order) * season.phase($0)) }
            }
            return waves.map { $0.map(\.sine) } + waves.map { $0.map(\.cosine) }
        }
        holidays = Self.holidays(model, panel)
        let fitted = model.panel.periods.count
        baseline = BaselineBlock(levels: model.slots.levels, periods: fitted)
        transforms = media.indices.map {
            MediumTransform(media[$0].configuration, model.slots.media[$0], fitted)
        }
        variations = transforms.map(\.variation)
        // They are known for fitted periods only.
        for index in transforms.indices { transforms[index].variation = nil }
        effects = media.map { _ in panel.geos.map { _ in 0 } }
    }

    var periods: Int { panel.periods.count }

    /// The holidays that the model knows, `[holidays][periods]`.
    private static func holidays(_ model: MediaMixModel, _ panel: Panel) -> [[Double]] {
        let days = model.configuration.holidays
        let columns = Dictionary(
            CalendarColumns(panel).holidays(days).map { ($0.name, $0.values) }
        ) { first, _ in first }
        let count = panel.periods.count
        return CalendarColumns(model.panel).holidays(days).map { column in
            Array((columns[column.name] ?? column.values).prefix(count))
        }
    }

    /// Takes the parameters of a draw, in the order of ``MediaMixModel/parameterNames``.
    mutating func load(_ parameters: [Double]) {
        let (count, geos) = (model.layout.parameters.count, panel.geos.count)
        values = Array(parameters[..<count])
        var derived = count
        for index in model.media.indices {
            transforms[index].load(values)
            variations[index]?.load(values)
            var effect = values[model.slots.media[index].effect]
            if model.media[index].configuration.effect != .coefficient {
                effect = parameters[derived]
                derived += 1
            }
            effects[index] = Array(repeating: effect, count: geos)
        }
        guard model.configuration.hasGeoEffects else { return }
        for geo in 0..<geos {
            for index in model.media.indices {
                effects[index][geo] = parameters[derived + geo * model.media.count + index]
            }
        }
    }

    // MARK: Media

    /// What a medium adds to the outcome, in the outcome's units, `[geos * periods]`.
    ///
    /// - Parameters:
    ///   - index: which medium.
    ///   - multiplier: what all of its amounts are multiplied by.
    /// - Returns: `[geos * periods]`.
    func contribution(of index: Int, times multiplier: Double = 1) -> [Double] {
        let amount = multiplier == 1 ? amounts[index] : amounts[index].map { $0 * multiplier }
        return inOutcome(response(of: index, to: amount), times: effects[index])
    }

    /// What an amount does in each geo and period, before its coefficient.
    private func response(of index: Int, to amount: [Double]) -> [Double] {
        var response = MediumResponse(
            amount: amount,
            frequency: frequencies[index],
            periods: 0..<periods,
            isVarying: false
        )
        response.forward(transforms[index])
        return varied(response.response, index)
    }

    /// What it is when the effect comes and goes: after the last fitted period it stays as it was.
    private func varied(_ column: [Double], _ index: Int) -> [Double] {
        guard let multipliers = variations[index]?.multipliers else { return column }
        return column.indices.map { cell in
            column[cell] * multipliers[min(cell % periods, multipliers.count - 1)]
        }
    }

    /// The part of a medium's contribution that belongs to what was seen in the same period: of
    /// what was carried over, by its share of all that was at work.
    func immediateContribution(of index: Int, _ contribution: [Double]) -> [Double] {
        let (transform, amount) = (transforms[index], amounts[index])
        let first = transform.weights[0]
        if transform.isAdstockFirst {
            let carried = carried(amount, transform.weights)
            return carried.indices.map { cell in
                carried[cell] > 0 ? contribution[cell] * first * amount[cell] / carried[cell] : 0
            }
        }
        let seen = frequencies[index] ?? amount
        var response = seen
        var span = response.mutableSpan
        transform.saturation.respond(
            seen.span,
            parameters: transform.saturationParameters.span,
            into: &span
        )
        if frequencies[index] != nil {
            for cell in response.indices { response[cell] *= amount[cell] }
        }
        return inOutcome(varied(response.map { $0 * first }, index), times: effects[index])
    }

    private func carried(_ amount: [Double], _ weights: [Double]) -> [Double] {
        var result = amount
        var all = result.mutableSpan
        for geo in panel.geos.indices {
            let range = geo * periods..<(geo + 1) * periods
            var part = all._mutatingExtracting(range)
            Adstock.carry(amount.span.extracting(range), weights: weights.span, into: &part)
        }
        return result
    }

    /// The weights of the lags of a medium.
    func weights(of index: Int) -> [Double] { transforms[index].weights }

    /// By how much the outcome was larger in a lift test, as the model has it.
    func lift(_ test: PlacedLift) -> Double {
        var (base, changed) = (amounts[test.medium], amounts[test.medium])
        for (place, geo) in test.geos.enumerated() {
            for period in test.periods {
                let cell = geo * periods + period
                (base[cell], changed[cell]) = test.amounts(base[cell], place: place)
            }
        }
        let (before, after) = (
            inOutcome(response(of: test.medium, to: base), times: effects[test.medium]),
            inOutcome(response(of: test.medium, to: changed), times: effects[test.medium])
        )
        return test.geos.reduce(0) { sum, geo in
            test.readout.reduce(sum) {
                $0 + test.portion * (after[geo * periods + $1] - before[geo * periods + $1])
            }
        }
    }

    /// From the model's scale to the outcome's units.
    private func inOutcome(_ column: [Double], times effects: [Double]) -> [Double] {
        let factors = zip(effects, model.outcomeUnits).map { $0 * $1 }
        return column.indices.map { column[$0] * factors[$0 / periods] }
    }

    // MARK: All else

    /// What each of ``MediaMixModel/parts`` adds to the outcome, `[parts][geos * periods]`.
    func parts() -> [[Double]] {
        var parts = [level()]
        if !seasons.isEmpty { parts.append(common(model.slots.seasons, seasons)) }
        if !holidays.isEmpty { parts.append(common(model.slots.holidays, holidays)) }
        for index in controls.indices { parts.append(control(index)) }
        for index in model.media.indices { parts.append(contribution(of: index)) }
        return parts
    }

    /// What is expected of the outcome: all parts together, `[geos * periods]`.
    func expected() -> [Double] {
        var sum = Array(repeating: 0.0, count: panel.cells)
        for part in parts() {
            var span = sum.mutableSpan
            span.add(part.span, times: 1)
        }
        return sum
    }

    private func level() -> [Double] {
        let fitted = model.panel.periods.count
        var series = Array(repeating: 0.0, count: fitted)
        baseline.forward(values, into: &series)
        // After the last knot the level stays where it was.
        series += Array(repeating: series[fitted - 1], count: periods - fitted)
        if let trend = model.slots.trend {
            let last = Double(max(1, fitted - 1))
            for period in series.indices {
                series[period] += values[trend] * (Double(period) / last - 0.5)
            }
        }
        let units = model.outcomeUnits
        let centre = model.scaling.outcomeCentre / model.scaling.outcomeScale
        return panel.geos.indices.flatMap { geo in
            let own = (model.slots.geos[geo].map { values[$0] } ?? 0) + centre
            return series.map { units[geo] * ($0 + own) }
        }
    }

    /// What columns add that all geos have in common.
    private func common(_ slots: [Int], _ columns: [[Double]]) -> [Double] {
        var series = Array(repeating: 0.0, count: periods)
        for (slot, column) in zip(slots, columns) {
            for period in series.indices { series[period] += values[slot] * column[period] }
        }
        let units = model.outcomeUnits
        return panel.geos.indices.flatMap { geo in series.map { units[geo] * $0 } }
    }

    private func control(_ index: Int) -> [Double] {
        let own = model.slots.controls[index]
        let spread = own.spread.map { values[$0] } ?? 0
        let effects = panel.geos.indices.map { geo in
            values[own.effect] + (own.deviations.isEmpty ? 0 : spread * values[own.deviations[geo]])
        }
        return inOutcome(controls[index], times: effects)
    }

    // MARK: Noise

    /// How far the outcome of a geo lies from what is expected.
    func noise(_ geo: Int) -> any Distribution {
        let scale = noiseScale(geo)
        guard let degrees = model.slots.degrees else { return Normal(mean: 0, scale: scale) }
        return StudentT(degrees: values[degrees], location: 0, scale: scale)
    }

    /// The variance of that; of a tail that has none, that of the same scale with three degrees.
    func noiseVariance(_ geo: Int) -> Double {
        let scale = noiseScale(geo)
        guard let degrees = model.slots.degrees.map({ max(3, values[$0]) }) else {
            return scale * scale
        }
        return scale * scale * degrees / (degrees - 2)
    }

    private func noiseScale(_ geo: Int) -> Double {
        let slots = model.slots.noise
        return values[slots[slots.count == 1 ? 0 : geo]] * model.outcomeUnits[geo]
    }
}
