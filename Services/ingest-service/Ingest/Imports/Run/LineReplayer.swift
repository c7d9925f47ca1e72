internal import Files
internal import Net
internal import Postgres
internal import Telemetry
internal import Tenancy
internal import Wire

/// Writes rows of files again that were rejected, read as their imports were.
struct LineReplayer: Sendable {
    private let parts: ImportParts
    private let store = ImportStore()

    init(_ parts: ImportParts) { self.parts = parts }

    /// Writes rows as if they came now.
    ///
    /// - Parameters:
    ///   - rows: of the form of lines, of any kinds.
    ///   - transaction: the tenant's.
    ///   - scope: the same tenant.
    /// - Returns: what became of each.
    /// - Throws: only what fails all rows.
    func replay(
        _ rows: [QuarantinedRow],
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome] {
        let fault = RowFault(.unreadable, "", "the file of the row is not known any more")
        var outcomes = [RowOutcome](repeating: .rejected(fault), count: rows.count)
        let places = Dictionary(grouping: rows.indices) { rows[$0].batch }
        for (batch, places) in places.sorted(by: { $0.value[0] < $1.value[0] }) {
            guard let record = try await store.find(batch, in: transaction) else { continue }
            let writer = try LineWriter(record, parts)
            var read: [(place: Int, line: (record: Int, row: FileRow))] = []
            for place in places {
                switch Self.read(rows[place], by: writer.plan) {
                case .success(let row): read.append((place, (Int(rows[place].row), row)))
                case .failure(let fault): outcomes[place] = .rejected(fault)
                }
            }
            let prepared = try await writer.prepare(
                read.map(\.line),
                now: record.createTime,
                in: transaction,
                scope
            )
            let became = try await writer.write(prepared, in: transaction, scope)
            for ((place, _), outcome) in zip(read, became) { outcomes[place] = outcome }
        }
        return outcomes
    }

    /// Reads one row alone.
    private static func read(
        _ row: QuarantinedRow,
        by plan: FilePlan
    ) -> Result<FileRow, RowFault> {
        let unreadable = RowFault(.unreadable, "", "the row cannot be read by itself")
        guard let body = row.body else { return .failure(unreadable) }
        var plan = plan
        if case .delimited(var dialect) = plan.form {
            dialect.headerRecord = 0
            plan.form = .delimited(dialect)
        }
        var reader = FileReader(plan, now: Int(row.rejectTime.milliseconds) * 1_000)
        reader.append(body.bytes)
        reader.finish()
        do throws(Finding) {
            guard case .row(let found) = try reader.next() else { return .failure(unreadable) }
            switch found.fate {
            case .read(let row): return .success(row)
            case .rejected(let findings): return .failure(RowFault(findings))
            case .passed: return .failure(unreadable)
            }
        } catch {
            return .failure(RowFault([error]))
        }
    }
}
