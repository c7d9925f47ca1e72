internal import Numerics

// Whether the outcome can be explained.
extension PanelCheck {
    mutating func checkOutcome() {
        let values = panel.outcome.values
        let found = values.indices.filter { values[$0].isFinite }
        guard let first = found.first else { return }
        if found.allSatisfy({ values[$0] == 0 }) {
            return refuseOutcome(
                .outcomeZero,
                "the outcome is 0 in every \(cellNoun)",
                "check that the column is the one that was meant, and was exported"
            )
        }
        if found.allSatisfy({ values[$0] == values[first] }) {
            return refuseOutcome(
                .outcomeConstant,
                "the outcome is \(Figure.text(values[first])) in every \(cellNoun), so that nothing"
                    + " can have moved it",
                "check that the column is the one that was meant"
            )
        }
        warnOfGeos()
        let negative = found.filter { values[$0] < 0 }
        if !negative.isEmpty {
            warnOutcome(
                .outcomeNegative,
                negative,
                "the outcome is below 0 in \(counted(negative.count)): \(places(negative)), and "
                    + "\(Figure.text(negative.reduce(0) { $0 + values[$1] })) together",
                "book refunds on the day of the sale, or take an outcome before refunds"
            )
        }
        let zeros = found.filter { values[$0] == 0 }
        if Double(zeros.count) > PanelThresholds.zeroShare * Double(found.count) {
            warnOutcome(
                .outcomeSparse,
                zeros,
                "the outcome is 0 in \(counted(zeros.count))",
                "take weeks instead of days, larger geos, or an outcome that happens more often"
            )
        }
        warnOfOutliers()
    }

    private mutating func refuseOutcome(_ rule: PanelRule, _ problem: String, _ remedy: String) {
        findings.add(
            PanelFinding(
                .refuses,
                rule,
                columns: [panel.outcome.name],
                problem: problem,
                remedy: remedy
            )
        )
    }

    private mutating func warnOutcome(
        _ rule: PanelRule,
        _ cells: [Int],
        _ problem: String,
        _ remedy: String
    ) {
        findings.add(
            PanelFinding(
                .warns,
                rule,
                columns: [panel.outcome.name],
                periods: periods(cells),
                problem: problem,
                remedy: remedy
            )
        )
    }

    /// Geos whose own outcome does not vary.
    private mutating func warnOfGeos() {
        let flat = panel.geos.indices.filter { geo in
            let values = panel.outcome.values[cells(of: geo)].filter(\.isFinite)
            return values.count > 1 && values.allSatisfy { $0 == values[0] }
        }
        guard !flat.isEmpty else { return }
        let names = flat.map { panel.geos[$0].name }
        findings.add(
            PanelFinding(
                .warns,
                .outcomeConstant,
                columns: [panel.outcome.name],
                geo: names.count == 1 ? names[0] : nil,
                problem: "the outcome never changes in \(Figure.list(names))",
                remedy: "leave \(names.count == 1 ? "it" : "them") out, or join with other geos"
            )
        )
    }

    /// Values far from the others of their geo.
    private mutating func warnOfOutliers() {
        var far: [(cell: Int, score: Double)] = []
        let chance = PanelThresholds.outlierChance / Double(2 * panel.cells)
        let line = max(
            PanelThresholds.outlier,
            Normal(mean: 0, scale: 1).quantile(complement: chance)
        )
        for geo in panel.geos.indices {
            let cells = cells(of: geo)
            let scores = Statistics.robustScores(Array(panel.outcome.values[cells]))
            for (place, score) in scores.enumerated() where abs(score) > line {
                far.append((cells.lowerBound + place, score))
            }
        }
        far.sort { (abs($1.score), $0.cell) < (abs($0.score), $1.cell) }
        guard let worst = far.first else { return }
        let value = Figure.text(panel.outcome.values[worst.cell])
        let place = isNational ? "" : "\(geo(worst.cell)) in "
        warnOutcome(
            .outcomeOutlier,
            far.prefix(PanelFinding.mostPeriods).map(\.cell),
            "\(counted(far.count)) are unlike all others; farthest is \(place)"
                + "\(period(worst.cell)) with \(value), \(Figure.text(abs(worst.score))) robust"
                + " deviations from the median",
            "check them; what had a cause, such as an event or a strike, gets a control"
        )
    }

    // MARK: Value

    mutating func checkValue() {
        guard let value = panel.valuePerOutcome else {
            if contract.asksForReturn, !contract.isOutcomeMoney {
                refuseOutcome(
                    .outcomeValue,
                    "return on spend is asked for, and what one \(panel.outcome.name) earns is not"
                        + " known",
                    "add a column of value per outcome, take revenue as the outcome, or ask for"
                        + " cost per outcome instead"
                )
            }
            return
        }
        let worthless = value.indices.filter {
            value[$0].isFinite && value[$0] <= 0 && panel.outcome.values[$0] != 0
        }
        guard !worthless.isEmpty else { return }
        warnOutcome(
            .outcomeValue,
            worthless,
            "one \(panel.outcome.name) earns nothing or less in \(counted(worthless.count)): "
                + places(worthless),
            "write what one earns on average, where it is not known that of other periods"
        )
    }
}
