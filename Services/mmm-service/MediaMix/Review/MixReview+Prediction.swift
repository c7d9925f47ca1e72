internal import Numerics
internal import Panels

extension MixReview.Subject {
    /// An outcome in all that the model would hardly have given.
    func posteriorPredictive() -> ReviewCheck {
        let chance = results.prediction.totalProbability
        return ReviewCheck(
            .posteriorPredictive,
            ReviewCheck.Status(-chance, review: -0.05, fail: -0.01),
            "An outcome in all as far from what is predicted as the observed one has a "
                + "probability of \(Figure.percent(chance)).",
            remedy: "The level is off: look for outliers in the outcome, free the baseline with "
                + "knots, or take back priors that hold it."
        )
    }

    /// How well it tells what it was fitted to, and which geo worst.
    func goodnessOfFit() -> ReviewCheck {
        let quality = results.prediction.training
        let explained = quality.rSquared ?? -.infinity
        var words =
            "The model explains \(Figure.percent(max(explained, -9.99))) of the outcome's "
            + "variance; its errors are \(Figure.percent(quality.wmape ?? .nan)) of the outcome"
        let geos = geoErrors()
        if geos.count > 1, let worst = geos.max(by: { $0.wmape < $1.wmape }) {
            words += ", and \(Figure.percent(worst.wmape)) in \(worst.name), where they are largest"
        }
        return ReviewCheck(
            .fit,
            ReviewCheck.Status(-explained, review: -0.5, fail: 0),
            words + ".",
            remedy: "What moves the outcome is missing: add controls, holidays, seasons or knots "
                + "for the periods that it misses."
        )
    }

    /// The sum of errors over that of the outcome, in each geo.
    private func geoErrors() -> [(name: String, wmape: Double)] {
        panel.geos.enumerated().compactMap { index, geo in
            let (errors, outcome) = (residuals(index), outcome(index))
            let sum = outcome.reduce(0) { $0 + abs($1) }
            return sum > 0 ? (geo.name, errors.reduce(0) { $0 + abs($1) } / sum) : nil
        }
    }

    /// What is left over in a geo, in the periods fitted.
    private func residuals(_ geo: Int) -> ArraySlice<Double> {
        let start = geo * results.prediction.panel.periods.count
        return results.prediction.residuals[start..<start + panel.periods.count]
    }

    private func outcome(_ geo: Int) -> ArraySlice<Double> {
        let count = panel.periods.count
        return panel.outcome.values[geo * count..<(geo + 1) * count]
    }

    /// A model that only tells what it has seen tells nothing of budgets to come.
    func holdout() -> ReviewCheck? {
        guard let held = results.prediction.holdout else { return nil }
        let (fitted, later) = (results.prediction.training.wmape ?? 0, held.wmape ?? .infinity)
        let ratio = later / max(fitted, 0.02)
        return ReviewCheck(
            .holdout,
            max(
                ReviewCheck.Status(ratio, review: 2, fail: 4),
                ReviewCheck.Status(-held.coverage90, review: -0.7, fail: -0.4)
            ),
            "In periods held out, errors are \(Figure.percent(later)) of the outcome, against "
                + "\(Figure.percent(fitted)) in those fitted; \(Figure.percent(held.coverage90)) "
                + "of numbers lie where nine tenths should.",
            remedy: "The model follows its own periods too closely, or something has changed: "
                + "use fewer knots and controls, and see what was new in the periods held out."
        )
    }

    /// Nine tenths of numbers should lie in intervals of nine tenths.
    func coverage() -> ReviewCheck {
        let quality = results.prediction.training
        return ReviewCheck(
            .coverage,
            ReviewCheck.Status(-quality.coverage90, review: -0.8, fail: -0.6),
            "\(Figure.percent(quality.coverage90)) of numbers lie in intervals of nine tenths, "
                + "and \(Figure.percent(quality.coverage50)) in those of a half.",
            remedy: "Predictions are too sure of themselves: take back a narrow prior on y_sigma, "
                + "or let noise differ between geos."
        )
    }

    /// Numbers without which the model would be another one.
    func influentialPeriods() -> ReviewCheck {
        let left = results.leftOut
        let occasions = RareOccasions(panel, holidays: model.configuration.holidays)
        let found = Dictionary(grouping: left.unreliable, by: occasions.contain)
        let (own, others) = (found[true] ?? [], found[false] ?? [])
        let share = Double(others.count) / Double(left.count)
        func names(_ numbers: [LeftOut.Unreliable]) -> String {
            let named = numbers.prefix(3).map { one in
                let place = panel.geos.count > 1 ? " in \(one.geo)" : ""
                return "\(one.day)\(place) (k-hat \(Figure.text(one.shape)))"
            }
            return Figure.list(named) + (numbers.count > 3 ? ", and others" : "")
        }
        let limit = Figure.text(left.largestReliableShape)
        var words = "No period weighs too much: every k-hat is at most \(limit)"
        if !others.isEmpty {
            words =
                "\(Figure.count(others.count, "number")) of \(Figure.grouped(left.count)) "
                + (others.count == 1 ? "weighs" : "weigh")
                + " so much that the model would be another without "
                + (others.count == 1 ? "it" : "them") + " (k-hat above \(limit)): \(names(others))"
        } else if !own.isEmpty {
            words = "No period weighs too much that nothing speaks for"
        }
        if !own.isEmpty {
            words +=
                "; \(Figure.count(own.count, "number")) that a control or holiday of few periods "
                + "speaks for must weigh as much, for it is learnt from these alone: \(names(own))"
        }
        return ReviewCheck(
            .influentialPeriods,
            others.isEmpty ? .pass : share > 0.05 ? .fail : .review,
            words + ".",
            remedy: "See whether these numbers are right and what happened then: name it in a "
                + "control or holiday, or choose Student's t noise."
        )
    }

    /// What is left over should be noise: not long times of too much, then of too little.
    func autocorrelation() -> ReviewCheck {
        let found = panel.geos.indices.map { geo in
            (panel.geos[geo].name, Autocorrelation(Array(residuals(geo))))
        }
        let odd = found.filter { $0.1.probability < 0.01 && $0.1.first > 0.3 }
        let worst = found.max { $0.1.first < $1.1.first }
        let first = worst?.1.first ?? 0
        let status: ReviewCheck.Status = odd.isEmpty ? .pass : first > 0.6 ? .fail : .review
        let place = panel.geos.count > 1 ? " in \(worst?.0 ?? "")" : ""
        return ReviewCheck(
            .autocorrelation,
            status,
            "What is left over in a period has a correlation of \(Figure.text(first)) with that of "
                + "the next\(place)"
                + (panel.geos.count > 1 && !odd.isEmpty
                    ? "; it has a pattern in \(Figure.list(odd.map(\.0)))." : "."),
            remedy: "Something slow is missing, and intervals are too narrow: add knots, a trend, "
                + "a season, or the control that explains it."
        )
    }
}

/// Whether a series goes on as it was.
struct Autocorrelation {
    /// The correlation of each number with the next.
    let first: Double
    /// How probable correlations as large are in noise, by Ljung and Box over up to 10 lags.
    let probability: Double

    init(_ series: [Double]) {
        let moments = Moments(series)
        let count = series.count
        let lags = max(1, min(10, count / 5))
        let squares = moments.deviation * moments.deviation * Double(count)
        guard squares > 0, count > lags + 1 else {
            (first, probability) = (0, 1)
            return
        }
        let correlations = (1...lags).map { lag in
            (lag..<count).reduce(0) {
                $0 + (series[$1] - moments.mean) * (series[$1 - lag] - moments.mean)
            } / squares
        }
        let size = Double(count)
        let statistic = correlations.enumerated().reduce(0) { sum, one in
            sum + one.element * one.element / (size - Double(one.offset + 1))
        }
        first = correlations[0]
        probability = Gamma(shape: 0.5 * Double(lags), rate: 0.5)
            .complement(size * (size + 2) * statistic)
    }
}
