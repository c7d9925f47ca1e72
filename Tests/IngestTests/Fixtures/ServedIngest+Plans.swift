import Postgres
import Testing

@testable import Ingest

extension ServedIngest {
    /// What a statement's plan says that serves all values, a line each.
    ///
    /// - Parameters:
    ///   - sql: the statement.
    ///   - types: of its parameters.
    ///   - values: that it is run with.
    /// - Returns: the lines.
    /// - Throws: an error if it cannot be run.
    func plan(
        of sql: String,
        _ types: String,
        _ values: String
    ) async throws -> [String] {
        try await rows(
            """
            prepare asked (\(types)) as \(sql);
            set plan_cache_mode = force_generic_plan; begin;
            explain (analyze, costs off, timing off, summary off)
                execute asked (\(values)); rollback
            """
        )
    }
}
