internal import Numerics

/// What an experiment measured of a medium, against what the model says it was.
struct LiftBlock: Sendable {
    private let medium: Int
    /// The geos that it was in.
    private let geos: [Int]
    private var base: MediumResponse
    private var changed: MediumResponse
    /// What a response of 1 adds to the lift in standard errors, `[geos * periods]` of the test.
    private let weights: [Double]
    /// The measured lift in standard errors.
    private let lift: Double
    private let noise: any Distribution
    private let logError: Double

    /// - Parameters:
    ///   - test: what was measured, found in the panel.
    ///   - amount: how much of the medium there was, on the model's scale.
    ///   - frequency: how often each saw it, if amounts are how many did.
    ///   - unit: what 1 on the model's scale is in the outcome's units, by geo.
    ///   - lags: how many periods an effect lasts.
    ///   - isVarying: whether it comes and goes.
    ///   - periods: how many the panel has.
    init(
        _ test: PlacedLift,
        amount: [Double],
        frequency: [Double]?,
        unit: [Double],
        lags: Int,
        isVarying: Bool,
        periods: Int
    ) {
        medium = test.medium
        geos = test.geos
        // An effect of what was before the test's first period but by its lags is the same in
        // both, so that it need not be known.
        let window = max(0, test.periods.lowerBound - lags + 1)..<test.readout.upperBound
        var (before, after, weights) = ([Double](), [Double](), [Double]())
        for (index, geo) in test.geos.enumerated() {
            for period in window {
                let own = amount[geo * periods + period]
                let isOfTest = test.periods.contains(period)
                let pair = isOfTest ? test.amounts(own, place: index) : (own, own)
                before.append(pair.0)
                after.append(pair.1)
                let counts = test.readout.contains(period)
                weights.append(counts ? test.portion * unit[geo] / test.standardError : 0)
            }
        }
        let seen = frequency.map { frequency in
            test.geos.flatMap { geo in window.map { frequency[geo * periods + $0] } }
        }
        func response(_ amount: [Double]) -> MediumResponse {
            MediumResponse(
                amount: amount,
                frequency: seen,
                periods: window,
                isVarying: isVarying
            )
        }
        base = response(before)
        changed = response(after)
        self.weights = weights
        lift = test.lift / test.standardError
        noise =
            test.degrees.map { StudentT(degrees: $0) as any Distribution }
            ?? Normal(mean: 0, scale: 1)
        logError = Elementary.log(test.standardError)
    }

    /// The modelled lift in standard errors.
    private func modelled(_ effects: [Double]) -> Double {
        geos.indices.reduce(0) { $0 + effects[geos[$1]] * difference($1) }
    }

    private func cells(_ index: Int) -> Range<Int> {
        let count = weights.count / geos.count
        return index * count..<(index + 1) * count
    }

    private func difference(_ index: Int) -> Double {
        let range = cells(index)
        let own = weights.span.extracting(range)
        return own.dot(changed.response.span.extracting(range))
            - own.dot(base.response.span.extracting(range))
    }

    /// The logarithm of the measured lift's density; adjoints go to the medium's block.
    ///
    /// - Parameter media: all of them, after their forward passes.
    /// - Returns: the logarithm.
    mutating func evaluate(_ media: inout [MediumBlock]) -> Double {
        base.forward(media[medium].transform)
        changed.forward(media[medium].transform)
        let effects = media[medium].effects
        let residual = lift - modelled(effects)
        let slope = -noise.slope(residual)
        for index in geos.indices {
            media[medium].effectAdjoints[geos[index]] += slope * difference(index)
            let factor = slope * effects[geos[index]]
            for cell in cells(index) {
                changed.responseAdjoint[cell] = factor * weights[cell]
                base.responseAdjoint[cell] = -factor * weights[cell]
            }
        }
        base.pull(&media[medium].transform)
        changed.pull(&media[medium].transform)
        return noise.logDensity(residual) - logError
    }
}
