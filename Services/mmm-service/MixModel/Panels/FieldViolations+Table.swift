internal import Messages
internal import Panels
internal import RPC
internal import Tenancy
internal import Wire

extension FieldViolations {
    /// The largest file that a table may be.
    private static let mostTableBytes = 8 << 20
    private static let mostColumns = 1_000

    /// Checks what is said of a table, and reads it.
    ///
    /// - Parameter table: as it came.
    /// - Returns: what is said of it.
    mutating func checked(_ table: MixModelV1.PanelTable) -> TableDeclaration {
        var declaration = TableDeclaration()
        check(
            (1...Self.mostTableBytes).contains(table.csv.count),
            "table.csv",
            "expected a file of at most 8 MiB"
        )
        check(
            table.roles.count <= Self.mostColumns,
            "table.roles",
            "expected at most \(Self.mostColumns)"
        )
        declaration.roles = table.roles.map { ($0, $1) }
        for (column, word) in declaration.roles
        where PanelRole(word: word, column: column) == nil {
            check(
                false,
                "table.roles[\(column)]",
                "expected one of \(PanelRole.words.joined(separator: ", "))"
            )
        }
        check(
            table.series.isEmpty == table.amounts.isEmpty,
            "table.amounts",
            "expected with series, and not without"
        )
        check(
            table.amounts.count <= Self.mostColumns,
            "table.amounts",
            "expected at most \(Self.mostColumns)"
        )
        declaration.series = table.series.isEmpty ? nil : table.series
        declaration.amounts = table.amounts
        declaration.absent = table.absent
        declaration.format.dayOrder = choice(table.dates, "table.dates")
        declaration.format.decimal = choice(table.decimals, "table.decimals")
        if !table.weeksFrom.isEmpty {
            let day = table.weeksFrom.lowercased()
            declaration.weeksFrom = PanelWeekday.allCases.first { $0.name.lowercased() == day }
            check(
                declaration.weeksFrom != nil,
                "table.weeks_from",
                "expected a day of the week, as monday"
            )
        }
        declaration.hasEqualPopulations = table.equalPopulations
        check(
            table.currency.isEmpty || TenantSettings.isCurrency(table.currency),
            "table.currency",
            "expected an ISO 4217 code, as EUR, or nothing"
        )
        return declaration
    }

    private mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ text: String,
        _ field: String
    ) -> Choice? {
        let choice = Choice(rawValue: text)
        let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
        check(text.isEmpty || choice != nil, field, "expected \(words), or nothing")
        return choice
    }
}
