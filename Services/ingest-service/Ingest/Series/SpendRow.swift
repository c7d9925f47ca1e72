internal import Messages
internal import Postgres
internal import Taxonomy
internal import Tenancy

/// What was spent on a day.
struct SpendRow: SeriesRow {
    static let kind = RowKind.spend

    let day: PostgresDate
    let series: PostgresUUID
    let source: SpendSource
    let geo: String
    let currency: String
    let spend: PostgresDecimal
    let impressions: Int64?
    let clicks: Int64?
    /// What the platform claims.
    let conversions: PostgresDecimal?
    let conversionValue: PostgresDecimal?

    init(
        _ row: IngestV1.SpendRow,
        _ reader: RowReader,
        _ context: SpendContext
    ) throws(RowFault) {
        day = try reader.day(row.date)
        let clues = SpendClues(
            platform: try reader.text(row.platform, "platform"),
            account: try reader.text(row.account, "account"),
            campaign: try reader.text(row.campaign, "campaign"),
            adGroup: try reader.text(row.adGroup, "ad_group"),
            column: try reader.text(row.column, "column")
        )
        let name = try reader.text(row.channel, "channel")
        guard !clues.platform.isEmpty || !clues.column.isEmpty || !name.isEmpty else {
            throw RowFault(.missing, "platform", "expected a platform, a column or a channel")
        }
        let channel = context.channels[name]
        guard name.isEmpty || channel != nil else {
            throw RowFault(
                .unknownChannel,
                "channel",
                "there is no channel '\(name.prefix(63))'; make it, or give one this alias"
            )
        }
        geo = try reader.geo(row.geo)
        currency = try reader.currency(row.currency)
        spend = try reader.amount(row.spend, "spend")
        impressions = try reader.count(row.impressions, "impressions")
        clicks = try reader.count(row.clicks, "clicks")
        conversions =
            row.conversions.isEmpty ? nil : try reader.amount(row.conversions, "conversions")
        conversionValue =
            row.conversionValue.isEmpty
            ? nil : try reader.decimal(row.conversionValue, "conversion_value")
        source = SpendSource(clues, channel)
        series = SeriesKey.digest([Self.kind.rawValue] + source.parts + [geo, currency])
    }

    var part: SeriesPart {
        let clues = source.clues
        let name = clues.platform.isEmpty ? clues.column : clues.platform
        let series =
            name.isEmpty
            ? SeriesPart.Series(name: "", source: source.id) : SeriesPart.Series(name: name)
        return SeriesPart(series: series, geo: geo, currency: currency)
    }

    static func context(
        for rows: [IngestV1.SpendRow],
        mappings: SpendMappingCatalogue,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> SpendContext {
        try await SpendContext(rows, mappings: mappings, in: transaction, scope)
    }

    static func prepare(
        _ rows: [SpendRow],
        _ context: SpendContext,
        in transaction: PostgresTransaction
    ) async throws {
        try await context.store.add(
            Set(rows.map(\.source)),
            mappedBy: context.mapper,
            in: transaction
        )
    }

    static func appendWrite(
        of rows: [SpendRow],
        changes: [Int32],
        commit: Int64,
        to batch: inout Batch
    ) {
        batch.append(
            .writeSpend,
            rows.map(\.day),
            rows.map(\.series),
            rows.map(\.source.id),
            rows.map(\.geo),
            rows.map(\.currency),
            rows.map(\.spend),
            rows.map(\.impressions),
            rows.map(\.clicks),
            rows.map(\.conversions),
            rows.map(\.conversionValue),
            changes,
            commit
        )
    }
}

extension Statement {
    fileprivate static let writeSpend = Statement(
        "ingest.write_spend",
        """
        insert into spend (day, series, source, geo, currency, spend, impressions, clicks,
            conversions, conversion_value, revision, previous_spend, commit_id)
        select r.*, case when r.changes > 1 then r.spend end, $12
        from unnest($1::date[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::numeric[],
            $7::bigint[], $8::bigint[], $9::numeric[], $10::numeric[], $11::integer[])
            as r (day, series, source, geo, currency, spend, impressions, clicks, conversions,
            conversion_value, changes)
        on conflict (day, series) do update set
            spend = excluded.spend, impressions = excluded.impressions,
            clicks = excluded.clicks, conversions = excluded.conversions,
            conversion_value = excluded.conversion_value,
            revision = spend.revision + excluded.revision, previous_spend = spend.spend,
            commit_id = excluded.commit_id
        where (spend.spend, spend.impressions, spend.clicks, spend.conversions,
                spend.conversion_value)
            is distinct from (excluded.spend, excluded.impressions, excluded.clicks,
                excluded.conversions, excluded.conversion_value)
            or excluded.revision > 1
        returning day, series, revision
        """
    )
}
