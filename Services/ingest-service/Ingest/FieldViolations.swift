internal import RPC

/// What is wrong with a request, while it is looked at.
struct FieldViolations {
    private(set) var violations: [ErrorDetails.Violation] = []

    mutating func check(_ isRight: Bool, _ field: String, _ rule: String) {
        if !isRight { violations.append(ErrorDetails.Violation(field, rule)) }
    }

    /// Refuses a request that has faults.
    ///
    /// - Parameter message: what is said of all of them.
    /// - Throws: INVALID_ARGUMENT with the violations.
    func finish(_ message: String) throws(RPCError) {
        guard let first = violations.first else { return }
        throw RPCError(
            .invalidArgument,
            "\(message): \(first.field): \(first.description)",
            ErrorDetails(violations: violations)
        )
    }
}
