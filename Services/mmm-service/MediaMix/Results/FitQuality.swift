public import Panels

/// How well a model tells the outcome of some periods.
public struct FitQuality: Sendable, Hashable {
    /// How many numbers it is judged by.
    public let count: Int
    /// The share of the outcome's variance that the mean expectation explains; below 0 it tells
    /// less than the outcome's mean; nil of an outcome that never changes.
    public let rSquared: Double?
    /// The mean of errors over the outcome, where there is one; nil where there is none at all.
    public let mape: Double?
    /// The sum of errors over the sum of the outcome; nil if that is 0.
    public let wmape: Double?
    /// The explained over all variance, by draws: Gelman and others, The American Statistician 73.
    public let bayesianRSquared: MixEstimate
    /// The share of numbers in the central half of what was predicted.
    public let coverage50: Double
    /// The share in the central nine tenths.
    public let coverage90: Double
    /// The logarithm of the predictive density, in the mean of the numbers.
    public let logDensity: Double
}

/// What was predicted for a period, all geos together, noise included.
public struct PredictedPeriod: Sendable, Hashable {
    /// The period's first day.
    public let day: PanelDay
    /// The outcome.
    public let observed: Double
    /// What is expected, without noise.
    public let expected: Double
    /// Quantiles for ``ParameterSummary/probabilities``.
    public let quantiles: [Double]
    /// Whether the model was fitted to it.
    public let isFitted: Bool
}

/// The error of the mean expectation.
struct MeanErrors {
    let rSquared, mape, wmape: Double?

    init(observed: [Double], expected: [Double]) {
        let moments = Moments(observed)
        let errors = zip(observed, expected).map { $0 - $1 }
        let squares = errors.reduce(0) { $0 + $1 * $1 }
        let all = moments.deviation * moments.deviation * Double(observed.count)
        rSquared = all > 0 ? 1 - squares / all : nil
        let ratios = zip(errors, observed).filter { $0.1 != 0 }.map { abs($0.0 / $0.1) }
        mape = ratios.isEmpty ? nil : ratios.reduce(0, +) / Double(ratios.count)
        let sum = observed.reduce(0) { $0 + abs($1) }
        wmape = sum > 0 ? errors.reduce(0) { $0 + abs($1) } / sum : nil
    }
}
