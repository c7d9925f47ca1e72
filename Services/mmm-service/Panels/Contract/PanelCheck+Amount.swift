// Whether there is enough to learn from.
extension PanelCheck {
    mutating func checkAmount() {
        let days = panel.periods.count * panel.daysPerPeriod
        let has = Figure.count(panel.periods.count, noun)
        let least = PanelThresholds.leastDays / panel.daysPerPeriod
        let seasonal = PanelThresholds.seasonalDays / panel.daysPerPeriod
        if days < PanelThresholds.leastDays {
            findings.add(
                PanelFinding(
                    .refuses,
                    .tooFewPeriods,
                    problem: "\(has), of which nothing can be learnt about carry-over",
                    remedy: "send \(least) or more, better \(seasonal)"
                )
            )
        } else if days < PanelThresholds.seasonalDays {
            findings.add(
                PanelFinding(
                    .warns,
                    .tooFewPeriods,
                    problem: "\(has): each season is seen less than twice, and may be taken for an"
                        + " effect of media",
                    remedy: "send \(Figure.grouped(seasonal)) or more if there are"
                )
            )
        }
        checkParameters()
    }

    private mutating func checkParameters() {
        let parameters = max(1, contract.parameters ?? panel.usualParameters)
        let perParameter = Double(panel.cells) / Double(parameters)
        guard perParameter < PanelThresholds.fewCellsPerParameter else { return }
        let refuses = perParameter < PanelThresholds.leastCellsPerParameter
        let cells =
            isNational
            ? Figure.count(panel.cells, noun)
            : "\(Figure.count(panel.cells, "row")) of geos and \(noun)s"
        findings.add(
            PanelFinding(
                refuses ? .refuses : .warns,
                .fewPerParameter,
                problem: "\(cells) for \(Figure.count(parameters, "parameter")), which is "
                    + "\(Figure.text(perParameter)) for each: priors will say more than data",
                remedy: "send more \(noun)s or geos, join small channels, or leave out controls;"
                    + " \(Figure.text(PanelThresholds.fewCellsPerParameter)) for each are good"
            )
        )
    }
}

extension Panel {
    /// How many parameters a usual model of the panel has.
    ///
    /// An intercept for each geo, noise, a trend and four waves of the year; strength, carry-over
    /// and saturation of each channel and organic medium, and one more for the frequency of those
    /// with reach; one for each treatment and control.
    public var usualParameters: Int {
        let reached = channels.count {
            if case .reach = $0.exposure { true } else { false }
        }
        return geos.count + 6 + 3 * (channels.count + organic.count) + reached + treatments.count
            + controls.count
    }
}
