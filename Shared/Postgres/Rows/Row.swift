/// One row of a result, which keeps the whole result in memory.
public struct Row: Sendable {
    let result: LibpqResult
    let index: Int
    let queryName: StaticString

    /// How many columns there are.
    public var count: Int { result.columnCount }

    /// Reads all columns.
    ///
    /// - Parameter types: what the columns hold; optional where they may be null.
    /// - Returns: the values, in order.
    /// - Throws: ``PostgresError`` of the kind `unexpectedResult`, which names the column.
    public func read<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        var expected = 0
        for _ in repeat each types { expected += 1 }
        guard expected == count else {
            throw unexpected("\(count) columns, not \(expected)")
        }
        var column = 0
        return (repeat try next((each Value).self, &column))
    }

    /// Reads one column.
    ///
    /// - Parameters:
    ///   - type: what the column holds; optional where it may be null.
    ///   - column: its place, from 0.
    /// - Returns: the value.
    /// - Throws: ``PostgresError`` of the kind `unexpectedResult`, which names the column.
    public func read<Value: PostgresDecodable>(
        _ type: Value.Type,
        at column: Int
    ) throws(PostgresError) -> Value {
        guard column >= 0 && column < count else {
            throw unexpected("no column \(column) of \(count)")
        }
        var column = column
        return try next(type, &column)
    }

    private func next<Value: PostgresDecodable>(
        _ type: Value.Type,
        _ column: inout Int
    ) throws(PostgresError) -> Value {
        defer { column += 1 }
        let columnType = result.columnType(column)
        guard Value.canRead(columnType) else {
            throw unexpected("\(place(column)) has type \(columnType.rawValue), no \(type)")
        }
        if result.isNull(row: index, column: column) {
            guard let value = Value.ofNull else { throw unexpected("\(place(column)) is null") }
            return value
        }
        let bytes = result.bytes(row: index, column: column)
        guard let value = Value.read(bytes, as: columnType) else {
            throw unexpected("\(place(column)) holds no \(type)")
        }
        return value
    }

    private func place(_ column: Int) -> String {
        "column \(column) (\(result.columnName(column)))"
    }

    private func unexpected(_ message: String) -> PostgresError {
        PostgresError(.unexpectedResult, message, query: "\(queryName)")
    }
}
