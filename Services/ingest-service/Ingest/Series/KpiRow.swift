internal import Messages
internal import Postgres

/// What a business counts on a day.
struct KpiRow: SeriesRow {
    static let kind = RowKind.kpi
    /// Who counts the KPIs that attribution publishes.
    private static let journeys = "journeys"

    let day: PostgresDate
    let series: PostgresUUID
    let name: String
    let source: String
    let geo: String
    let currency: String
    let value: PostgresDecimal
    let valuePerUnit: PostgresDecimal?
    let valueCurrency: String
    let population: Int64?

    init(
        _ row: IngestV1.KpiRow,
        _ reader: RowReader,
        _ context: Void
    ) throws(RowFault) {
        day = try reader.day(row.date)
        name = try reader.text(row.name, "name", isRequired: true)
        source = try reader.text(row.source, "source")
        guard source != Self.journeys else {
            throw RowFault(
                .invalid,
                "source",
                "'\(Self.journeys)' is what attribution counts itself: call the source otherwise"
            )
        }
        geo = try reader.geo(row.geo)
        currency = try reader.currency(row.currency, isRequired: false)
        value = try reader.decimal(row.value, "value")
        if row.valuePerUnit.isEmpty && row.valueCurrency.isEmpty {
            valuePerUnit = nil
            valueCurrency = ""
        } else {
            guard currency.isEmpty else {
                throw RowFault(
                    .contradiction,
                    "value_per_unit",
                    "an amount of money has a currency, and is worth what it says"
                )
            }
            valuePerUnit = try reader.decimal(row.valuePerUnit, "value_per_unit")
            valueCurrency = try reader.currency(row.valueCurrency, "value_currency")
        }
        population = try reader.count(row.population, "population")
        series = SeriesKey.digest([Self.kind.rawValue, name, source, geo, currency])
    }

    var part: SeriesPart { SeriesPart(series: .init(name: name), geo: geo, currency: currency) }

    static func appendWrite(
        of rows: [KpiRow],
        changes: [Int32],
        commit: Int64,
        to batch: inout Batch
    ) {
        batch.append(
            .writeKpi,
            rows.map(\.day),
            rows.map(\.series),
            rows.map(\.name),
            rows.map(\.source),
            rows.map(\.geo),
            rows.map(\.currency),
            rows.map(\.value),
            rows.map(\.valuePerUnit),
            rows.map(\.valueCurrency),
            rows.map(\.population),
            changes,
            commit
        )
    }
}

extension Statement {
    fileprivate static let writeKpi = Statement(
        "ingest.write_kpi",
        """
        insert into kpi (day, series, name, counted_by, geo, currency, value, value_per_unit,
            value_currency, population, revision, previous_value, commit_id)
        select r.*, case when r.changes > 1 then r.value end, $12
        from unnest($1::date[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::numeric[], $8::numeric[], $9::text[], $10::bigint[], $11::integer[])
            as r (day, series, name, counted_by, geo, currency, value, value_per_unit,
            value_currency, population, changes)
        on conflict (day, series) do update set
            value = excluded.value, value_per_unit = excluded.value_per_unit,
            value_currency = excluded.value_currency, population = excluded.population,
            revision = kpi.revision + excluded.revision, previous_value = kpi.value,
            commit_id = excluded.commit_id
        where (kpi.value, kpi.value_per_unit, kpi.value_currency, kpi.population)
            is distinct from (excluded.value, excluded.value_per_unit, excluded.value_currency,
                excluded.population)
            or excluded.revision > 1
        returning day, series, revision
        """
    )
}
