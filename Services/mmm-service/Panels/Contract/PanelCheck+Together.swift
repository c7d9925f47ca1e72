// Whether columns can be told from each other.
extension PanelCheck {
    mutating func checkTogether() {
        let named = comparable()
        do {
            guard let together = try Collinearity(named.map(\.values)) else { return }
            tell(together, together.places.map { named[$0] })
        } catch {
            findings.add(
                PanelFinding(
                    .warns,
                    .condition,
                    problem: "whether columns can be told from each other was not found out:"
                        + " \(error)",
                    remedy: "look at the columns' sizes: some may be far too large"
                )
            )
        }
    }

    private mutating func tell(_ together: Collinearity, _ columns: [Comparable]) {
        var paired: Set<Int> = []
        for one in columns.indices {
            for other in columns.indices where other > one {
                guard columns[one].isChannel else { continue }
                let correlation = together.correlation(one, other)
                guard abs(correlation) >= PanelThresholds.highCorrelation else { continue }
                paired.formUnion([one, other])
                tellPair(columns[one].name, columns[other], correlation)
            }
        }
        for place in columns.indices where columns[place].isChannel && !paired.contains(place) {
            tellInflation(
                columns[place].name,
                together.inflations[place],
                together.partners(of: place).map { columns[$0].name }
            )
        }
        for (index, members) in together.dependencies(beyond: PanelThresholds.highCondition) {
            let isKnown = members.count == 2 && paired.isSuperset(of: members)
            guard !isKnown, members.contains(where: { columns[$0].isChannel }) else { continue }
            tellDependency(index, members.map { columns[$0].name })
        }
        tellTrends(columns)
    }

    /// A column that the model tells effects of.
    private struct Comparable {
        let name: String
        let isChannel: Bool
        /// Within geos, of cells that have all numbers.
        var values: [Double]
    }

    /// Columns less the mean of each geo, media per head, channels first.
    ///
    /// That is what the model sees of them beside the geos' own levels.
    private func comparable() -> [Comparable] {
        let heads = panel.geos.map { $0.population > 0 ? $0.population : 1 }
        let perHead = { (values: [Double]) in
            values.indices.map { values[$0] / heads[$0 / panel.periods.count] }
        }
        var columns = panel.channels.map {
            Comparable(name: $0.name, isChannel: true, values: perHead($0.units))
        }
        columns += panel.organic.map {
            Comparable(name: $0.name, isChannel: false, values: perHead($0.values))
        }
        columns += (panel.treatments + panel.controls).map {
            Comparable(name: $0.name, isChannel: false, values: $0.values)
        }
        let whole = (0..<panel.cells).map { cell in
            columns.allSatisfy { $0.values[cell].isFinite }
        }
        for place in columns.indices {
            let values = columns[place].values
            columns[place].values = panel.geos.indices.flatMap { geo in
                let cells = cells(of: geo).filter { whole[$0] }
                let mean = cells.reduce(0) { $0 + values[$1] } / Double(max(1, cells.count))
                // What does not vary is nothing, not rounding.
                let isFlat = cells.allSatisfy { values[$0] == values[cells[0]] }
                return cells.map { isFlat ? 0 : values[$0] - mean }
            }
        }
        return columns
    }

    private mutating func tellPair(_ one: String, _ other: Comparable, _ correlation: Double) {
        let isSame = abs(correlation) >= PanelThresholds.sameCorrelation
        let way = correlation > 0 ? "together" : "against each other"
        findings.add(
            PanelFinding(
                isSame ? .refuses : .warns,
                other.isChannel ? .channelsTogether : .channelWithControl,
                columns: [one, other.name],
                problem: "they move \(way) (correlation \(Figure.text(correlation))), so that what"
                    + " one did cannot be told from the other",
                remedy: other.isChannel
                    ? "join them into one channel, or spend on them at different times"
                    : "leave \(other.name) out if \(one) causes it; if it causes \(one), send"
                        + " weeks in which they differ"
            )
        )
    }

    private mutating func tellInflation(_ name: String, _ inflation: Double, _ others: [String]) {
        guard inflation > PanelThresholds.highInflation else { return }
        let isExtreme = inflation > PanelThresholds.extremeInflation
        let wider =
            inflation.isFinite
            ? "which makes its interval \(Figure.text(inflation.squareRoot())) times as wide"
                + " (variance inflation \(Figure.text(inflation)))"
            : "exactly"
        findings.add(
            PanelFinding(
                isExtreme ? .refuses : .warns,
                .variance,
                columns: [name] + others,
                problem: "\(name) can be made up of \(Figure.list(others)), \(wider)",
                remedy: "join channels that are bought together, leave out a control that says the"
                    + " same, or add an experiment's result"
            )
        )
    }

    private mutating func tellDependency(_ index: Double, _ names: [String]) {
        findings.add(
            PanelFinding(
                .warns,
                .condition,
                columns: names,
                problem: "these columns nearly add up to nothing (condition index "
                    + "\(Figure.text(index))): only their sum can be known, not each",
                remedy: "leave one of them out, or join those that belong together"
            )
        )
    }

    /// Channels that grow or shrink steadily.
    private mutating func tellTrends(_ columns: [Comparable]) {
        guard let count = columns.first?.values.count,
            count == panel.cells
        else { return }
        let trend = (0..<count).map { Double($0 % panel.periods.count) }
        for column in columns where column.isChannel {
            let correlation = Statistics.correlation(column.values, trend)
            guard abs(correlation) >= PanelThresholds.highCorrelation else { continue }
            let way = correlation > 0 ? "grows" : "shrinks"
            findings.add(
                PanelFinding(
                    .warns,
                    .channelWithTrend,
                    columns: [column.name],
                    problem: "the channel \(way) steadily (correlation with time "
                        + "\(Figure.text(correlation))), so that its effect cannot be told from"
                        + " that of the business itself",
                    remedy: "vary the channel, or add an experiment's result as evidence"
                )
            )
        }
    }
}
