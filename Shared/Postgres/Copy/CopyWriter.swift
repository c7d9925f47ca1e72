internal import Net
internal import Wire

/// Takes the rows of a COPY to the server; it waits while the server does not take them.
///
/// At most ``unsentLimit`` bytes are in this process's memory beside the row being written.
public final class CopyWriter {
    private let exchange: CopyExchange
    @usableFromInline var writer = PostgresWriter()

    /// How many bytes are gathered before they are sent.
    @usableFromInline static let pieceSize = 64 * 1024

    /// The most bytes that have been written and not been taken by the kernel.
    public static let unsentLimit = 4 * pieceSize

    /// The 11 bytes that binary COPY begins with, no flags, no extension.
    ///
    /// Source: PostgreSQL's documentation, “COPY”, “Binary Format”.
    private static let head: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00] + [UInt8](repeating: 0, count: 8)

    init(_ exchange: CopyExchange) {
        self.exchange = exchange
        writer.append(Self.head.rawBytes)
    }

    /// Writes a row.
    ///
    /// - Parameter values: a value for each column, of exactly the column's type.
    /// - Throws: ``PostgresError``, also of rows before this one.
    @inlinable
    public func write<each Value: PostgresEncodable>(
        _ values: repeat each Value
    ) async throws(PostgresError) {
        var count = 0
        for _ in repeat each values { count += 1 }
        try await write(columns: count) { row in repeat row.appendField(each values) }
    }

    /// Writes a row field by field, for those who write millions: lists of values of any types, as
    /// ``write(_:)`` takes, are gone through at run time, which costs more than the row.
    ///
    /// - Parameters:
    ///   - columns: how many fields the closure writes; another number fails the COPY.
    ///   - fields: writes a field for each column, of exactly the column's type.
    /// - Throws: ``PostgresError``, also of rows before this one.
    @inlinable
    @inline(__always)
    public func write(
        columns: Int,
        _ fields: (inout PostgresWriter) -> Void
    ) async throws(PostgresError) {
        writer.append(Int16(truncatingIfNeeded: columns))
        fields(&writer)
        // Only whoever has to wait pays for an asynchronous call.
        if writer.count >= Self.pieceSize || writer.fault != nil { try await proceed() }
    }

    /// Sends what has been gathered, unless it cannot be.
    @usableFromInline
    func proceed() async throws(PostgresError) {
        switch writer.fault {
        case nil: try await flush()
        case .nullCharacter: throw PostgresError(.invalidValue, "a row has text with U+0000")
        case .tooLarge: throw PostgresError(.invalidValue, "a value of a row is too large")
        }
    }

    /// Sends what has been gathered, in pieces that bound what is unsent.
    private func flush() async throws(PostgresError) {
        var full = PostgresWriter()
        swap(&full, &writer)
        var offset = 0
        while offset < full.count {
            let end = min(offset + Self.pieceSize, full.count)
            try await exchange.send(full.bytes.extracting(offset..<end))
            offset = end
        }
        // Its room is used again.
        full.removeAll()
        swap(&full, &writer)
    }

    /// Sends the rest, and waits until the server has it all.
    func finish() async throws(PostgresError) -> Int {
        // The count of columns that ends the rows.
        writer.append(Int16(-1))
        try await flush()
        try await exchange.end()
        return exchange.rowCount
    }

    /// Has the server forget the rows, after something else has failed.
    func fail() async throws(PostgresError) {
        if !exchange.isOver { try await exchange.end(failing: "its client gave it up") }
    }
}

extension PostgresTransaction {
    /// Sends rows to a table, much faster than by statements.
    ///
    /// - Parameters:
    ///   - statement: `copy … from stdin (format binary)`.
    ///   - body: writes the rows; what it throws fails the COPY and with it the transaction.
    /// - Returns: how many rows the server counted.
    /// - Throws: what the closure throws, or ``PostgresError``.
    public func copyIn(
        _ statement: CopyStatement,
        _ body: (CopyWriter) async throws -> Void
    ) async throws -> Int {
        let writer = CopyWriter(try await beginCopy(statement))
        do {
            try await body(writer)
            return try await writer.finish()
        } catch {
            if let error = error as? PostgresError {
                _ = try? note(Result<Void, PostgresError>.failure(error))
            }
            // The first failure is the cause; this one says at most that the session is lost.
            _ = try? await writer.fail()
            throw error
        }
    }
}
