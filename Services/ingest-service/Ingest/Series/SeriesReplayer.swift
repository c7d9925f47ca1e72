internal import Messages
internal import Postgres
internal import Tenancy
internal import Wire

/// Writes rows of series again that came as messages.
struct SeriesReplayer: Replayer {
    let writer: SeriesWriter

    let kinds = RowKind.series

    func replay(
        _ rows: [QuarantinedRow],
        of kind: RowKind,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome] {
        switch kind {
        case .spend: try await replay(rows, as: SpendRow.self, in: transaction, scope)
        case .kpi: try await replay(rows, as: KpiRow.self, in: transaction, scope)
        case .covariate: try await replay(rows, as: CovariateRow.self, in: transaction, scope)
        case .exchangeRate: try await replay(rows, as: ExchangeRateRow.self, in: transaction, scope)
        case .margin: try await replay(rows, as: MarginRow.self, in: transaction, scope)
        case .event, .path, .mixModel: rows.map { _ in .rejected(Self.unreadable) }
        }
    }

    private func replay<Row: SeriesRow>(
        _ rows: [QuarantinedRow],
        as type: Row.Type,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome] {
        var outcomes = [RowOutcome](repeating: .rejected(Self.unreadable), count: rows.count)
        var sources: [Row.Source] = []
        var places: [Int] = []
        for (place, row) in rows.enumerated()
        where row.form == .protobuf(Row.Source.schema.fullName) {
            guard let body = row.body, let source = try? Row.Source(decoding: body.bytes) else {
                continue
            }
            sources.append(source)
            places.append(place)
        }
        let result = try await writer.write(sources, as: type, in: transaction, scope)
        for (place, outcome) in zip(places, result.outcomes) { outcomes[place] = outcome }
        return outcomes
    }

    private static let unreadable = RowFault(
        .unreadable,
        "",
        "the row is of a form that cannot be written again"
    )
}
