/// What a log record says about an error: its kind, never its text, which may hold what is private.
public struct LogError: Hashable, Sendable {
    /// The kind of error.
    public var type: String
    /// The five characters by which Postgres calls it, if it is Postgres's.
    public var sqlState: String?

    /// Names an error.
    ///
    /// - Parameters:
    ///   - type: the kind of error.
    ///   - sqlState: the five characters by which Postgres calls it.
    public init(type: String, sqlState: String? = nil) {
        self.type = type
        self.sqlState = sqlState
    }

    /// Names an error by its Swift type.
    ///
    /// - Parameters:
    ///   - error: its text is not looked at.
    ///   - sqlState: the five characters by which Postgres calls it.
    public init(_ error: any Error, sqlState: String? = nil) {
        self.init(type: String(describing: Swift.type(of: error)), sqlState: sqlState)
    }
}
