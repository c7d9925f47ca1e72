internal import CPQ

/// One result of libpq, read only.
@safe
@usableFromInline
final class LibpqResult: @unchecked Sendable {
    // `@unchecked`: nothing changes a result after it was made, and libpq's functions that read one
    // may be called by several threads.

    /// What a result says, as far as this library tells it apart.
    enum Status {
        /// A statement has run: its rows, or its tag, are here.
        case done
        /// One row of several; the end is a result of its own.
        case row
        /// The server waits for the bytes of a COPY.
        case copyIn
        /// The server sends the bytes of a COPY.
        case copyOut
        /// All statements up to a sync have been answered.
        case sync
        /// A statement was passed over because one before it failed.
        case skipped
        /// A statement failed, or the connection did.
        case failed
    }

    private let handle: OpaquePointer
    let status: Status

    /// Takes over a result of `PQgetResult`.
    init(adopting handle: OpaquePointer) {
        unsafe self.handle = handle
        status =
            switch unsafe PQresultStatus(handle) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: .done
            case PGRES_SINGLE_TUPLE: .row
            case PGRES_COPY_IN: .copyIn
            case PGRES_COPY_OUT: .copyOut
            case PGRES_PIPELINE_SYNC: .sync
            case PGRES_PIPELINE_ABORTED: .skipped
            // What libpq may add later, and COPY BOTH, which is replication's.
            default: .failed
            }
    }

    deinit {
        unsafe PQclear(handle)
    }

    var rowCount: Int { Int(unsafe PQntuples(handle)) }
    @usableFromInline var columnCount: Int { Int(unsafe PQnfields(handle)) }

    func columnName(_ column: Int) -> String {
        precondition(column < columnCount, "no such column")
        // The name lives as long as the result, and ends in NUL.
        return unsafe String(cString: PQfname(handle, Int32(column)))
    }

    @usableFromInline
    func columnType(_ column: Int) -> PostgresType {
        PostgresType(rawValue: unsafe PQftype(handle, Int32(column)))
    }

    @usableFromInline
    func isNull(row: Int, column: Int) -> Bool {
        unsafe PQgetisnull(handle, Int32(row), Int32(column)) != 0
    }

    /// The bytes of a value that is not null.
    @usableFromInline
    @_lifetime(borrow self)
    func bytes(row: Int, column: Int) -> RawSpan {
        precondition(row < rowCount && column < columnCount, "no such value")
        let count = Int(unsafe PQgetlength(handle, Int32(row), Int32(column)))
        // libpq keeps `count` bytes there for as long as the result lives.
        let span = unsafe RawSpan(
            _unsafeStart: UnsafeRawPointer(
                PQgetvalue(handle, Int32(row), Int32(column)).unsafelyUnwrapped
            ),
            byteCount: count
        )
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// The command's tag, as `INSERT 0 5`.
    var tag: String {
        // The text lives as long as the result, and ends in NUL.
        unsafe String(cString: PQcmdStatus(handle))
    }

    /// How many rows the command returned or changed.
    var affectedRows: Int {
        // The text lives as long as the result, and ends in NUL; it is empty for other commands.
        unsafe Int(String(cString: PQcmdTuples(handle))) ?? 0
    }

    /// A field of what the server says of a failure, by its letter; nil if it did not send it.
    func failureField(_ letter: Character) -> String? {
        guard let code = letter.asciiValue else { return nil }
        // The text lives as long as the result, and ends in NUL.
        guard let text = unsafe PQresultErrorField(handle, Int32(code)) else { return nil }
        return unsafe String(cString: text)
    }

    /// What failed, in libpq's words, if the server did not say it.
    var failureText: String { unsafe String(cString: PQresultErrorMessage(handle)) }
}
