/// A statement of SQL with a name.
///
/// Both are literals: values reach a statement only as binds, `$1` and so on, and nothing that is
/// not in the source of a program reaches its text. The name stands in errors and metrics, as
/// `ingest.insert_events`.
///
/// Statements that steer transactions or change a session are refused: those are the library's own.
public struct Statement: Sendable {
    /// What it is called.
    public let name: StaticString
    /// Its text.
    public let sql: StaticString

    /// A statement by its literals.
    ///
    /// - Parameters:
    ///   - name: what it is called, as `<area>.<verb_noun>`.
    ///   - sql: one statement.
    public init(_ name: StaticString, _ sql: StaticString) {
        precondition(
            !Self.isReserved("\(sql)"),
            "\(name): the library itself steers transactions and sessions"
        )
        self.init(reserved: name, sql)
    }

    /// A statement of the library's own, whatever it begins with.
    init(reserved name: StaticString, _ sql: StaticString) {
        precondition(
            name.hasPointerRepresentation && sql.hasPointerRepresentation,
            "a statement has more than one character"
        )
        self.name = name
        self.sql = sql
    }

    private static let reserved: Set<String> = [
        "abort", "begin", "close", "commit", "copy", "deallocate", "declare", "discard", "end",
        "fetch", "listen", "load", "lock", "prepare", "release", "reset", "rollback", "savepoint",
        "set", "start", "unlisten",
    ]

    /// Whether a text begins with a word that is the library's own.
    static func isReserved(_ sql: String) -> Bool {
        let word = sql.drop { $0.isWhitespace }.prefix { $0.isLetter }
        return reserved.contains(word.lowercased())
    }
}

// Those of the library.
extension Statement {
    static let commit = Statement(reserved: "transaction.commit", "commit")
    static let rollback = Statement(reserved: "transaction.rollback", "rollback")

    /// What a transaction of a scope begins with: it ends with the transaction.
    static let preamble = Statement(
        reserved: "transaction.preamble",
        """
        select set_config('role', $1, true), set_config('search_path', $2, true),
            set_config('statement_timeout', $3, true)
        """
    )

    /// The same for statements that only read, and are held to it.
    static let readOnlyPreamble = Statement(
        reserved: "transaction.preamble",
        """
        select set_config('role', $1, true), set_config('search_path', $2, true),
            set_config('statement_timeout', $3, true),
            set_config('transaction_read_only', 'on', true)
        """
    )

    /// What a transaction without a scope begins with.
    static let timeout = Statement(
        reserved: "transaction.timeout",
        "select set_config('statement_timeout', $1, true)"
    )

    /// The same for statements that only read, and are held to it.
    static let readOnlyTimeout = Statement(
        reserved: "transaction.timeout",
        """
        select set_config('statement_timeout', $1, true),
            set_config('transaction_read_only', 'on', true)
        """
    )
}
