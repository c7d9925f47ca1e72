/// What someone says of a table for a mix model, where the table does not say it itself.
public struct TableDeclaration: Sendable {
    /// What columns are, by their headers, in the words of ``PanelRole/words``; those after count.
    public var roles: [(column: String, word: String)] = []
    /// The column that names series, of a table with a row for each of them.
    public var series: String?
    /// The columns of amounts of such a table.
    public var amounts: [String] = []
    /// What a series without a row is, as `0`; empty if nothing is known.
    public var absent = ""
    /// How days and numbers are written.
    public var format = PanelFormat()
    /// The day that weeks begin on, if days are to be made weeks of.
    public var weeksFrom: PanelWeekday?
    /// Whether all geos count as equally large.
    public var hasEqualPopulations = false

    /// Nothing is said: all is told from the table.
    public init() {}

    /// The table, with columns where it had a row for each series.
    ///
    /// - Parameter bytes: a CSV file.
    /// - Returns: the table.
    /// - Throws: what is wrong with it.
    public func table(_ bytes: RawSpan) throws(PanelFindings) -> PanelTable {
        let table = try PanelTable(csv: bytes)
        guard let series else { return table }
        return try table.widened(by: series, values: amounts, absent: absent)
    }

    /// The roles of a table's columns: guessed from their names, but for those that are said.
    ///
    /// - Parameter table: the columns.
    /// - Returns: the roles.
    /// - Throws: that a word names no role.
    public func roles(of table: PanelTable) throws(PanelFindings) -> PanelRoles {
        var chosen = PanelRoles.guess(table)
        chosen.hasEqualPopulations = hasEqualPopulations
        for (column, word) in roles {
            guard let role = PanelRole(word: word, column: column) else {
                var unknown = PanelFindings()
                unknown.add(Self.unknownRole(column, word))
                throw unknown
            }
            chosen[column] = role
        }
        return chosen
    }

    /// What a table holds.
    ///
    /// - Parameters:
    ///   - table: the table.
    ///   - roles: what its columns are.
    /// - Returns: the panel, with what is to be known of how it was made.
    /// - Throws: what is wrong with it.
    public func reading(
        _ table: PanelTable,
        _ roles: PanelRoles
    ) throws(PanelFindings) -> PanelReading {
        let reading = try PanelReading(table, roles: roles, format: format)
        guard let weeksFrom else { return reading }
        return try reading.weekly(beginning: weeksFrom)
    }

    private static func unknownRole(_ column: String, _ word: String) -> PanelFinding {
        PanelFinding(
            .refuses,
            .missingRole,
            columns: [column],
            text: word,
            problem: "there is no such role",
            remedy: "say one of \(PanelRole.words.joined(separator: ", "))"
        )
    }
}
