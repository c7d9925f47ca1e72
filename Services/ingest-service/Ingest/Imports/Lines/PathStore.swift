internal import Files
internal import Postgres

/// Journeys that files tell without events: all their SQL.
struct PathStore: Sendable {
    /// What stands between steps on the way to the table; no text of a file has it.
    private static let separator = "\u{1F}"

    /// Writes journeys.
    ///
    /// - Parameters:
    ///   - rows: the journeys, each with its row's number.
    ///   - id: the import.
    ///   - transaction: the tenant's.
    /// - Returns: the numbers of those that were not there.
    /// - Throws: `PostgresError`.
    func insert(
        _ rows: [(record: Int, journeys: FileJourneys)],
        of id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Set<Int> {
        let written = try await transaction.query(
            .insertPaths,
            id,
            rows.map { Int64($0.record) },
            rows.map { $0.journeys.steps.joined(separator: Self.separator) },
            rows.map { PostgresDecimal($0.journeys.conversions) },
            rows.map { PostgresDecimal($0.journeys.value) },
            rows.map { PostgresDecimal($0.journeys.nulls) }
        )
        var new: Set<Int> = []
        for row in written {
            let number = try row.read(Int64.self)
            new.insert(Int(number))
        }
        return new
    }

    /// What keeps journeys from being written; nil if nothing does.
    static func fault(of journeys: FileJourneys) -> RowFault? {
        for step in journeys.steps where step.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            return RowFault(.controlCharacter, "path", "expected no control characters")
        }
        for (field, number) in [
            ("conversions", journeys.conversions), ("value", journeys.value),
            ("nulls", journeys.nulls),
        ] where number.rounded(to: 6).coefficient.magnitude >= 1_000_000_000_000_000_000_000_000 {
            return RowFault(.outOfRange, field, "expected less than 10^18")
        }
        return nil
    }
}

extension PostgresDecimal {
    /// A number that ``PathStore/fault(of:)`` has let pass, with six digits behind the point.
    fileprivate init?(_ number: ExactDecimal) {
        let rounded = number.rounded(to: 6)
        self.init(coefficient: rounded.coefficient, scale: rounded.scale)
    }
}

extension Statement {
    fileprivate static let insertPaths = Statement(
        "ingest.insert_import_paths",
        """
        insert into import_paths (import_id, row_number, steps, conversions, value, nulls)
        select $1, number, string_to_array(steps, E'\\x1f'), conversions, value, nulls
        from unnest($2::bigint[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[])
            as given (number, steps, conversions, value, nulls)
        order by number
        on conflict (import_id, row_number) do nothing
        returning row_number
        """
    )
}
