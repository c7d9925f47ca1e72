/// The periods that the days of rows make.
struct PeriodGrid {
    /// All of them, from the first to the last.
    let periods: [PanelDay]
    /// How many days each has: 1 or 7.
    let step: Int

    /// Finds the periods; nil if there are none, with a refusal among the findings.
    ///
    /// - Parameters:
    ///   - days: a day for each row; nil where there is none.
    ///   - table: the rows.
    ///   - column: that of the days.
    ///   - findings: what is wrong is added to them.
    init?(
        _ days: [PanelDay?],
        _ table: PanelTable,
        _ column: Int,
        _ findings: inout PanelFindings
    ) {
        let distinct = Set(days.compactMap { $0 }).sorted()
        guard let step = Self.step(distinct, table.columns[column], &findings) else { return nil }
        let anchor = Self.anchor(distinct, step)
        var first = anchor
        for (row, day) in days.enumerated() {
            guard let day else { continue }
            if (day.number - anchor.number).isMultiple(of: step) {
                first = min(first, day)
            } else {
                findings.add(Self.offGrid(day, anchor, table, row, column))
            }
        }
        let onGrid = distinct.filter { ($0.number - anchor.number).isMultiple(of: step) }
        guard let last = onGrid.last else { return nil }
        self.step = step
        // Days are of some two centuries, which is what bounds them.
        let count = (last.number - first.number) / step + 1
        periods = (0..<count).map { first.advanced(by: $0 * step) }
    }

    /// The place of a day among the periods; nil if none starts on it.
    func place(of day: PanelDay) -> Int? {
        let days = day.number - periods[0].number
        let place = days / step
        return days >= 0 && days.isMultiple(of: step) && place < periods.count ? place : nil
    }

    /// The distance that most days have from the day before them.
    private static func step(
        _ days: [PanelDay],
        _ column: String,
        _ findings: inout PanelFindings
    ) -> Int? {
        guard days.count > 1 else {
            // Where no day could be read, each row has said so.
            if let day = days.first {
                findings.add(
                    PanelFinding(
                        .refuses,
                        .tooFewPeriods,
                        columns: [column],
                        periods: [day],
                        problem: "all rows are of \(day)",
                        remedy: "send a row for each day or week, two years of them or more"
                    )
                )
            }
            return nil
        }
        var counts: [Int: Int] = [:]
        for (day, next) in zip(days, days.dropFirst()) {
            counts[next.number - day.number, default: 0] += 1
        }
        let step = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 0
        if step == 1 || step == 7 { return step }
        let isMonth = (28...31).contains(step)
        findings.add(
            PanelFinding(
                .refuses,
                .periodLength,
                columns: [column],
                problem: isMonth
                    ? "rows are months apart" : "most rows are \(step) days apart",
                remedy: "send a row for each day or each week"
            )
        )
        return nil
    }

    /// A day of those that most others are whole weeks from.
    private static func anchor(_ days: [PanelDay], _ step: Int) -> PanelDay {
        guard step == 7 else { return days[0] }
        var counts = Array(repeating: 0, count: 7)
        for day in days { counts[day.weekday.rawValue] += 1 }
        let most = counts.firstIndex(of: counts.max() ?? 0) ?? 0
        return days.first { $0.weekday.rawValue == most } ?? days[0]
    }

    private static func offGrid(
        _ day: PanelDay,
        _ anchor: PanelDay,
        _ table: PanelTable,
        _ row: Int,
        _ column: Int
    ) -> PanelFinding {
        PanelFinding(
            .refuses,
            .offGrid,
            columns: [table.columns[column]],
            periods: [day],
            row: table.fileRow(row),
            text: table[row, column],
            problem: "\(day) is a \(day.weekday.name), the weeks of other rows begin on a "
                + anchor.weekday.name,
            remedy: "let all weeks begin on one day of the week, or send days"
        )
    }
}
