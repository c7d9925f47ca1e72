internal import Journeys
internal import Postgres
internal import RPC

extension Margins {
    /// How many are held at most.
    private static let most = 100_000

    /// The margins of kinds, and those without a name.
    ///
    /// - Parameters:
    ///   - kinds: the kinds of conversions; none for all.
    ///   - timeZone: the one in which their days begin.
    ///   - transaction: any.
    /// - Returns: the margins.
    /// - Throws: FAILED_PRECONDITION if there are too many; `PostgresError`.
    static func read(
        of kinds: [String],
        _ timeZone: String,
        in transaction: PostgresTransaction
    ) async throws -> Margins {
        let rows = try await transaction.query(.listMargins, kinds, timeZone, Int64(most) + 1)
        guard rows.count <= most else {
            throw RPCError(
                .failedPrecondition,
                "journeys.value_mode: there are more than \(most) margins: say in journeys.kinds "
                    + "which kinds of conversions count"
            )
        }
        var margins = Margins()
        for row in rows {
            margins.append(
                try row.read(Int64.self, at: 1),
                of: try row.read(String.self, at: 0),
                from: try row.read(PostgresTimestamp.self, at: 2).microsecondsSince1970
            )
        }
        return margins
    }
}

extension Statement {
    fileprivate static let listMargins = Statement(
        "attribution.list_margins",
        """
        select name, (margin * 1000000)::bigint, day::timestamp at time zone $2
        from ingest_v1_margins
        where name = '' or cardinality($1::text[]) = 0 or name = any ($1::text[])
        order by day
        limit $3
        """
    )
}
