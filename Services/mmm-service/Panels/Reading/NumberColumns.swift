/// Reads the columns of numbers of a table: with one sign of decimals, which all of them tell.
struct NumberColumns {
    private let table: PanelTable
    /// The sign of decimals; nil where only `1,234` is met, which could be either.
    private let decimal: PanelFormat.Decimal?

    /// Columns of numbers.
    ///
    /// - Parameters:
    ///   - table: where they are.
    ///   - columns: which they are.
    ///   - decimal: the sign of decimals, if it was said.
    init(_ table: PanelTable, _ columns: [Int], decimal: PanelFormat.Decimal?) {
        self.table = table
        self.decimal = decimal ?? Self.tell(table, columns)
    }

    /// The sign that more numbers speak for; a point if none does.
    private static func tell(_ table: PanelTable, _ columns: [Int]) -> PanelFormat.Decimal? {
        var (points, commas, open) = (0, 0, 0)
        for row in 0..<table.rowCount {
            for column in columns {
                switch NumberText.evidence(table.bytes(row, column)) {
                case .point: points += 1
                case .comma: commas += 1
                case .openComma: open += 1
                case .none: break
                }
            }
        }
        if points == 0, commas == 0, open > 0 { return nil }
        return commas > points ? .comma : .point
    }

    /// The numbers of a column.
    ///
    /// - Parameters:
    ///   - column: its place.
    ///   - findings: what cannot be read is added to them.
    /// - Returns: a number for each row; NaN where there is none.
    func read(_ column: Int, _ findings: inout PanelFindings) -> [Double] {
        (0..<table.rowCount).map { row in
            let text = table.bytes(row, column)
            let isOpen = decimal == nil && NumberText.evidence(text) == .openComma
            switch NumberText(text, decimal: decimal ?? .point) {
            case .number(let number) where !isOpen: return number
            case .missing: return .nan
            case .number: findings.add(open(row, column))
            case .refused(let fault): findings.add(refusal(fault, row, column))
            }
            return .nan
        }
    }

    private func open(_ row: Int, _ column: Int) -> PanelFinding {
        PanelFinding(
            .refuses,
            .number,
            columns: [table.columns[column]],
            row: table.fileRow(row),
            text: table[row, column],
            problem: "the comma may stand before a fraction or between thousands, and no other"
                + " number of the file tells which",
            remedy: "say whether decimals have a point or a comma, or write no marks of thousands"
        )
    }

    private func refusal(_ fault: NumberText.Fault, _ row: Int, _ column: Int) -> PanelFinding {
        let sign = decimal == .comma ? "commas" : "points"
        let (problem, remedy): (String, String) =
            switch fault {
            case .malformed:
                ("this is no number", "write a number as 1234.5, or leave the cell empty")
            case .groups:
                (
                    "points and commas do not stand as in the other numbers, whose decimals have "
                        + sign,
                    "write numbers as 1234.5, without marks of thousands"
                )
            case .currency:
                ("a currency stands beside the number", "write the number alone")
            case .percent:
                ("a percentage is no plain number", "write 0.05 for 5 %, or 5 throughout")
            case .tooLarge:
                (
                    "the number is larger than is believed: beyond \(NumberText.most)",
                    "check its digits, and the sign of its decimals"
                )
            }
        return PanelFinding(
            .refuses,
            fault == .tooLarge ? .numberTooLarge : .number,
            columns: [table.columns[column]],
            row: table.fileRow(row),
            text: table[row, column],
            problem: problem,
            remedy: remedy
        )
    }
}
