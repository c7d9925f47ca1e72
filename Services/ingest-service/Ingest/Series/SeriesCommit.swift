internal import Postgres
internal import Telemetry
internal import Tenancy

/// A change of series, as readers learn of it: begun before its rows are written, which carry its
/// number, and finished once it is known which they are.
struct SeriesCommit {
    let id: Int64
    private let transaction: PostgresTransaction

    /// What a change is of.
    enum Subject: Sendable {
        case rows(RowKind)
        /// Spend has moved from channel to channel.
        case mapping
        /// What amounts are converted into has changed, on all days.
        case reportingCurrency

        var name: String {
            switch self {
            case .rows(let kind): kind.rawValue
            case .mapping: "mapping"
            case .reportingCurrency: "reporting_currency"
            }
        }
    }

    /// Begins a change.
    init(
        of subject: Subject,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        self.transaction = transaction
        id = try await transaction.query(.insertCommit, subject.name, UTCTimestamp.now).one()
            .read(Int64.self)
    }

    /// Says what has changed; a change of nothing is taken back.
    ///
    /// - Parameters:
    ///   - rows: how many rows.
    ///   - days: which days they are of, in any order.
    /// - Returns: the number of the change; nil if nothing has changed.
    /// - Throws: `PostgresError`.
    func finish(rows: Int, days: Set<PostgresDate>) async throws(PostgresError) -> Int64? {
        if rows == 0 {
            try await transaction.query(.deleteCommit, id)
            return nil
        }
        try await transaction.query(.updateCommit, id, Int64(rows), days.sorted())
        return id
    }

    /// The same for spend whose sources have moved.
    func finish(moved sources: [PostgresUUID]) async throws(PostgresError) {
        if sources.isEmpty {
            try await transaction.query(.deleteCommit, id)
        } else {
            try await transaction.query(.updateCommitOfSources, id, sources)
        }
    }

    /// Keeps for the views what amounts are converted into, if that is not what they know.
    static func settle(
        currency: String,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        let known = try await transaction.query(.reportingCurrency).atMostOne()
        if try known?.read(String.self) == currency { return }
        let changed = try await transaction.query(.setReportingCurrency, currency)
        guard known != nil, changed.affected > 0 else { return }
        let commit = try await SeriesCommit(of: .reportingCurrency, in: transaction)
        _ = try await commit.finish(rows: 1, days: [])
    }
}

extension Statement {
    fileprivate static let insertCommit = Statement(
        "ingest.insert_series_commit",
        """
        insert into series_commits (xid, kind, written_at)
        values (pg_current_xact_id(), $1, $2)
        returning commit_id
        """
    )
    fileprivate static let updateCommit = Statement(
        "ingest.update_series_commit",
        "update series_commits set row_count = $2, days = $3 where commit_id = $1"
    )
    fileprivate static let updateCommitOfSources = Statement(
        "ingest.update_series_commit_of_sources",
        """
        update series_commits set row_count = m.row_count, days = m.days
        from (
            select count(*) as row_count, coalesce(array_agg(distinct day order by day), '{}')
                as days
            from spend where source = any($2)
        ) m
        where commit_id = $1
        """
    )
    fileprivate static let deleteCommit = Statement(
        "ingest.delete_series_commit",
        "delete from series_commits where commit_id = $1"
    )
    fileprivate static let reportingCurrency = Statement(
        "ingest.reporting_currency",
        "select currency from reporting_currency"
    )
    fileprivate static let setReportingCurrency = Statement(
        "ingest.set_reporting_currency",
        """
        insert into reporting_currency (currency) values ($1)
        on conflict (id) do update set currency = excluded.currency
        where reporting_currency.currency <> excluded.currency
        """
    )
}
