// Whether every geo and period has its numbers.
extension PanelCheck {
    mutating func checkCoverage() {
        let columns = columns
        let isThere = (0..<panel.cells).map { cell in
            columns.contains { $0.values[cell].isFinite }
        }
        let isGap = panel.periods.indices.map { period in
            panel.geos.indices.allSatisfy { !isThere[$0 * panel.periods.count + period] }
        }
        refuseGaps(isGap)
        let ranges = panel.geos.indices.map { geo in
            let there = panel.periods.indices.filter { isThere[cells(of: geo).lowerBound + $0] }
            return (there.first ?? 0)...max(there.first ?? 0, there.last ?? 0)
        }
        refuseRanges(ranges)
        for geo in panel.geos.indices {
            let missing = ranges[geo].filter {
                !isThere[cells(of: geo).lowerBound + $0] && !isGap[$0]
            }
            refuseMissingCells(geo, missing)
        }
        for (name, values) in columns {
            refuseMissingValues(name, values.indices.filter { isThere[$0] && !values[$0].isFinite })
        }
    }

    private mutating func refuseGaps(_ isGap: [Bool]) {
        let gaps = isGap.indices.filter { isGap[$0] }
        guard !gaps.isEmpty else { return }
        findings.add(
            PanelFinding(
                .refuses,
                .gap,
                periods: gaps.map { panel.periods[$0] },
                problem: "\(Figure.count(gaps.count, noun)) of \(isGap.count) are missing between "
                    + "\(panel.periods[0]) and \(panel.periods[isGap.count - 1]), the first of them"
                    + " \(panel.periods[gaps[0]])",
                remedy: "add a row for each; where nothing was spent or sold, write 0"
            )
        )
    }

    private mutating func refuseRanges(_ ranges: [ClosedRange<Int>]) {
        guard let first = ranges.map(\.lowerBound).max(),
            let last = ranges.map(\.upperBound).min(), Set(ranges).count > 1
        else { return }
        let whole = ranges.contains { $0 == 0...panel.periods.count - 1 }
        let short = ranges.indices.filter { ranges[$0] != 0...panel.periods.count - 1 }
        let names = short.map { geo in
            let range = ranges[geo]
            let (from, to) = (panel.periods[range.lowerBound], panel.periods[range.upperBound])
            return "\(panel.geos[geo].name) has \(from) to \(to)"
        }
        let common =
            first <= last
            ? "keep \(panel.periods[first]) to \(panel.periods[last]), which all have"
            : "keep geos that have days in common"
        findings.add(
            PanelFinding(
                .refuses,
                .differentRanges,
                geo: short.count == 1 ? panel.geos[short[0]].name : nil,
                problem: "geos begin or end at different times: \(Figure.list(names, most: 4))"
                    + (whole ? ", others have all" : ""),
                remedy: "\(common), or leave these geos out"
            )
        )
    }

    private mutating func refuseMissingCells(_ geo: Int, _ missing: [Int]) {
        guard !missing.isEmpty else { return }
        let name = panel.geos[geo].name
        findings.add(
            PanelFinding(
                .refuses,
                .missingCells,
                geo: name,
                periods: missing.map { panel.periods[$0] },
                problem: "\(Figure.count(missing.count, noun)) of \(panel.periods.count) are"
                    + " missing that other geos have, the first of them "
                    + "\(panel.periods[missing[0]])",
                remedy: "add the rows, with 0 where nothing was spent or sold, or leave \(name) out"
            )
        )
    }

    private mutating func refuseMissingValues(_ name: String, _ missing: [Int]) {
        guard !missing.isEmpty else { return }
        findings.add(
            PanelFinding(
                .refuses,
                .missingValue,
                columns: [name],
                geo: isNational ? nil : geo(missing[0]),
                periods: periods(missing),
                problem: "there is no number in \(counted(missing.count)): \(places(missing))",
                remedy: "fill them in, with 0 where there was nothing; what is not known for long"
                    + " is better left out as a column"
            )
        )
    }
}

// Whether geos can be scaled by their people.
extension PanelCheck {
    mutating func checkPopulations() {
        let bad = panel.geos.filter { !($0.population > 0 && $0.population.isFinite) }
        if !bad.isEmpty {
            findings.add(
                PanelFinding(
                    .refuses,
                    .geoPopulation,
                    geo: bad.count == 1 ? bad[0].name : nil,
                    problem: "\(Figure.count(bad.count, "geo")) of \(panel.geos.count) without a"
                        + " population: \(Figure.list(bad.map(\.name)))",
                    remedy: "add a column of populations, or say that all geos count as equally"
                        + " large"
                )
            )
            return
        }
        guard panel.geos.count >= PanelThresholds.comparableGeos,
            Set(panel.geos.map(\.population)).count > 1
        else { return }
        let outcomes = panel.geos.indices.map { geo in
            cells(of: geo).reduce(0) { $0 + panel.outcome.values[$1] }
        }
        guard outcomes.allSatisfy(\.isFinite) else { return }
        compare(panel.geos.map(\.population), outcomes)
    }

    private mutating func compare(_ populations: [Double], _ outcomes: [Double]) {
        let order = Statistics.correlation(
            Statistics.ranks(populations),
            Statistics.ranks(outcomes)
        )
        let perHead = zip(outcomes, populations).map { $0 / $1 }
        let least = perHead.indices.min { perHead[$0] < perHead[$1] } ?? 0
        let most = perHead.indices.max { perHead[$0] < perHead[$1] } ?? 0
        let range =
            "\(panel.outcome.name) per head is from \(Figure.text(perHead[least])) in "
            + "\(panel.geos[least].name) to \(Figure.text(perHead[most])) in "
            + panel.geos[most].name
        let remedy =
            "check that populations are of the same places as the outcome; if they are right, let"
            + " all geos count as equally large"
        if order < PanelThresholds.leastPopulationCorrelation {
            findings.add(
                PanelFinding(
                    .warns,
                    .populationMismatch,
                    problem: "geos with more people do not have more \(panel.outcome.name) (rank"
                        + " correlation \(Figure.text(order))): \(range)",
                    remedy: remedy
                )
            )
        } else if perHead[most] > PanelThresholds.perHeadFactor * perHead[least] {
            findings.add(
                PanelFinding(.notes, .populationMismatch, problem: range, remedy: remedy)
            )
        }
    }
}
