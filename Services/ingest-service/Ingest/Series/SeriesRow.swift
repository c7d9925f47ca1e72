internal import Crypto
internal import Messages
internal import Postgres
internal import Tenancy
internal import Wire

/// A row of a daily series that has been checked; rows are equal if they have one key and the same
/// values.
protocol SeriesRow: Hashable, Sendable {
    /// What it comes as.
    associatedtype Source: MessageValue
    /// What must be known to read rows.
    associatedtype Context: Sendable

    static var kind: RowKind { get }

    /// The day.
    var day: PostgresDate { get }
    /// The rest of its key.
    var series: PostgresUUID { get }
    /// What it is counted with.
    var part: SeriesPart { get }

    /// Learns what must be known to read rows.
    static func context(
        for sources: [Source],
        mappings: SpendMappingCatalogue,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> Context

    /// Reads a row.
    init(_ source: Source, _ reader: RowReader, _ context: Context) throws(RowFault)

    /// Does what must be done before rows can be stored.
    static func prepare(
        _ rows: [Self],
        _ context: Context,
        in transaction: PostgresTransaction
    ) async throws

    /// Adds the statement that stores rows with different keys, in their order, and returns day,
    /// series and revision of each that has changed anything. One that stands for several changes
    /// is one, also if the last of them says again what is stored; it never is the first of its
    /// key, but what would be inserted is checked first, and so has something before it.
    static func appendWrite(
        of rows: [Self],
        changes: [Int32],
        commit: Int64,
        to batch: inout Batch
    )
}

extension SeriesRow where Context == Void {
    static func context(
        for sources: [Source],
        mappings: SpendMappingCatalogue,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws {}

    static func prepare(
        _ rows: [Self],
        _ context: Void,
        in transaction: PostgresTransaction
    ) async throws {}
}

extension SeriesRow {
    /// Which row it is.
    var key: SeriesKey { SeriesKey(day: day, series: series) }
}

/// Which row of a kind.
struct SeriesKey: Hashable, Comparable {
    let day: PostgresDate
    let series: PostgresUUID

    /// The digest of the texts of a key: half of SHA-256 of each with its length before it.
    static func digest(_ parts: [String]) -> PostgresUUID {
        var bytes: [UInt8] = []
        for part in parts {
            let count = UInt32(clamping: part.utf8.count)
            for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: count >> (8 * place))) }
            bytes.append(contentsOf: part.utf8)
        }
        var hash = SHA256()
        hash.update(bytes.rawBytes)
        let digest = hash.finish().bytes
        func half(_ range: Range<Int>) -> UInt64 {
            digest[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return PostgresUUID(high: half(0..<8), low: half(8..<16))
    }

    /// The order in which rows are locked, the same for all writers.
    static func < (left: SeriesKey, right: SeriesKey) -> Bool {
        (left.day, left.series) < (right.day, right.series)
    }
}
