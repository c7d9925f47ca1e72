/// The rows that a statement returned, in memory.
public struct Rows: Sendable {
    let result: LibpqResult
    let queryName: StaticString

    init(_ result: LibpqResult, of statement: Statement) {
        self.result = result
        queryName = statement.name
    }

    /// How many rows the statement returned, or else inserted, changed or deleted.
    public var affected: Int { result.affectedRows }

    /// The names of the columns.
    public var columns: [String] { (0..<result.columnCount).map(result.columnName) }

    /// The only row.
    ///
    /// - Returns: nil if there is none.
    /// - Throws: ``PostgresError`` if there are several.
    public func atMostOne() throws(PostgresError) -> Row? {
        guard count <= 1 else { throw unexpected("\(count) rows, not one") }
        return first
    }

    /// The only row.
    ///
    /// - Throws: ``PostgresError`` if there is none, or several.
    public func one() throws(PostgresError) -> Row {
        guard let row = try atMostOne() else { throw unexpected("no row") }
        return row
    }

    private func unexpected(_ message: String) -> PostgresError {
        PostgresError(.unexpectedResult, message, query: "\(queryName)")
    }
}

extension Rows: RandomAccessCollection {
    /// 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { result.rowCount }

    /// The row of a number.
    public subscript(position: Int) -> Row {
        precondition(indices.contains(position), "there is no row \(position)")
        return Row(result: result, index: position, queryName: queryName)
    }
}
