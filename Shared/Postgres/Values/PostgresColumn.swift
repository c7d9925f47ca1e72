/// What the rows of a list have in one column, bound as an array without that one being made.
public struct PostgresColumn<Element: PostgresArrayElement>: PostgresEncodable {
    @usableFromInline let count: Int
    @usableFromInline let fields: @Sendable (inout PostgresWriter) -> Void

    /// A column of rows.
    ///
    /// - Parameters:
    ///   - rows: one for each element, in order.
    ///   - value: what a row has in the column.
    @inlinable
    public init<Row: Sendable>(of rows: [Row], _ value: @escaping @Sendable (Row) -> Element) {
        count = rows.count
        fields = { writer in
            for row in rows { writer.appendField(value(row)) }
        }
    }

    /// The type of arrays of the element's type.
    public static var postgresType: PostgresType { [Element].postgresType }

    /// Writes one dimension.
    public func write(to writer: inout PostgresWriter) {
        // The server looks itself whether there are nulls; it takes an array's word for no more
        // than that there may be (PostgreSQL, `array_recv`).
        guard writer.beginArray(of: Element.postgresType, count: count, mayHaveNulls: true) else {
            return
        }
        fields(&writer)
    }
}
