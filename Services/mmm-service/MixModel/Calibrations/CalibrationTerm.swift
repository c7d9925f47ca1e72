internal import Messages
internal import Numerics

/// What a calibration says of the lift that a model has for it.
struct CalibrationTerm: Equatable {
    /// In the units of the outcome.
    let lift: Double
    /// The same, after weighting; above 0.
    let standardError: Double
    /// The middle 90 % of the lift under the calibration alone.
    let interval: ClosedRange<Double>

    /// The degrees of freedom of tests that are given less weight the more they contradict.
    static let degrees = 4.0
    /// Of intervals that do not say how sure they are.
    static let standardLevel = 0.9

    /// What a checked calibration says; nil if its numbers are so large or small that there is no
    /// such lift.
    init?(_ calibration: MixModelV1.Calibration) {
        let error: Double
        if let interval = calibration.interval {
            let level = interval.level == 0 ? Self.standardLevel : interval.level
            let quantile = SpecialFunctions.normalQuantile((1 + level) / 2)
            error = (interval.upper / 2 - interval.lower / 2) / quantile
        } else {
            error = calibration.standardError
        }
        let scale = calibration.measure == .returnOnSpend ? calibration.spendDelta : 1
        let weight = calibration.weight == 0 ? 1 : calibration.weight
        lift = calibration.value * scale
        standardError = error * scale.magnitude / weight.squareRoot()
        let reach =
            standardError
            * (calibration.likelihood == .studentT
                ? StudentT(degrees: Self.degrees).quantile(0.95)
                : SpecialFunctions.normalQuantile(0.95))
        guard lift.isFinite, standardError.isFinite, standardError > 0, reach.isFinite,
            (lift - reach).isFinite, (lift + reach).isFinite
        else { return nil }
        interval = lift - reach...lift + reach
    }

    /// As the contract has it.
    var message: MixModelV1.Calibration.Term {
        var term = MixModelV1.Calibration.Term()
        term.lift = lift
        term.standardError = standardError
        term.interval = .init()
        term.interval?.lower = interval.lowerBound
        term.interval?.upper = interval.upperBound
        term.interval?.level = Self.standardLevel
        return term
    }
}
