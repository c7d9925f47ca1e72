internal import Postgres

/// In which order rows are stored, so that they count in the order in which they came: a statement
/// writes a row of a key once, and what comes again for it is left to the next.
struct WritePlan<Row: SeriesRow> {
    /// What each statement writes, in the order of the keys, and where that came.
    private(set) var waves: [[(index: Int, row: Row)]] = []
    /// What became of each row that came; duplicates until something else is known.
    var outcomes: [RowOutcome]

    private var last: [SeriesKey: (wave: Int, row: Row)] = [:]

    init(count: Int) {
        outcomes = Array(repeating: .duplicate, count: count)
    }

    /// Adds the next row; one that says what the row of its key before it says is a duplicate.
    mutating func add(_ row: Row, at index: Int) {
        let before = last[row.key]
        if before?.row == row { return }
        let wave = before.map { $0.wave + 1 } ?? 0
        last[row.key] = (wave, row)
        if wave == waves.count { waves.append([]) }
        waves[wave].append((index, row))
    }

    /// Puts the rows of each wave into the order in which all writers lock them.
    mutating func sort() {
        for wave in waves.indices { waves[wave].sort { $0.row.key < $1.row.key } }
    }

    /// Notes what the statements have done.
    ///
    /// - Parameter results: of each wave, the rows that have changed anything.
    /// - Returns: the keys of all rows that have changed, each once.
    /// - Throws: `PostgresError` if a row is not what the statements return.
    mutating func note(_ results: [Rows]) throws(PostgresError) -> Set<SeriesKey> {
        var changed: Set<SeriesKey> = []
        for (wave, rows) in zip(waves, results) {
            var revisions: [SeriesKey: Int32] = [:]
            for row in rows {
                let (day, series, revision) = try row.read(
                    PostgresDate.self,
                    PostgresUUID.self,
                    Int32.self
                )
                revisions[SeriesKey(day: day, series: series)] = revision
            }
            for (index, row) in wave {
                guard let revision = revisions[row.key] else { continue }
                outcomes[index] = revision == 1 ? .accepted : .corrected
            }
            changed.formUnion(revisions.keys)
        }
        return changed
    }
}
