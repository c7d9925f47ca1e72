internal import Numerics

/// What one medium adds to the mean: a coefficient for each geo times its response.
struct MediumBlock: Sendable {
    var transform: MediumTransform
    private var response: MediumResponse
    /// To a hundredth more of it; nil unless that is asked for.
    private var raised: MediumResponse?
    private let link: EffectLink
    /// The slot of what is sampled of its strength.
    private let effect: Int
    /// By how much the logarithms of effects differ between geos; nil if they do not.
    private(set) var spread: GeoSpread?
    /// The prior of the coefficient, if that is not what is sampled.
    private let prior: PriorLaw?
    /// The geometric mean of the geos' coefficients.
    private var coefficient = 0.0
    /// By what it is the coefficient that geos differ around multiplied.
    private var elevation = 1.0
    private var total = 1.0
    /// By what the coefficient of each geo is their mean multiplied.
    private var multipliers: [Double]
    private var multiplierAdjoints: [Double]
    /// The coefficient of each geo.
    private(set) var effects: [Double]
    /// The derivatives by them.
    var effectAdjoints: [Double]

    /// - Parameters:
    ///   - transform: how the medium acts.
    ///   - link: what is sampled of its strength.
    ///   - effect: the slot of that.
    ///   - prior: that of the coefficient, if that is not what is sampled.
    ///   - amount: how much of it there was, on the model's scale.
    ///   - frequency: how often each saw it, if amounts are how many did.
    ///   - geos: how many there are.
    ///   - spread: by how much the logarithms of effects differ between them; nil if they do not.
    init(
        _ transform: MediumTransform,
        _ link: EffectLink,
        effect: Int,
        prior: PriorLaw?,
        amount: [Double],
        frequency: [Double]?,
        geos: Int,
        spread: GeoSpread?
    ) {
        let periods = amount.count / geos
        self.transform = transform
        func response(_ amount: [Double]) -> MediumResponse {
            MediumResponse(
                amount: amount,
                frequency: frequency,
                periods: 0..<periods,
                isVarying: transform.variation != nil
            )
        }
        self.response = response(amount)
        if case .marginalEarnings = link {
            raised = response(amount.map { $0 * (1 + EffectLink.step) })
        }
        self.link = link
        self.effect = effect
        self.spread = spread
        self.prior = prior
        multipliers = Array(repeating: 1, count: geos)
        multiplierAdjoints = multipliers
        effects = multipliers
        effectAdjoints = multipliers
    }

    /// Adds the medium to the mean.
    ///
    /// - Parameters:
    ///   - values: the parameters.
    ///   - mean: `[geos * periods]`.
    /// - Returns: the logarithm of priors that are not those of sampled parameters.
    mutating func forward(_ values: [Double], into mean: inout [Double]) -> Double {
        transform.load(values)
        response.forward(transform)
        raised?.forward(transform)
        var logDensity = spread?.load(values) ?? 0
        if let spread {
            for geo in multipliers.indices {
                multipliers[geo] = Elementary.exp(spread.difference(geo, values))
            }
        }
        total = linkTotal()
        elevation = spread.map { Elementary.exp($0.elevation(values)) } ?? 1
        coefficient = values[effect] * slope
        var sum = mean.mutableSpan
        for geo in effects.indices {
            let range = cells(geo)
            effects[geo] = coefficient * multipliers[geo]
            effectAdjoints[geo] = 0
            var part = sum._mutatingExtracting(range)
            part.add(response.response.span.extracting(range), times: effects[geo])
        }
        if let prior {
            logDensity += prior.evaluate(commonCoefficient).logDensity
            logDensity -= Elementary.log(total * elevation)
        }
        return logDensity
    }

    private func cells(_ geo: Int) -> Range<Int> {
        let periods = response.response.count / effects.count
        return geo * periods..<(geo + 1) * periods
    }

    /// The coefficient that geos differ around.
    var commonCoefficient: Double { coefficient / elevation }

    /// Whether that is what is sampled.
    private var isCommon: Bool {
        if case .coefficient = link { true } else { false }
    }

    /// What the mean coefficient is per unit of what is sampled.
    private var slope: Double { link.scale / total * (isCommon ? elevation : 1) }

    /// What it adds to the mean, `[geos * periods]`.
    var contributions: [Double] {
        effects.indices.flatMap { geo in response.response[cells(geo)].map { $0 * effects[geo] } }
    }

    /// The sum of squares of what it does in a geo, around the mean.
    func variation(_ geo: Int) -> Double {
        let own = Moments(Array(response.response[cells(geo)]))
        let deviation = effects[geo] * own.deviation
        return deviation * deviation * Double(cells(geo).count)
    }

    private func linkTotal() -> Double {
        switch link {
        case .coefficient: return 1
        case .response(let amount):
            let parameters = transform.saturationParameters.span
            return transform.saturation.respond(one: amount, parameters: parameters).response
        case .earnings, .marginalEarnings:
            return effects.indices.reduce(0) { $0 + multipliers[$1] * geoEarnings($1) }
        }
    }

    /// What responses in a geo earn, were its coefficient 1.
    private func geoEarnings(_ geo: Int) -> Double {
        let range = cells(geo)
        let earnings = link.earnings.span.extracting(range)
        let base = earnings.dot(response.response.span.extracting(range))
        guard let raised else { return base }
        return earnings.dot(raised.response.span.extracting(range)) - base
    }

    /// Pulls the derivatives by the mean, and by ``effects``, back to the parameters.
    mutating func pull(
        _ values: [Double],
        _ meanAdjoint: [Double],
        into adjoints: inout [Double]
    ) {
        let priorSlope = prior?.evaluate(commonCoefficient).slope ?? 0
        var coefficientAdjoint = priorSlope / elevation
        for geo in effects.indices {
            let range = cells(geo)
            effectAdjoints[geo] += meanAdjoint.span.extracting(range)
                .dot(response.response.span.extracting(range))
            coefficientAdjoint += effectAdjoints[geo] * multipliers[geo]
            multiplierAdjoints[geo] = effectAdjoints[geo] * coefficient
            fillResponseAdjoint(geo, meanAdjoint)
        }
        adjoints[effect] += coefficientAdjoint * slope
        // The logarithm of the total is taken from that of the coefficient's prior.
        let own = prior == nil ? 0 : -1 / total
        pullTotal(own - coefficientAdjoint * coefficient / total)
        response.pull(&transform)
        raised?.pull(&transform)
        for geo in multipliers.indices {
            spread?.adjoints[geo] = multiplierAdjoints[geo] * multipliers[geo]
        }
        let common = prior == nil ? 0 : -priorSlope * commonCoefficient - 1
        let direct = isCommon ? coefficientAdjoint * coefficient : 0
        spread?.pull(elevation: common + direct, values, into: &adjoints)
        transform.unload(into: &adjoints)
    }

    private mutating func fillResponseAdjoint(_ geo: Int, _ meanAdjoint: [Double]) {
        let (effect, range) = (effects[geo], cells(geo))
        var all = response.responseAdjoint.mutableSpan
        var target = all._mutatingExtracting(range)
        target.fill(meanAdjoint.span.extracting(range), times: effect)
    }

    private mutating func pullTotal(_ totalAdjoint: Double) {
        switch link {
        case .coefficient: break
        case .response(let amount): pullReference(amount, totalAdjoint)
        case .earnings(let earnings, _), .marginalEarnings(let earnings, _):
            let isMarginal = raised != nil
            for geo in effects.indices {
                multiplierAdjoints[geo] += totalAdjoint * geoEarnings(geo)
                let factor = totalAdjoint * multipliers[geo]
                let range = cells(geo)
                let own = earnings.span.extracting(range)
                var all = response.responseAdjoint.mutableSpan
                var base = all._mutatingExtracting(range)
                base.add(own, times: isMarginal ? -factor : factor)
            }
            guard isMarginal else { return }
            for geo in effects.indices {
                let factor = totalAdjoint * multipliers[geo]
                for cell in cells(geo) { raised?.responseAdjoint[cell] = factor * earnings[cell] }
            }
        }
    }

    private mutating func pullReference(_ amount: Double, _ totalAdjoint: Double) {
        let input: InlineArray<1, Double> = [amount]
        let result: InlineArray<1, Double> = [total]
        let adjoint: InlineArray<1, Double> = [totalAdjoint]
        var ignored: InlineArray<1, Double> = [0]
        var inputAdjoint = ignored.mutableSpan
        transform.pullSaturation(input.span, result.span, adjoint.span, x: &inputAdjoint)
    }
}
