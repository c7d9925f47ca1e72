internal import Net
internal import Wire

/// The rows of a COPY from the server, in binary form, one by one.
///
/// Nothing is taken from the server before it is asked for.
public final class CopyReader {
    private let exchange: CopyExchange
    /// Bytes that have come, from the first row that has not been taken.
    private var bytes: [UInt8] = []
    private var offset = 0
    private var hasHead = false
    private var isAtEnd = false
    private let name: StaticString

    /// What one row may have, in bytes.
    private static let longestRow = 256 << 20

    init(_ exchange: CopyExchange, _ name: StaticString) {
        self.exchange = exchange
        self.name = name
    }

    /// Reads the next row.
    ///
    /// The form says nothing of the columns' types: they must be exactly those that the types are
    /// bound as.
    ///
    /// - Parameter types: what the columns hold; optional where they may be null.
    /// - Returns: the values, nil after the last row.
    /// - Throws: ``PostgresError``.
    public func next<each Value: PostgresValue>(
        _ types: repeat (each Value).Type
    ) async throws(PostgresError) -> (repeat each Value)? {
        guard try await fetchRow() else { return nil }
        var expected: Int16 = 0
        for _ in repeat each types { expected += 1 }
        var place = offset
        let count = integer(at: &place, as: Int16.self)
        guard count == expected else { throw unexpected("\(count) columns, not \(expected)") }
        let values = (repeat try field((each Value).self, at: &place))
        offset = place
        return values
    }

    private func field<Value: PostgresValue>(
        _ type: Value.Type,
        at place: inout Int
    ) throws(PostgresError) -> Value {
        let length = Int(integer(at: &place, as: Int32.self))
        if length < 0 {
            guard let value = Value.ofNull else { throw unexpected("a value is null") }
            return value
        }
        let bytes = bytes
        let span = bytes.rawBytes.extracting(place..<place + length)
        place += length
        guard let value = Value.read(span, as: Value.postgresType) else {
            throw unexpected("a value is no \(type)")
        }
        return value
    }

    private func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        at place: inout Int,
        as type: Integer.Type
    ) -> Integer {
        defer { place += MemoryLayout<Integer>.size }
        let bytes = bytes
        return bytes.rawBytes.bigEndian(at: place, as: type)
    }

    /// Waits until a whole row is here.
    ///
    /// - Returns: false after the last one.
    private func fetchRow() async throws(PostgresError) -> Bool {
        while true {
            if isAtEnd { return false }
            if try readHead(), let length = try rowLength() {
                if length > 0 { return true }
                // The mark of the end; what follows is the server's word.
                offset += 2
                isAtEnd = true
                guard try await !fetchBytes() else { throw unexpected("bytes follow the end") }
                return false
            }
            guard try await fetchBytes() else { throw unexpected("the rows have no end") }
        }
    }

    private func fetchBytes() async throws(PostgresError) -> Bool {
        if offset > 0 {
            bytes.removeFirst(offset)
            offset = 0
        }
        if bytes.count > Self.longestRow { throw unexpected("a row is too long") }
        return try await exchange.receive { bytes.append(copying: $0) }
    }

    private func readHead() throws(PostgresError) -> Bool {
        if hasHead { return true }
        guard bytes.count >= 19 else { return false }
        var place = 15
        let extent = integer(at: &place, as: Int32.self)
        guard bytes.starts(with: Array("PGCOPY\n".utf8)), extent == 0 else {
            throw unexpected("the rows are not in binary form")
        }
        offset = 19
        hasHead = true
        return true
    }

    /// How long the next row is; 0 for the end, nil if it is not all here.
    private func rowLength() throws(PostgresError) -> Int? {
        var place = offset
        guard bytes.count >= place + 2 else { return nil }
        let count = integer(at: &place, as: Int16.self)
        if count == -1 { return 0 }
        guard count >= 0 else { throw unexpected("a row has \(count) columns") }
        for _ in 0..<count {
            guard bytes.count >= place + 4 else { return nil }
            let length = Int(integer(at: &place, as: Int32.self))
            guard length >= -1 else { throw unexpected("a value has \(length) bytes") }
            place += max(0, length)
        }
        return bytes.count >= place ? place - offset : nil
    }

    private func unexpected(_ message: String) -> PostgresError {
        PostgresError(.unexpectedResult, message, query: "\(name)")
    }
}

extension PostgresTransaction {
    /// Takes the rows of a table or a query from the server, much faster than by statements.
    ///
    /// - Parameters:
    ///   - statement: `copy … to stdout (format binary)`.
    ///   - body: reads the rows; if it leaves some, the connection is closed.
    /// - Returns: what the closure returns.
    /// - Throws: what the closure throws, or ``PostgresError``.
    public func copyOut<Value>(
        _ statement: CopyStatement,
        _ body: (CopyReader) async throws -> Value
    ) async throws -> Value {
        let exchange = try await beginCopy(statement)
        defer {
            exchange.abandon(PostgresError(.connectionLost, "a COPY was not read to its end"))
        }
        return try await body(CopyReader(exchange, statement.name))
    }
}
