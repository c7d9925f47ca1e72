internal import Messages
internal import Postgres

/// What else moves a KPI on a day.
struct CovariateRow: SeriesRow {
    static let kind = RowKind.covariate

    let day: PostgresDate
    let series: PostgresUUID
    let name: String
    let geo: String
    let value: Double

    init(
        _ row: IngestV1.CovariateRow,
        _ reader: RowReader,
        _ context: Void
    ) throws(RowFault) {
        day = try reader.day(row.date, isKnownAhead: true)
        name = try reader.text(row.name, "name", isRequired: true)
        geo = try reader.geo(row.geo)
        value = try reader.finite(row.value, "value")
        series = SeriesKey.digest([Self.kind.rawValue, name, geo])
    }

    var part: SeriesPart { SeriesPart(series: .init(name: name), geo: geo) }

    static func appendWrite(
        of rows: [CovariateRow],
        changes: [Int32],
        commit: Int64,
        to batch: inout Batch
    ) {
        batch.append(
            .writeCovariates,
            rows.map(\.day),
            rows.map(\.series),
            rows.map(\.name),
            rows.map(\.geo),
            rows.map(\.value),
            changes,
            commit
        )
    }
}

extension Statement {
    fileprivate static let writeCovariates = Statement(
        "ingest.write_covariates",
        """
        insert into covariates (day, series, name, geo, value, revision, previous_value,
            commit_id)
        select r.*, case when r.changes > 1 then r.value end, $7
        from unnest($1::date[], $2::uuid[], $3::text[], $4::text[],
            $5::double precision[], $6::integer[])
            as r (day, series, name, geo, value, changes)
        on conflict (day, series) do update set
            value = excluded.value, revision = covariates.revision + excluded.revision,
            previous_value = covariates.value, commit_id = excluded.commit_id
        where covariates.value <> excluded.value
            or excluded.revision > 1
        returning day, series, revision
        """
    )
}
