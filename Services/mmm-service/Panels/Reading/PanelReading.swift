/// A panel, and what is to be known of how it was made.
public struct PanelReading: Sendable, Equatable {
    /// The panel.
    public var panel: Panel
    /// Whether its outcome is money.
    public var isOutcomeMoney: Bool
    /// What was left out or changed; nothing of it refuses.
    public var findings: PanelFindings

    /// A panel that was made elsewhere.
    ///
    /// - Parameters:
    ///   - panel: the panel.
    ///   - isOutcomeMoney: whether its outcome is money.
    ///   - findings: what is to be known of how it was made.
    public init(
        panel: Panel,
        isOutcomeMoney: Bool,
        findings: PanelFindings = PanelFindings()
    ) {
        self.panel = panel
        self.isOutcomeMoney = isOutcomeMoney
        self.findings = findings
    }
}

extension PanelReading {
    /// Reads a table into a panel: geos by name, periods by day, whatever the order of rows.
    ///
    /// Days are periods if most rows follow each other day by day, weeks if week by week. A cell
    /// without a number, and one whose row is missing, is NaN, which ``PanelContract`` judges.
    ///
    /// - Parameters:
    ///   - table: rows, one for each geo and period.
    ///   - roles: what the columns are.
    ///   - format: how days and numbers are written, where that cannot be told.
    /// - Throws: all that is wrong, up to ``PanelFindings/most``.
    public init(
        _ table: PanelTable,
        roles: PanelRoles,
        format: PanelFormat = PanelFormat()
    ) throws(PanelFindings) {
        var reader = PanelTableReader(table, roles, format)
        self = try reader.read()
    }
}

/// Reads a table into a panel.
private struct PanelTableReader {
    private let table: PanelTable
    private let format: PanelFormat
    private let hasEqualPopulations: Bool
    private let plan: RolePlan
    private var findings = PanelFindings()
    private var geos: [String] = []
    /// The cell of the panel that each row fills.
    private var cells: [Int] = []
    private var count = 0

    /// The most different words of a column of events.
    private static let mostEvents = 100

    init(_ table: PanelTable, _ roles: PanelRoles, _ format: PanelFormat) {
        self.table = table
        self.format = format
        hasEqualPopulations = roles.hasEqualPopulations
        plan = RolePlan(roles, table, &findings)
    }

    mutating func read() throws(PanelFindings) -> PanelReading {
        if findings.isRefusal { throw findings }
        if table.rowCount == 0 {
            findings.add(
                PanelFinding(
                    .refuses,
                    .empty,
                    problem: "there are no rows",
                    remedy: "send a row for each period"
                )
            )
            throw findings
        }
        let days = DayColumn.read(plan.day, of: table, format.dayOrder, &findings)
        let geoOfRow = readGeos()
        let grid = PeriodGrid(days, table, plan.day, &findings)
        if let grid { fillCells(days, geoOfRow, grid) }
        let columns = readColumns()
        // Without a grid there is a refusal.
        guard let grid, !findings.isRefusal else { throw findings }
        var panel = Panel(
            periods: grid.periods,
            daysPerPeriod: grid.step,
            geos: [],
            outcome: column(plan.outcome, columns),
            valuePerOutcome: plan.value.map { spread(columns[$0] ?? []) },
            channels: plan.channels.map { channel($0, columns) },
            organic: plan.organic.map { column($0, columns) },
            treatments: plan.treatments.map { column($0, columns) },
            controls: plan.controls.map { column($0, columns) }
        )
        panel.geos = populations(columns)
        for place in plan.events { panel.controls += events(place) }
        if findings.isRefusal { throw findings }
        return PanelReading(panel: panel, isOutcomeMoney: plan.isMoney, findings: findings)
    }

    // MARK: Rows

    /// The place of each row's geo among all, by name.
    private mutating func readGeos() -> [Int] {
        guard let column = plan.geo else {
            geos = ["national"]
            return Array(repeating: 0, count: table.rowCount)
        }
        let names = (0..<table.rowCount).map { table[$0, column] }
        geos = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for (row, name) in names.enumerated() where name.isEmpty {
            findings.add(
                PanelFinding(
                    .refuses,
                    .required,
                    columns: [table.columns[column]],
                    row: table.fileRow(row),
                    text: name,
                    problem: "the place is missing",
                    remedy: "write the place, or take the row out"
                )
            )
        }
        let places = Dictionary(uniqueKeysWithValues: geos.enumerated().map { ($1, $0) })
        return names.map { places[$0] ?? 0 }
    }

    /// Finds the cell of each row; no two have the same.
    private mutating func fillCells(_ days: [PanelDay?], _ geoOfRow: [Int], _ grid: PeriodGrid) {
        let width = 1 + table.columns.count
        let (wanted, overflows) = geos.count.multipliedReportingOverflow(by: grid.periods.count)
        guard !overflows, wanted <= Panel.mostNumbers / width else {
            findings.add(sparse(grid, wanted))
            return
        }
        count = wanted
        var rows = Array(repeating: -1, count: count)
        for (row, day) in days.enumerated() {
            guard let place = day.flatMap(grid.place) else {
                cells.append(-1)
                continue
            }
            let cell = geoOfRow[row] * grid.periods.count + place
            cells.append(cell)
            if rows[cell] >= 0 {
                findings.add(duplicate(row, rows[cell], geos[geoOfRow[row]], grid.periods[place]))
            } else {
                rows[cell] = row
            }
        }
    }

    private func duplicate(
        _ row: Int,
        _ other: Int,
        _ geo: String,
        _ day: PanelDay
    ) -> PanelFinding {
        let place = plan.geo == nil ? "" : " of \(geo)"
        return PanelFinding(
            .refuses,
            .duplicateRow,
            columns: [table.columns[plan.day]],
            geo: plan.geo == nil ? nil : geo,
            periods: [day],
            row: table.fileRow(row),
            text: table[row, plan.day],
            problem: "\(day)\(place) is in row \(table.fileRow(other)) too",
            remedy: plan.geo == nil
                ? "keep one of the rows, or say which column is the geo"
                : "keep one of the rows, or add them up"
        )
    }

    private func sparse(_ grid: PeriodGrid, _ wanted: Int) -> PanelFinding {
        let (first, last) = (grid.periods[0], grid.periods[grid.periods.count - 1])
        let span = "\(Figure.count(geos.count, "geo")) and the days from \(first) to \(last)"
        return PanelFinding(
            .refuses,
            .sparse,
            problem: "\(span) make \(Figure.grouped(wanted)) cells, of which the file has "
                + Figure.count(table.rowCount, "row"),
            remedy: "look for a day far from the others, and whether the geo's column has places"
        )
    }

    // MARK: Columns

    /// The numbers of each column that has some, row by row.
    private mutating func readColumns() -> [Int: [Double]] {
        let used = plan.numeric
        let numbers = NumberColumns(table, used, decimal: format.decimal)
        var columns: [Int: [Double]] = [:]
        for place in used { columns[place] = numbers.read(place, &findings) }
        return columns
    }

    /// The numbers of rows, cell by cell.
    private func spread(_ rows: [Double]) -> [Double] {
        var values = Array(repeating: Double.nan, count: count)
        for (row, cell) in cells.enumerated() where cell >= 0 { values[cell] = rows[row] }
        return values
    }

    private func column(_ place: Int, _ columns: [Int: [Double]]) -> PanelColumn {
        PanelColumn(name: table.columns[place], values: spread(columns[place] ?? []))
    }

    private func channel(_ given: RolePlan.Channel, _ columns: [Int: [Double]]) -> PanelChannel {
        let values = { (place: Int?) in place.flatMap { columns[$0] }.map(spread) }
        var exposure = PanelChannel.Exposure.spend
        if let units = values(given.exposure) { exposure = .units(units) }
        if let reach = values(given.reach), let frequency = values(given.frequency) {
            exposure = .reach(reach, frequency: frequency)
        }
        return PanelChannel(name: given.name, spend: values(given.spend) ?? [], exposure: exposure)
    }

    /// A control for each word of a column of events: 1 where it stands.
    private mutating func events(_ place: Int) -> [PanelColumn] {
        let rows = (0..<table.rowCount).map { row in
            NumberText.isMissing(table.bytes(row, place)) ? "" : table[row, place]
        }
        let words = Set(rows).subtracting(["", "0"]).sorted()
        guard words.count <= Self.mostEvents else {
            findings.add(
                PanelFinding(
                    .refuses,
                    .manyEvents,
                    columns: [table.columns[place]],
                    problem: "\(Figure.grouped(words.count)) different words, each of which would"
                        + " be a control of its own; at most \(Self.mostEvents) are taken",
                    remedy: "give like events one word, or the column the role ignore"
                )
            )
            return []
        }
        return words.map { word in
            PanelColumn(
                name: "\(table.columns[place])=\(word)",
                values: spread(rows.map { $0 == word ? 1 : 0 })
            )
        }
    }

    // MARK: Populations

    /// The geos with the mean of the populations of their rows; NaN where there are none.
    private mutating func populations(
        _ columns: [Int: [Double]]
    ) -> [PanelGeo] {
        guard let place = plan.population else {
            let population = geos.count == 1 || hasEqualPopulations ? 1 : Double.nan
            return geos.map { PanelGeo(name: $0, population: population) }
        }
        let rows = columns[place] ?? []
        for (row, value) in rows.enumerated() where value <= 0 {
            findings.add(badPopulation(row, place))
        }
        // Cell by cell: sums round by their order, and that of rows is to be nothing.
        let values = spread(rows)
        let periods = count / geos.count
        var changing: [String] = []
        let places = geos.enumerated().map { geo, name in
            let found = values[geo * periods..<(geo + 1) * periods].filter { !$0.isNaN }
            guard let first = found.first else { return PanelGeo(name: name, population: .nan) }
            if found.allSatisfy({ $0 == first }) { return PanelGeo(name: name, population: first) }
            changing.append(name)
            let mean = found.reduce(0, +) / Double(found.count)
            return PanelGeo(name: name, population: mean)
        }
        if !changing.isEmpty { findings.add(changed(changing, place)) }
        return places
    }

    private func badPopulation(_ row: Int, _ column: Int) -> PanelFinding {
        PanelFinding(
            .refuses,
            .population,
            columns: [table.columns[column]],
            row: table.fileRow(row),
            text: table[row, column],
            problem: "a place has no people",
            remedy: "write how many people live there, the same in each of its rows"
        )
    }

    private func changed(_ geos: [String], _ column: Int) -> PanelFinding {
        PanelFinding(
            .notes,
            .population,
            columns: [table.columns[column]],
            problem: "the population of \(Figure.list(geos)) changes; its mean is taken",
            remedy: "write one number throughout if another is meant"
        )
    }
}

extension RolePlan {
    /// The columns that have numbers.
    var numeric: [Int] {
        let media = channels.flatMap { [$0.spend, $0.exposure, $0.reach, $0.frequency] }
        return ([population, outcome, value] + media).compactMap { $0 } + organic + treatments
            + controls
    }
}

extension Panel {
    /// The most numbers that a panel may have.
    static let mostNumbers = 4_000_000
}
