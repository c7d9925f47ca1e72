/// Reads a column of days: in one order, which its own days tell.
enum DayColumn {
    /// The days of a column.
    ///
    /// - Parameters:
    ///   - column: its place.
    ///   - table: where it is.
    ///   - order: what comes first, if it was said.
    ///   - findings: what is wrong is added to them.
    /// - Returns: a day for each row; nil where there is none.
    static func read(
        _ column: Int,
        of table: PanelTable,
        _ order: PanelFormat.DayOrder?,
        _ findings: inout PanelFindings
    ) -> [PanelDay?] {
        let texts = (0..<table.rowCount).map { DayText(table.bytes($0, column)) }
        let told = order ?? tell(texts)
        let name = table.columns[column]
        return texts.enumerated().map { row, text in
            if let day = told.flatMap({ text.day($0) }) { return day }
            if case .day(let day) = text { return day }
            if told == nil, let first = text.day(.dayFirst), first == text.day(.monthFirst) {
                return first
            }
            findings.add(refusal(text, told, name, table.fileRow(row), table[row, column]))
            return nil
        }
    }

    /// The order in which more of the days can be read than in the other; nil if all can be read in
    /// both and not all mean the same.
    private static func tell(_ texts: [DayText]) -> PanelFormat.DayOrder? {
        var (dayFirst, monthFirst) = (0, 0)
        for case .eitherOrder(let first, let second, _) in texts {
            if first > 12, second <= 12 { dayFirst += 1 }
            if second > 12, first <= 12 { monthFirst += 1 }
        }
        if dayFirst == monthFirst { return nil }
        return dayFirst > monthFirst ? .dayFirst : .monthFirst
    }

    private static func refusal(
        _ text: DayText,
        _ order: PanelFormat.DayOrder?,
        _ column: String,
        _ row: Int,
        _ cell: String
    ) -> PanelFinding {
        let problem: String
        var remedy = "write days as 2026-01-31"
        var rule = PanelRule.day
        switch (text, order) {
        case (.empty, _):
            (rule, problem) = (.required, "the day is missing")
            remedy = "write the day, as 2026-01-31, or take the row out"
        case (.eitherOrder(let first, let second, _), nil) where max(first, second) <= 12:
            (rule, problem) = (.ambiguousDay, "day and month cannot be told apart")
            remedy = "say whether days or months come first, or write days as 2026-01-31"
        case (.eitherOrder, .dayFirst?):
            problem = "there is no such day, where days come first as in the other rows"
        case (.eitherOrder, .monthFirst?):
            problem = "there is no such day, where months come first as in the other rows"
        case (.eitherOrder, nil):
            problem = "there is no such day, or others of the column are in another order"
        case (.day, _), (.unreadable, _):
            let years = DayText.years
            problem = "this is no day of the years \(years.lowerBound) to \(years.upperBound)"
        }
        return PanelFinding(
            .refuses,
            rule,
            columns: [column],
            row: row,
            text: cell,
            problem: problem,
            remedy: remedy
        )
    }
}
