internal import Messages
internal import Postgres

/// What a unit of one currency was worth in another on a day.
struct ExchangeRateRow: SeriesRow {
    static let kind = RowKind.exchangeRate

    let day: PostgresDate
    let series: PostgresUUID
    let base: String
    let quote: String
    let rate: PostgresDecimal

    init(
        _ row: IngestV1.ExchangeRateRow,
        _ reader: RowReader,
        _ context: Void
    ) throws(RowFault) {
        day = try reader.day(row.date)
        base = try reader.currency(row.base, "base")
        quote = try reader.currency(row.quote, "quote")
        guard base != quote else {
            throw RowFault(.contradiction, "quote", "a currency has no rate into itself")
        }
        rate = try reader.decimal(row.rate, "rate", scale: 12)
        guard rate.coefficient > 0 else {
            throw RowFault(
                rate.coefficient < 0 ? .negative : .outOfRange,
                "rate",
                "expected more than zero"
            )
        }
        series = SeriesKey.digest([Self.kind.rawValue, base, quote])
    }

    var part: SeriesPart { SeriesPart(series: .init(name: "\(base)/\(quote)")) }

    static func appendWrite(
        of rows: [ExchangeRateRow],
        changes: [Int32],
        commit: Int64,
        to batch: inout Batch
    ) {
        batch.append(
            .writeExchangeRates,
            rows.map(\.day),
            rows.map(\.series),
            rows.map(\.base),
            rows.map(\.quote),
            rows.map(\.rate),
            changes,
            commit
        )
    }
}

extension Statement {
    fileprivate static let writeExchangeRates = Statement(
        "ingest.write_exchange_rates",
        """
        insert into exchange_rates (day, series, base, quote, rate, revision, previous_rate,
            commit_id)
        select r.*, case when r.changes > 1 then r.rate end, $7
        from unnest($1::date[], $2::uuid[], $3::text[], $4::text[],
            $5::numeric[], $6::integer[])
            as r (day, series, base, quote, rate, changes)
        on conflict (day, series) do update set
            rate = excluded.rate, revision = exchange_rates.revision + excluded.revision,
            previous_rate = exchange_rates.rate, commit_id = excluded.commit_id
        where exchange_rates.rate <> excluded.rate
            or excluded.revision > 1
        returning day, series, revision
        """
    )
}
