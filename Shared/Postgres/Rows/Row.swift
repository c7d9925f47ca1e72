/// One row of a result, which keeps the whole result in memory.
///
/// Whoever reads rows is given code of its own for the types that it names: types that are looked
/// up for each value cost more than the values of a row of many columns.
public struct Row: Sendable {
    @usableFromInline let result: LibpqResult
    @usableFromInline let index: Int
    let queryName: StaticString

    /// How many columns there are.
    @inlinable public var count: Int { result.columnCount }

    /// Reads all columns.
    ///
    /// - Parameter types: what the columns hold; optional where they may be null.
    /// - Returns: the values, in order.
    /// - Throws: ``PostgresError`` of the kind `unexpectedResult`, which names the column.
    @inlinable
    public func read<each Value: PostgresDecodable>(
        _ types: repeat (each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        var expected = 0
        for _ in repeat each types { expected += 1 }
        guard expected == count else {
            throw otherCount(expected)
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
    @inlinable
    public func read<Value: PostgresDecodable>(
        _ type: Value.Type,
        at column: Int
    ) throws(PostgresError) -> Value {
        guard column >= 0 && column < count else {
            throw noColumn(column)
        }
        var column = column
        return try next(type, &column)
    }

    @inlinable
    func next<Value: PostgresDecodable>(
        _ type: Value.Type,
        _ column: inout Int
    ) throws(PostgresError) -> Value {
        defer { column += 1 }
        let columnType = result.columnType(column)
        guard Value.canRead(columnType) else {
            throw otherType(column, columnType, "\(type)")
        }
        if result.isNull(row: index, column: column) {
            guard let value = Value.ofNull else { throw unexpectedNull(column) }
            return value
        }
        let bytes = result.bytes(row: index, column: column)
        guard let value = Value.read(bytes, as: columnType) else {
            throw otherValue(column, "\(type)")
        }
        return value
    }

    // MARK: Faults

    @usableFromInline
    func otherCount(_ expected: Int) -> PostgresError {
        unexpected("\(count) columns, not \(expected)")
    }

    @usableFromInline
    func noColumn(_ column: Int) -> PostgresError { unexpected("no column \(column) of \(count)") }

    @usableFromInline
    func otherType(_ column: Int, _ found: PostgresType, _ type: String) -> PostgresError {
        unexpected("\(place(column)) has type \(found.rawValue), no \(type)")
    }

    @usableFromInline
    func unexpectedNull(_ column: Int) -> PostgresError { unexpected("\(place(column)) is null") }

    @usableFromInline
    func otherValue(_ column: Int, _ type: String) -> PostgresError {
        unexpected("\(place(column)) holds no \(type)")
    }

    private func place(_ column: Int) -> String {
        "column \(column) (\(result.columnName(column)))"
    }

    private func unexpected(_ message: String) -> PostgresError {
        PostgresError(.unexpectedResult, message, query: "\(queryName)")
    }
}
