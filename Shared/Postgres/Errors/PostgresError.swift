/// Why the database did not do what it was asked.
///
/// Nothing in it is for callers of a service: ``description`` is for the log. It never holds a
/// password, bound values, or the details in which the server quotes rows.
public struct PostgresError: Error, Sendable {
    /// What happened, as far as callers act on it.
    public enum Kind: Sendable, Hashable {
        /// The server refused a statement; ``PostgresError/sqlState`` says why.
        case server
        /// The connection was lost; nothing was committed.
        case connectionLost
        /// The connection was lost, or the time was up, while a commit was under way: whether it
        /// happened is not known, and must be found out by a key, not by trying again.
        case outcomeUnknown
        /// The caller's time was up; nothing was committed.
        case deadlineExceeded
        /// The caller was cancelled; nothing was committed.
        case cancelled
        /// Too many wait for a connection, or none became free in time; nothing was sent.
        case poolExhausted
        /// The server cannot be reached, or takes no connections now; nothing was sent.
        case connectFailed
        /// The server is there and will not have us: the user, the password or the database is
        /// wrong.
        case loginRefused
        /// The connection string cannot be read.
        case invalidDSN
        /// A bound value is none that the server takes.
        case invalidValue
        /// A result is not as the program expects it: its columns, its types, its number of rows.
        case unexpectedResult
        /// A transaction in which a statement had failed was to be committed: it was rolled back.
        case rolledBack
        /// The connection is used in a way it cannot be, as after its end.
        case misuse
        /// The pool has been closed; nothing was sent.
        case closed
    }

    /// What happened.
    public let kind: Kind
    /// What was wrong, for the log.
    public let message: String
    /// The name of the statement that failed, if one did.
    public internal(set) var queryName: String?
    /// What the server said, if it said something.
    public let report: ServerReport?

    init(_ kind: Kind, _ message: String, query: String? = nil, report: ServerReport? = nil) {
        self.kind = kind
        self.message = message
        queryName = query
        self.report = report
    }

    /// The server's code for what happened, if it sent one.
    public var sqlState: SQLState? { report?.sqlState }

    /// The constraint that was violated, if one was.
    public var constraint: String? { report?.constraint }

    /// Whether the same transaction, run again from its beginning, may succeed, and the first one
    /// surely did nothing.
    public var isRetriable: Bool {
        switch kind {
        case .server: report?.sqlState.isRetriable ?? false
        case .connectionLost, .poolExhausted, .connectFailed: true
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible {
    /// The kind, the statement, and the server's code and words: one line, for the log.
    public var description: String {
        var text = "\(kind)"
        if let queryName { text += " in \(queryName)" }
        if let report { text += " (\(report.sqlState))" }
        return text + ": " + message
    }
}

/// What the server says of a failure; of its own words only the first sentence is kept.
public final class ServerReport: Sendable {
    /// What happened.
    public let sqlState: SQLState
    /// `ERROR`, `FATAL` or `PANIC`, in English whatever the server speaks.
    public let severity: String
    /// The schema that ``table`` is in.
    public let schema: String?
    /// The table concerned.
    public let table: String?
    /// The column concerned.
    public let column: String?
    /// The constraint violated.
    public let constraint: String?

    init(
        sqlState: SQLState,
        severity: String,
        schema: String? = nil,
        table: String? = nil,
        column: String? = nil,
        constraint: String? = nil
    ) {
        self.sqlState = sqlState
        self.severity = severity
        self.schema = schema
        self.table = table
        self.column = column
        self.constraint = constraint
    }

    /// Whether the server ended the session with this.
    var endsSession: Bool { severity != "ERROR" }
}
