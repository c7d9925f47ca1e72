internal import Numerics
public import Panels

/// What a model predicts of a panel, in periods that it was fitted to and in later ones.
public struct MixPrediction: Sendable {
    /// What was predicted.
    public let panel: Panel
    /// In how many of the periods the model was fitted.
    public let fitted: Int
    /// In the periods that it was fitted to.
    public let training: FitQuality
    /// In the periods after; nil if there are none.
    public let holdout: FitQuality?
    /// By period, all geos together.
    public let periods: [PredictedPeriod]
    /// What the mean expectation leaves over, `[geos * periods]`.
    public let residuals: [Double]
    /// How probable an outcome in all, in the periods fitted, as far off as this one is.
    public let totalProbability: Double
    /// The logarithm of each number's density at each draw, `[geos * periods][draws]`.
    let logDensities: [[Double]]

    /// Predicts.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - sample: its parameters.
    ///   - whole: its panel with periods after it; nil for the model's own. Media carry over into
    ///     these, the trend goes on, and levels stay where the last knot has them.
    ///   - level: how much of the draws intervals hold.
    ///   - seed: where noise comes from.
    /// - Throws: ``MixModelError/otherScaling`` if that is another panel.
    public init(
        _ model: MediaMixModel,
        _ sample: MixSample,
        on whole: Panel? = nil,
        level: Double,
        seed: UInt64
    ) throws(MixModelError) {
        let draws = try Draws(model, sample, on: whole, seed: seed)
        let (panel, fitted) = (draws.panel, model.panel.periods.count)
        self.panel = panel
        self.fitted = fitted
        let all = panel.periods.count
        func cells(_ periods: Range<Int>) -> [Int] {
            panel.geos.indices.flatMap { geo in periods.map { geo * all + $0 } }
        }
        training = draws.quality(cells(0..<fitted), level)
        holdout = all > fitted ? draws.quality(cells(fitted..<all), level) : nil
        let expected = draws.expected
        residuals = zip(panel.outcome.values, expected).map { $0 - $1 }
        periods = draws.predictedPeriods(fitted: fitted)
        let total = model.panel.outcome.values.reduce(0, +)
        let above = Double(draws.totals.count { $0 >= total })
        let share = above / Double(draws.totals.count)
        totalProbability = min(1, 2 * min(share, 1 - share))
        logDensities = draws.cellLogDensities
    }

    /// What draws have for each cell.
    private struct Draws {
        let panel: Panel
        let outcome: [Double]
        /// The mean expectation.
        private(set) var expected: [Double]
        /// The predicted outcome in all, in the periods fitted, by draw.
        private(set) var totals: [Double] = []
        private var means: DrawTable
        private var predicted: DrawTable
        private var byPeriod: DrawTable
        private var logDensities: DrawTable
        /// The variance of noise in each geo, by draw.
        private var noises: [[Double]]

        init(
            _ model: MediaMixModel,
            _ sample: MixSample,
            on whole: Panel?,
            seed: UInt64
        ) throws(MixModelError) {
            var evaluator = try MixEvaluator(model, on: whole)
            let panel = evaluator.panel
            self.panel = panel
            outcome = panel.outcome.values
            let (count, periods) = (sample.draws.count, panel.periods.count)
            means = DrawTable(rows: panel.cells, draws: count)
            predicted = means
            logDensities = means
            byPeriod = DrawTable(rows: periods, draws: count)
            noises = panel.geos.map { _ in [] }
            expected = outcome.map { _ in 0 }
            for (draw, parameters) in sample.draws.enumerated() {
                evaluator.load(parameters)
                add(evaluator, draw, fitted: model.panel.periods.count, seed: seed)
            }
            for cell in expected.indices { expected[cell] /= Double(count) }
        }

        private mutating func add(
            _ evaluator: borrowing MixEvaluator,
            _ draw: Int,
            fitted: Int,
            seed: UInt64
        ) {
            var random = RandomStream(seed: seed, stream: UInt64(draw))
            let (periods, mean) = (panel.periods.count, evaluator.expected())
            var total = 0.0
            for geo in panel.geos.indices {
                let noise = evaluator.noise(geo)
                noises[geo].append(evaluator.noiseVariance(geo))
                for period in 0..<periods {
                    let cell = geo * periods + period
                    let value = mean[cell] + noise.sample(&random)
                    means[cell, draw] = mean[cell]
                    predicted[cell, draw] = value
                    byPeriod[period, draw] += value
                    logDensities[cell, draw] = noise.logDensity(outcome[cell] - mean[cell])
                    expected[cell] += mean[cell]
                    if period < fitted { total += value }
                }
            }
            totals.append(total)
        }

        func quality(_ cells: [Int], _ level: Double) -> FitQuality {
            let errors = MeanErrors(
                observed: cells.map { outcome[$0] },
                expected: cells.map { expected[$0] }
            )
            var (half, most, density) = (0, 0, 0.0)
            for cell in cells {
                let sorted = predicted.row(cell).sorted()
                func isWithin(_ share: Double) -> Bool {
                    outcome[cell] >= Diagnostics.quantile(sorted, (1 - share) / 2)
                        && outcome[cell] <= Diagnostics.quantile(sorted, (1 + share) / 2)
                }
                if isWithin(0.5) { half += 1 }
                if isWithin(0.9) { most += 1 }
                let logs = logDensities.row(cell)
                let largest = logs.max() ?? 0
                let sum = logs.reduce(0) { $0 + Elementary.exp($1 - largest) }
                density += largest + Elementary.log(sum / Double(logs.count))
            }
            let count = Double(cells.count)
            return FitQuality(
                count: cells.count,
                rSquared: errors.rSquared,
                mape: errors.mape,
                wmape: errors.wmape,
                bayesianRSquared: MixEstimate(explained(cells), level: level),
                coverage50: Double(half) / count,
                coverage90: Double(most) / count,
                logDensity: density / count
            )
        }

        /// The explained over all variance, by draw.
        private func explained(_ cells: [Int]) -> [Double] {
            let periods = panel.periods.count
            return (0..<means.draws).map { draw in
                let spread = Moments(cells.map { means[$0, draw] }).deviation
                let rest = cells.reduce(0) { $0 + noises[$1 / periods][draw] }
                return spread * spread / (spread * spread + rest / Double(cells.count))
            }
        }

        func predictedPeriods(fitted: Int) -> [PredictedPeriod] {
            let count = panel.periods.count
            func sum(_ column: [Double], _ period: Int) -> Double {
                panel.geos.indices.reduce(0) { $0 + column[$1 * count + period] }
            }
            return panel.periods.enumerated().map { period, day in
                let sorted = byPeriod.row(period).sorted()
                return PredictedPeriod(
                    day: day,
                    observed: sum(outcome, period),
                    expected: sum(expected, period),
                    quantiles: ParameterSummary.probabilities.map {
                        Diagnostics.quantile(sorted, $0)
                    },
                    isFitted: period < fitted
                )
            }
        }

        var cellLogDensities: [[Double]] { outcome.indices.map { logDensities.row($0) } }
    }
}
