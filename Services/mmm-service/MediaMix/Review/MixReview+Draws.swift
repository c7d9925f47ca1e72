internal import Panels

extension MixReview.Subject {
    /// Chains that differ have not found the same answer: by the limits of trainings.
    func convergence() -> ReviewCheck {
        let chains = fit.draws.chains.count
        guard chains > 1 else {
            return ReviewCheck(
                .convergence,
                .review,
                "There is one chain of \(Figure.grouped(fit.draws.count)) draws, so that nothing "
                    + "can be said of convergence: this is a first look.",
                remedy: "Train the model by NUTS with four chains before acting on it."
            )
        }
        // Where R-hat cannot be told of what varies, chains stand still in different places.
        let varying = results.parameters.filter { $0.deviation > 0 }
        // Rounding may leave them a deviation, and R-hat a number that is none.
        func hat(_ one: ParameterSummary) -> Double {
            let hat = one.rHat ?? .infinity
            return hat < 1e6 ? hat : .infinity
        }
        func size(_ one: ParameterSummary) -> Double { min(one.bulkESS ?? 0, one.tailESS ?? 0) }
        let worst = varying.max { hat($0) < hat($1) }
        let least = varying.min { size($0) < size($1) }
        let total = chains * fit.draws.count
        let (largest, draws) = (worst.map(hat) ?? 1, least.map(size) ?? Double(total))
        let share = Double(divergences ?? 0) / Double(total)
        let status = max(
            ReviewCheck.Status(largest, MixConvergence.rHatLimits),
            ReviewCheck.Status(
                -draws,
                (
                    -MixConvergence.sizeLimits.warns * Double(chains),
                    -MixConvergence.sizeLimits.fails * Double(chains)
                )
            ),
            ReviewCheck.Status(share, MixConvergence.divergenceLimits)
        )
        let bad = varying.filter { hat($0) > MixConvergence.rHatLimits.warns }.map(\.name)
        let diverged = divergences.map { ", and \(Figure.count($0, "draw")) diverged" } ?? ""
        let others = bad.count > 1 ? " Parameters above 1.01: \(Figure.list(bad))." : ""
        return ReviewCheck(
            .convergence,
            status,
            "The largest R-hat is \(Figure.text(largest)) (\(worst?.name ?? "no parameter")), the "
                + "fewest effective draws are \(Figure.grouped(Int(draws))) "
                + "(\(least?.name ?? "no parameter"))\(diverged).\(others)",
            remedy: "Train with more warm-up and draws; if it stays, the data cannot tell "
                + "\(worst?.name ?? "a parameter") from another: give it a narrower prior, or "
                + "join channels that always run together."
        )
    }

    /// A posterior as wide as its prior, and in the same place, says what was believed before.
    func nothingLearnt() -> ReviewCheck {
        let effects = model.slots.media.map { model.layout.parameters[$0.effect].name }
        let own = results.priors.filter { effects.contains($0.name) && $0.deviationLeft != nil }
        let same = own.filter { $0.deviationLeft ?? 0 > 0.9 && abs($0.shift ?? 1) < 0.2 }
        let most = own.max { $0.deviationLeft ?? 0 < $1.deviationLeft ?? 0 }
        let left = Figure.percent(most?.deviationLeft ?? 0)
        guard !same.isEmpty else {
            return ReviewCheck(
                .nothingLearnt,
                .pass,
                most.map {
                    "The data have changed what was believed of every medium; most of the prior's "
                        + "deviation is left of \($0.name): \(left)."
                } ?? "The strengths of all media were given, so that none was to be learnt."
            )
        }
        return ReviewCheck(
            .nothingLearnt,
            .review,
            "Of \(Figure.list(same.map(\.name))) the data say next to nothing: up to \(left) of "
                + "the prior's deviation is left, and the mean has hardly moved.",
            remedy: "Read these returns as the prior's. Vary the spend of these channels, run a "
                + "lift test and calibrate with it, or join them with a channel like them."
        )
    }

    /// A return somewhere between nothing and twice as much is no ground for a decision.
    func highVariance() -> ReviewCheck? {
        let returns = results.returns.all.compactMap { channel in
            channel.roi.map { (channel.name, $0) }
        }
        guard !returns.isEmpty else { return nil }
        func width(_ roi: MixEstimate) -> Double {
            abs(roi.median) > 0 ? (roi.upper - roi.lower) / abs(roi.median) : .infinity
        }
        let worst = returns.max { width($0.1) < width($1.1) } ?? returns[0]
        let wide = returns.filter { width($0.1) > 2 }
        let level = Figure.percent(results.options.level)
        return ReviewCheck(
            .highVariance,
            wide.isEmpty ? .pass : .review,
            (wide.isEmpty
                ? "Returns are told well enough: the least sure, that of \(worst.0), is "
                : wide.count == 1
                    ? "The return of \(worst.0) is hardly known: it is "
                    : "The returns of \(Figure.list(wide.map(\.0))) are hardly known: the least "
                        + "sure, that of \(worst.0), is ")
                + "\(Figure.text(worst.1.median)), with \(level) between "
                + "\(Figure.text(worst.1.lower)) and \(Figure.text(worst.1.upper)).",
            remedy: "Calibrate these channels with lift tests, give the model more periods or "
                + "geos, or say more of them in priors; do not move their budgets by this model."
        )
    }
}
