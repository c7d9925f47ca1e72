/// A COPY in binary form, with a name; both are literals, as of a ``Statement``.
public struct CopyStatement: Sendable {

    /// What it is called.
    public let name: StaticString
    /// Its text.
    public let sql: StaticString

    /// A COPY by its literals.
    ///
    /// - Parameters:
    ///   - name: what it is called, as `<area>.copy_<noun>`.
    ///   - sql: one COPY from standard input or to standard output, in binary form.
    public init(_ name: StaticString, _ sql: StaticString) {
        precondition(
            "\(sql)".lowercased().hasPrefix("copy ") && sql.hasPointerRepresentation,
            "\(name): this is no COPY"
        )
        self.name = name
        self.sql = sql
    }
}
