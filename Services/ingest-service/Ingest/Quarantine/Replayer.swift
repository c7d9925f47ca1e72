internal import Postgres
internal import Tenancy

/// Writes rejected rows of some kinds again; each writer of rows has one.
protocol Replayer: Sendable {
    /// The kinds that it knows.
    var kinds: [RowKind] { get }

    /// Writes rows as if they came now; that they were rejected before is not its affair.
    ///
    /// - Parameters:
    ///   - rows: of one kind, with their bodies, in the order in which they were rejected.
    ///   - kind: one of ``kinds``.
    ///   - transaction: the tenant's; what the rows cause is part of it.
    ///   - scope: the same tenant.
    /// - Returns: what became of each; a row that cannot be read, or is of a form that it does not
    ///   know, is rejected as ``RowFault/Reason/unreadable``.
    /// - Throws: only what fails all rows.
    func replay(
        _ rows: [QuarantinedRow],
        of kind: RowKind,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome]
}
