// Whether the parts of a panel fit each other.
extension PanelCheck {
    mutating func checkShape() {
        let (cells, overflows) = panel.geos.count.multipliedReportingOverflow(
            by: panel.periods.count
        )
        if panel.geos.isEmpty || panel.periods.isEmpty {
            return refuseShape("the panel has no \(panel.geos.isEmpty ? "geo" : "period")")
        }
        guard !overflows, cells <= Panel.mostNumbers / columns.count else {
            return refuseShape("the panel has more than \(Panel.mostNumbers) numbers")
        }
        if panel.daysPerPeriod != 1, panel.daysPerPeriod != 7 {
            refuseShape("periods have \(panel.daysPerPeriod) days, which must be 1 or 7")
        }
        let uneven = zip(panel.periods, panel.periods.dropFirst()).first {
            $1.number - $0.number != panel.daysPerPeriod
        }
        if let (day, next) = uneven {
            refuseShape("the period after \(day) starts on \(next)")
        }
        for (name, values) in columns where values.count != cells {
            refuseShape("\(name) has \(values.count) numbers for \(cells) cells")
        }
        refuseNames("geo", panel.geos.map(\.name))
        refuseNames("channel", panel.channels.map(\.name))
        let others = panel.organic + panel.treatments + panel.controls
        refuseNames("column", [panel.outcome.name] + others.map(\.name))
        if panel.channels.isEmpty {
            findings.add(
                PanelFinding(
                    .refuses,
                    .noChannel,
                    problem: "there is no channel, so there is no spend to learn from",
                    remedy: "add a column of spend for each channel"
                )
            )
        }
    }

    private mutating func refuseShape(_ problem: String) {
        findings.add(
            PanelFinding(
                .refuses,
                .shape,
                problem: problem,
                remedy: "give each geo and period one number in each column, in order, no gaps"
            )
        )
    }

    private mutating func refuseNames(_ kind: String, _ names: [String]) {
        var seen: Set<String> = []
        for name in names {
            if name.isEmpty { refuseShape("a \(kind) has no name") }
            if !seen.insert(name).inserted { refuseShape("two \(kind)s are called \(name)") }
        }
    }
}
