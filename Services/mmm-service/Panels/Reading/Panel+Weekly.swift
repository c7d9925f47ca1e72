extension PanelReading {
    /// The panel in weeks, of one in days.
    ///
    /// Spend, exposure, reach, organic media and the outcome are added up; treatments and controls
    /// are means over the week; frequency and the value of an outcome are means weighted by reach
    /// and by the outcome, so that impressions and revenue stay what they were. Weeks at the ends
    /// that lack days are dropped, and said.
    ///
    /// - Parameter first: the day that weeks begin on.
    /// - Returns: the panel in weeks; one that is in weeks already stays as it is.
    /// - Throws: that there is no week with all of its days.
    public func weekly(beginning first: PanelWeekday) throws(PanelFindings) -> PanelReading {
        guard panel.daysPerPeriod == 1, let start = panel.periods.first else { return self }
        let lead = (first.rawValue - start.weekday.rawValue + 7) % 7
        let weeks = (panel.periods.count - lead) / 7
        var found = findings
        guard weeks > 0 else {
            found.add(Self.noWeek(panel.periods, first))
            throw found
        }
        let rest = panel.periods.count - lead - 7 * weeks
        let dropped = panel.periods.prefix(lead) + panel.periods.suffix(rest)
        if !dropped.isEmpty { found.add(Self.incomplete(Array(dropped), lead, rest)) }
        let fold = WeekFold(geos: panel.geos.count, days: panel.periods.count, lead, weeks)
        return PanelReading(
            panel: fold.panel(panel),
            isOutcomeMoney: isOutcomeMoney,
            findings: found
        )
    }

    private static func noWeek(_ days: [PanelDay], _ first: PanelWeekday) -> PanelFinding {
        PanelFinding(
            .refuses,
            .tooFewPeriods,
            periods: days,
            problem: "\(Figure.count(days.count, "day")) hold no whole week from a \(first.name)",
            remedy: "send more days, two years of them or more"
        )
    }

    private static func incomplete(_ days: [PanelDay], _ lead: Int, _ rest: Int) -> PanelFinding {
        PanelFinding(
            .notes,
            .incompleteWeek,
            periods: days,
            problem: "\(Figure.count(lead, "day")) at the start and \(rest) at the end are of weeks"
                + " that lack days, and are left out",
            remedy: "send the days that are missing, or begin weeks on another day"
        )
    }
}

/// Makes weeks of days.
private struct WeekFold {
    private let geos: Int
    private let days: Int
    private let lead: Int
    private let weeks: Int

    init(geos: Int, days: Int, _ lead: Int, _ weeks: Int) {
        (self.geos, self.days, self.lead, self.weeks) = (geos, days, lead, weeks)
    }

    func panel(_ daily: Panel) -> Panel {
        var weekly = daily
        weekly.daysPerPeriod = 7
        weekly.periods = (0..<weeks).map { daily.periods[lead + 7 * $0] }
        weekly.outcome.values = sums(daily.outcome.values)
        weekly.valuePerOutcome = daily.valuePerOutcome.map {
            means($0, weights: daily.outcome.values)
        }
        weekly.channels = daily.channels.map { channel in
            var folded = channel
            folded.spend = sums(channel.spend)
            switch channel.exposure {
            case .spend: break
            case .units(let units): folded.exposure = .units(sums(units))
            case .reach(let reach, let frequency):
                folded.exposure = .reach(sums(reach), frequency: means(frequency, weights: reach))
            }
            return folded
        }
        weekly.organic = daily.organic.map { .init(name: $0.name, values: sums($0.values)) }
        let mean = { (column: PanelColumn) in
            PanelColumn(name: column.name, values: sums(column.values).map { $0 / 7 })
        }
        weekly.treatments = daily.treatments.map(mean)
        weekly.controls = daily.controls.map(mean)
        return weekly
    }

    /// The sums of weeks; NaN where a day is.
    private func sums(_ values: [Double]) -> [Double] {
        fold { start in values[start..<start + 7].reduce(0, +) }
    }

    /// The means of weeks, each day weighing as much as something of it; plain ones where nothing
    /// weighs.
    private func means(_ values: [Double], weights: [Double]) -> [Double] {
        fold { start in
            let week = start..<start + 7
            let weight = week.reduce(0) { $0 + weights[$1] }
            if weight == 0 { return values[week].reduce(0, +) / 7 }
            return week.reduce(0) { $0 + values[$1] * weights[$1] } / weight
        }
    }

    private func fold(_ week: (Int) -> Double) -> [Double] {
        (0..<geos).flatMap { geo in
            (0..<weeks).map { week(geo * days + lead + 7 * $0) }
        }
    }
}
