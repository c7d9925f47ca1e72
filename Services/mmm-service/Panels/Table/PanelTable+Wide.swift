extension PanelTable {
    /// A table with a column for each series, of one with a row for each.
    ///
    /// Rows that agree in all other columns become one. A series `tv` with a single value column is
    /// the column `tv`; with the value columns `spend` and `impressions` it is the columns
    /// `tv_spend` and `tv_impressions`.
    ///
    /// - Parameters:
    ///   - names: the column that says which series a row is of.
    ///   - values: the columns that say how much.
    ///   - absent: what stands in the cells of a series that has no row.
    /// - Returns: the table; rows stand where the first of each stood.
    /// - Throws: what is wrong: columns that are not there, series named twice in a row's place.
    public func widened(
        by names: String,
        values: [String],
        absent: String = ""
    ) throws(PanelFindings) -> PanelTable {
        var findings = PanelFindings()
        for name in [names] + values where column(name) == nil {
            findings.add(.unknownColumn(name, in: self))
        }
        guard !findings.isRefusal, let nameColumn = column(names), !values.isEmpty else {
            throw findings
        }
        let valueColumns = values.compactMap { column($0) }
        let keys = columns.indices.filter { $0 != nameColumn && !valueColumns.contains($0) }
        var series: [String: Int] = [:]
        var order: [String] = []
        var groups: [[ArraySlice<UInt8>]: Int] = [:]
        var firstRows: [Int] = []
        var rows: [[Int: Int]] = []
        for row in 0..<rowCount {
            let name = self[row, nameColumn]
            let place = series[name] ?? order.count
            if place == order.count {
                series[name] = place
                order.append(name)
            }
            let key = keys.map { bytes(row, $0) }
            let group = groups[key] ?? rows.count
            if group == rows.count {
                groups[key] = group
                firstRows.append(row)
                rows.append([:])
            }
            if let other = rows[group].updateValue(row, forKey: place) {
                findings.add(.duplicateSeries(name, fileRow(row), fileRow(other)))
            }
        }
        let width = keys.count + order.count * values.count
        if width > Self.mostColumns || width * rows.count > Self.mostCells {
            findings.add(.tooWide(names, order.count, rows.count))
        }
        if findings.isRefusal { throw findings }
        var builder = PanelTableBuilder()
        let filling = Array(absent.utf8)[...]
        for (group, first) in firstRows.enumerated() {
            for key in keys { builder.add(cell: bytes(first, key)) }
            for place in order.indices {
                for value in valueColumns {
                    builder.add(cell: rows[group][place].map { bytes($0, value) } ?? filling)
                }
            }
            builder.endRow(fileRow: fileRow(first))
        }
        let wide = order.flatMap { name in
            values.count == 1 ? [name] : values.map { "\(name)_\($0)" }
        }
        return builder.table(columns: keys.map { columns[$0] } + wide, separator: separator)
    }
}

extension PanelFinding {
    /// A role or an argument that names a column that there is not.
    static func unknownColumn(_ name: String, in table: PanelTable) -> PanelFinding {
        PanelFinding(
            .refuses,
            .unknownColumn,
            columns: [name],
            problem: "there is no such column",
            remedy: "name one of \(Figure.list(table.columns, most: 20))"
        )
    }

    fileprivate static func duplicateSeries(
        _ name: String,
        _ row: Int,
        _ other: Int
    ) -> PanelFinding {
        PanelFinding(
            .refuses,
            .duplicateRow,
            columns: [name],
            row: row,
            problem: "this row and row \(other) are of the same series, day and place",
            remedy: "keep one of them, or add them up"
        )
    }

    fileprivate static func tooWide(_ names: String, _ series: Int, _ rows: Int) -> PanelFinding {
        PanelFinding(
            .refuses,
            .tooLarge,
            columns: [names],
            problem: "\(Figure.grouped(series)) series and \(Figure.count(rows, "row")) are too"
                + " many for one table",
            remedy: "send fewer series, or check that \(names) is the column that names them"
        )
    }
}
