/// Whose rows the statements of a transaction see: a role and a schema.
///
/// It holds for one transaction and is set by bound values in the first statement of it.
@_spi(PostgresSessions)
public struct SessionScope: Sendable, Hashable {
    /// The role that the statements run as.
    public let role: String
    /// The one schema in which names are looked up; also what statements are kept by.
    public let schema: String

    /// A scope by the names of its role and schema, which are bound, never spliced into SQL.
    ///
    /// - Parameters:
    ///   - role: the role.
    ///   - schema: the schema.
    public init(role: String, schema: String) {
        self.role = role
        self.schema = schema
    }
}
