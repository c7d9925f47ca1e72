internal import Postgres

/// Which series a row is of, and what else is told of it beside its day.
struct SeriesPart: Hashable, Sendable {
    let series: Series
    /// Empty for everywhere.
    var geo = ""
    /// Of an amount of money; else empty.
    var currency = ""

    /// A series as it is called.
    struct Series: Hashable, Comparable, Sendable {
        let name: String
        /// The source whose channel gives the name; zero if `name` is it.
        var source = PostgresUUID(high: 0, low: 0)

        static func < (left: Self, right: Self) -> Bool {
            (left.name, left.source) < (right.name, right.source)
        }
    }
}

/// What became of a row that a statement wrote.
struct SeriesChange<Row: SeriesRow>: Sendable {
    let row: Row
    /// Whether there was none of its key.
    let isNew: Bool
    /// Whether it says something else than at first, and did not before.
    let isFirstCorrection: Bool
}

/// What a write adds to what is told of series without reading their rows.
///
/// Whoever asks reads what is kept here, and nothing that grows with every row. Two who write at
/// once use two slots, so that none waits for the other: a transaction takes the first that no
/// other holds, until it ends. The 65th at once waits for another.
struct SeriesTally {
    private var sums: [SeriesPart.Series: Sums] = [:]
    private var geos: Set<Place> = []
    private var amounts: [Amount: Int64] = [:]

    private struct Sums {
        var rows: Int64 = 0
        var corrected: Int64 = 0
        var days: Set<PostgresDate> = []
        var currencies: Set<String> = []
    }

    private struct Place: Hashable, Comparable {
        let series: SeriesPart.Series
        let geo: String

        static func < (left: Self, right: Self) -> Bool {
            left.series == right.series ? left.geo < right.geo : left.series < right.series
        }
    }

    private struct Amount: Hashable, Comparable {
        let currency: String
        let day: PostgresDate

        static func < (left: Self, right: Self) -> Bool {
            (left.currency, left.day) < (right.currency, right.day)
        }
    }

    /// Counts what has changed.
    init(_ changes: [SeriesChange<some SeriesRow>]) {
        for change in changes {
            let (part, day) = (change.row.part, change.row.day)
            if change.isFirstCorrection { sums[part.series, default: Sums()].corrected += 1 }
            guard change.isNew else { continue }
            sums[part.series, default: Sums()].rows += 1
            sums[part.series]?.days.insert(day)
            geos.insert(Place(series: part.series, geo: part.geo))
            if part.currency.isEmpty { continue }
            sums[part.series]?.currencies.insert(part.currency)
            amounts[Amount(currency: part.currency, day: day), default: 0] += 1
        }
    }

    /// Keeps it as a part of the write.
    ///
    /// - Parameters:
    ///   - kind: what the rows are.
    ///   - transaction: the one that has written them.
    /// - Throws: `PostgresError`.
    func add(
        of kind: RowKind,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        if sums.isEmpty { return }
        let sums = sums.sorted { $0.key < $1.key }
        let geos = geos.sorted()
        let amounts = amounts.sorted { $0.key < $1.key }
        let slot = try await transaction.query(.takeSlot).one().read(Int16.self)
        var batch = Batch()
        batch.append(
            .addToSummaries,
            kind.rawValue,
            sums.map(\.key.name),
            sums.map(\.key.source),
            sums.map(\.value.rows),
            sums.map(\.value.corrected),
            sums.map { Self.ranges(of: $0.value.days) },
            sums.map { $0.value.currencies.sorted().joined(separator: ",") },
            slot
        )
        if !geos.isEmpty {
            batch.append(
                .addGeos,
                kind.rawValue,
                geos.map(\.series.name),
                geos.map(\.series.source),
                geos.map(\.geo),
                slot
            )
        }
        if !amounts.isEmpty {
            batch.append(
                .addAmounts,
                kind.rawValue,
                amounts.map(\.key.currency),
                amounts.map(\.key.day),
                amounts.map(\.value),
                slot
            )
        }
        _ = try await transaction.run(batch)
    }

    /// Days as the database writes a multirange.
    private static func ranges(of days: Set<PostgresDate>) -> String {
        var ranges: [ClosedRange<PostgresDate>] = []
        for day in days.sorted() {
            if let last = ranges.last, last.upperBound.adding(1) == day {
                ranges[ranges.count - 1] = last.lowerBound...day
            } else {
                ranges.append(day...day)
            }
        }
        let texts = ranges.map { "[\($0.lowerBound.text),\($0.upperBound.text)]" }
        return "{\(texts.joined(separator: ","))}"
    }
}

extension Statement {
    /// A slot that no other transaction holds; the first, once others have let it go, if there is
    /// none.
    fileprivate static let takeSlot = Statement(
        "ingest.take_series_slot",
        """
        select coalesce(
            (
                select n from generate_series(0, 63) n
                where pg_try_advisory_xact_lock(
                    hashtextextended(current_schema(), 1381321812 + n)
                )
                limit 1
            ),
            (
                select 0 from pg_advisory_xact_lock(
                    hashtextextended(current_schema(), 1381321812)
                )
            )
        )::smallint
        """
    )
    fileprivate static let addToSummaries = Statement(
        "ingest.add_to_series_summaries",
        """
        insert into series_summaries (kind, name, source, slot, row_count, corrected_count, days,
            currencies)
        select $1, name, source, $8::smallint, row_count, corrected_count,
            days::datemultirange, string_to_array(currencies, ',')
        from unnest($2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
            with ordinality
            as r (name, source, row_count, corrected_count, days, currencies, place)
        order by place
        on conflict (kind, name, source, slot) do update set
            row_count = series_summaries.row_count + excluded.row_count,
            corrected_count = series_summaries.corrected_count + excluded.corrected_count,
            days = series_summaries.days + excluded.days,
            currencies = case
                when series_summaries.currencies @> excluded.currencies
                then series_summaries.currencies
                else array(
                    select unnest(series_summaries.currencies)
                    union select unnest(excluded.currencies)
                )
            end
        """
    )
    fileprivate static let addGeos = Statement(
        "ingest.add_series_geos",
        """
        insert into series_geos (kind, name, source, slot, geo)
        select $1, name, source, $5::smallint, geo
        from unnest($2::text[], $3::uuid[], $4::text[])
            with ordinality as r (name, source, geo, place)
        order by place
        on conflict (kind, name, source, slot, geo) do nothing
        """
    )
    fileprivate static let addAmounts = Statement(
        "ingest.add_series_amounts",
        """
        insert into series_amounts (kind, currency, day, slot, row_count)
        select $1, currency, day, $5::smallint, row_count
        from unnest($2::text[], $3::date[], $4::bigint[])
            with ordinality as r (currency, day, row_count, place)
        order by place
        on conflict (kind, currency, day, slot) do update set
            row_count = series_amounts.row_count + excluded.row_count
        """
    )
}
