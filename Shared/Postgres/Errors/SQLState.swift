/// The server's code for what happened: five letters or digits, of which two name the class.
///
/// Source: PostgreSQL's documentation, appendix A.
public struct SQLState: Hashable, Sendable, CustomStringConvertible {
    /// The five characters.
    public let description: String

    /// A code by its characters.
    public init(_ code: String) { description = code }

    /// Two rows have the same key.
    public static let uniqueViolation = SQLState("23505")
    /// A key names a row that is not there, or a row is still named.
    public static let foreignKeyViolation = SQLState("23503")
    /// A row breaks a condition of its table.
    public static let checkViolation = SQLState("23514")
    /// A column without a value must have one.
    public static let notNullViolation = SQLState("23502")
    /// Others got in between.
    public static let serializationFailure = SQLState("40001")
    /// Two transactions waited for each other.
    public static let deadlockDetected = SQLState("40P01")
    /// The statement's time was up, or someone had it cancelled.
    public static let queryCanceled = SQLState("57014")
    /// The role may not do this.
    public static let insufficientPrivilege = SQLState("42501")
    /// A lock was not free in time, or at once where it had to be.
    public static let lockNotAvailable = SQLState("55P03")
    /// A value that no function takes, as a time zone of no name.
    public static let invalidParameterValue = SQLState("22023")
    /// There is no such table.
    public static let undefinedTable = SQLState("42P01")
    /// A kept statement is not there any more.
    static let invalidStatementName = SQLState("26000")
    /// Here: the columns of a kept statement have changed.
    static let featureNotSupported = SQLState("0A000")

    /// The class, the first two characters.
    public var category: Substring { description.prefix(2) }

    /// Whether what happened says nothing against the transaction itself, which was rolled back.
    var isRetriable: Bool {
        self == .serializationFailure || self == .deadlockDetected || self == .lockNotAvailable
            || meansConnectionLost
    }

    /// Whether the server ends the session, or takes none, because it stops or starts.
    var meansConnectionLost: Bool {
        category == "08" || ["57P01", "57P02", "57P03", "57P05"].contains(description)
    }

    /// Whether the server refuses the user, the password or the database.
    var meansLoginRefused: Bool { category == "28" || description == "3D000" }

    /// Whether a kept statement has to be made anew, in a new transaction.
    var meansStaleStatement: Bool { self == .invalidStatementName || self == .featureNotSupported }
}
