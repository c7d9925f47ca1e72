import Postgres
import Testing

@testable import Ingest

extension ServedIngest {
    /// What a statement's plan says and touches that serves all values, a line each.
    ///
    /// - Parameters:
    ///   - sql: the statement.
    ///   - types: of its parameters.
    ///   - values: that it is run with.
    ///   - mode: how it is planned, as the setting calls it.
    /// - Returns: the lines.
    /// - Throws: an error if it cannot be run.
    func plan(
        of sql: String,
        _ types: String,
        _ values: String,
        mode: String = "force_generic_plan"
    ) async throws -> [String] {
        try await rows(
            """
            prepare asked (\(types)) as \(sql);
            set plan_cache_mode = \(mode); begin;
            explain (analyze, buffers, costs off, timing off, summary off)
                execute asked (\(values)); rollback
            """
        )
    }
}
