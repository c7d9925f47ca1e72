/// What is wrong with a request, while it is looked at.
package struct FieldViolations {
    /// So far.
    package private(set) var violations: [ErrorDetails.Violation] = []
    /// Where the fields are that are named.
    private let path: String

    /// Nothing yet.
    ///
    /// - Parameter path: what stands before the names of fields, as `items[3].`; empty for fields
    ///   of the request itself.
    package init(within path: String = "") { self.path = path }

    /// Notes a field that breaks a rule.
    ///
    /// - Parameters:
    ///   - isRight: whether it keeps the rule.
    ///   - field: the field, from the request down, as `items[3].title`.
    ///   - rule: what is expected.
    package mutating func check(_ isRight: Bool, _ field: String, _ rule: String) {
        if !isRight { violations.append(ErrorDetails.Violation(path + field, rule)) }
    }

    /// Refuses a request that has faults.
    ///
    /// - Parameter message: what is said of all of them.
    /// - Throws: INVALID_ARGUMENT with the violations.
    package func finish(_ message: String) throws(RPCError) {
        guard let first = violations.first else { return }
        throw RPCError(
            .invalidArgument,
            "\(message): \(first.field): \(first.description)",
            ErrorDetails(violations: violations)
        )
    }
}
