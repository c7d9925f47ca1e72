extension PostgresTransaction {
    /// Runs statements whose failure the transaction survives.
    ///
    /// - Parameter body: the statements; what it throws undoes them, and is thrown on.
    /// - Returns: what the closure returns.
    /// - Throws: what the closure throws, or ``PostgresError``.
    public func savepoint<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await query(.savepoint)
        let value: Value
        do {
            value = try await body()
        } catch {
            // If this fails the transaction is lost, and that is what its next statement, or its
            // commit, will say; the cause is here.
            var batch = Batch()
            batch.append(.rollbackToSavepoint)
            batch.append(.releaseSavepoint)
            _ = try? await run(batch)
            throw error
        }
        try await query(.releaseSavepoint)
        return value
    }
}

// Of savepoints with one name the innermost is meant.
extension Statement {
    fileprivate static let savepoint = Statement(
        reserved: "transaction.savepoint",
        "savepoint nested"
    )
    fileprivate static let rollbackToSavepoint = Statement(
        reserved: "transaction.rollback_to_savepoint",
        "rollback to savepoint nested"
    )
    fileprivate static let releaseSavepoint = Statement(
        reserved: "transaction.release_savepoint",
        "release savepoint nested"
    )
}
