internal import Messages
internal import Postgres

/// How much of a value is profit, from a day on.
struct MarginRow: SeriesRow {
    static let kind = RowKind.margin

    let day: PostgresDate
    let series: PostgresUUID
    let name: String
    let margin: PostgresDecimal

    init(
        _ row: IngestV1.MarginRow,
        _ reader: RowReader,
        _ context: Void
    ) throws(RowFault) {
        day = try reader.day(row.date)
        name = try reader.text(row.name, "name")
        margin = try reader.decimal(row.margin, "margin")
        guard margin.coefficient.magnitude <= 1_000_000 else {
            throw RowFault(.outOfRange, "margin", "expected -1 to 1, as 0.35")
        }
        series = SeriesKey.digest([Self.kind.rawValue, name])
    }

    var part: SeriesPart { SeriesPart(series: .init(name: name)) }

    static func appendWrite(
        of rows: [MarginRow],
        changes: [Int32],
        commit: Int64,
        to batch: inout Batch
    ) {
        batch.append(
            .writeMargins,
            rows.map(\.day),
            rows.map(\.series),
            rows.map(\.name),
            rows.map(\.margin),
            changes,
            commit
        )
    }
}

extension Statement {
    fileprivate static let writeMargins = Statement(
        "ingest.write_margins",
        """
        insert into margins (day, series, name, margin, revision, previous_margin, commit_id)
        select r.*, case when r.changes > 1 then r.margin end, $6
        from unnest($1::date[], $2::uuid[], $3::text[], $4::numeric[], $5::integer[])
            as r (day, series, name, margin, changes)
        on conflict (day, series) do update set
            margin = excluded.margin, revision = margins.revision + excluded.revision,
            previous_margin = margins.margin, commit_id = excluded.commit_id
        where margins.margin <> excluded.margin
            or excluded.revision > 1
        returning day, series, revision
        """
    )
}
