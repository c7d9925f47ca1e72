internal import Net
internal import Wire

/// Takes the rows of a COPY to the server; it waits while the server does not take them.
///
/// At most ``unsentLimit`` bytes are in this process's memory beside the row being written.
public final class CopyWriter {
    private let exchange: CopyExchange
    private var writer = PostgresWriter()
    private var columnCount: Int?

    /// How many bytes are gathered before they are sent.
    static let pieceSize = 64 * 1024

    /// The most bytes that have been written and not been taken by the kernel.
    public static let unsentLimit = 4 * pieceSize

    /// The 11 bytes that binary COPY begins with, no flags, no extension.
    ///
    /// Source: PostgreSQL's documentation, “COPY”, “Binary Format”.
    private static let head: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00] + [UInt8](repeating: 0, count: 8)

    init(_ exchange: CopyExchange) {
        self.exchange = exchange
        writer.bytes = Self.head
    }

    /// Writes a row.
    ///
    /// - Parameter values: a value for each column, of exactly the column's type.
    /// - Throws: ``PostgresError``, also of rows before this one.
    public func write<each Value: PostgresEncodable>(
        _ values: repeat each Value
    ) async throws(PostgresError) {
        let place = writer.bytes.count
        writer.append(Int16(0))
        var count: Int16 = 0
        for value in repeat each values {
            writer.appendField(value)
            count += 1
        }
        unsafe withUnsafeBytes(of: count.bigEndian) {
            writer.bytes[place] = unsafe $0[0]
            writer.bytes[place + 1] = unsafe $0[1]
        }
        try check()
        if writer.bytes.count >= Self.pieceSize { try await flush() }
    }

    private func check() throws(PostgresError) {
        switch writer.fault {
        case nil: return
        case .nullCharacter: throw PostgresError(.invalidValue, "a row has text with U+0000")
        case .tooLarge: throw PostgresError(.invalidValue, "a value of a row is too large")
        }
    }

    /// Sends what has been gathered, in pieces that bound what is unsent.
    private func flush() async throws(PostgresError) {
        let bytes = writer.bytes
        writer.bytes = []
        writer.bytes.reserveCapacity(Self.pieceSize + Self.pieceSize / 4)
        var offset = 0
        while offset < bytes.count {
            let end = min(offset + Self.pieceSize, bytes.count)
            try await exchange.send(bytes.rawBytes.extracting(offset..<end))
            offset = end
        }
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
        try checkLoop()
        let exchange = CopyExchange(statement, on: try await beginAlone())
        do throws(PostgresError) {
            try await exchange.begin(before: deadline)
        } catch {
            try note(Result<Void, PostgresError>.failure(error))
            throw error
        }
        let writer = CopyWriter(exchange)
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
