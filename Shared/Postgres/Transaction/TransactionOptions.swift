/// How a transaction sees what others do, and whether it may write.
public struct TransactionOptions: Sendable, Hashable {
    /// What a transaction sees of others that commit meanwhile.
    public enum Isolation: Sendable, Hashable {
        /// Each statement sees what was committed before it began.
        case readCommitted
        /// All statements see what was committed before the first; a write to a row that others
        /// changed since fails with SQLSTATE 40001.
        case repeatableRead
        /// As if transactions ran one after the other; those that cannot fail with SQLSTATE 40001.
        case serializable
    }

    /// What it sees.
    public var isolation: Isolation
    /// Whether the server refuses writes.
    public var isReadOnly: Bool

    /// Options; by default as the server does it.
    public init(isolation: Isolation = .readCommitted, isReadOnly: Bool = false) {
        self.isolation = isolation
        self.isReadOnly = isReadOnly
    }

    var begin: Statement {
        switch (isolation, isReadOnly) {
        case (.readCommitted, false): Self.readCommitted
        case (.readCommitted, true): Self.readCommittedReadOnly
        case (.repeatableRead, false): Self.repeatableRead
        case (.repeatableRead, true): Self.repeatableReadReadOnly
        case (.serializable, false): Self.serializable
        case (.serializable, true): Self.serializableReadOnly
        }
    }

    private static let readCommitted = Statement(
        reserved: "transaction.begin",
        "begin isolation level read committed read write"
    )
    private static let readCommittedReadOnly = Statement(
        reserved: "transaction.begin",
        "begin isolation level read committed read only"
    )
    private static let repeatableRead = Statement(
        reserved: "transaction.begin",
        "begin isolation level repeatable read read write"
    )
    private static let repeatableReadReadOnly = Statement(
        reserved: "transaction.begin",
        "begin isolation level repeatable read read only"
    )
    private static let serializable = Statement(
        reserved: "transaction.begin",
        "begin isolation level serializable read write"
    )
    private static let serializableReadOnly = Statement(
        reserved: "transaction.begin",
        "begin isolation level serializable read only"
    )
}
