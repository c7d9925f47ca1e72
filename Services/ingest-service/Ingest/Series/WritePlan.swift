internal import Postgres

/// In which order rows are stored, so that they count in the order in which they came.
///
/// A statement writes a row of a key once. Of a key that comes often the first row is written,
/// then the one before the last for all between, then the last: what is kept of a row's past is
/// how often it changed and what the last change replaced, and a call costs three statements
/// however often it repeats a key.
struct WritePlan<Row: SeriesRow> {
    /// What each statement writes, in the order of the keys.
    private(set) var waves: [[SeriesWrite<Row>]] = []
    /// What became of each row that came; duplicates until something else is known.
    var outcomes: [RowOutcome]

    private var histories: [SeriesKey: History] = [:]

    /// What came of a key, without what only repeated the row before it.
    private struct History {
        let first: Row
        let firstIndex: Int
        var beforeLast: Row
        var last: Row
        var count: Int32 = 1
    }

    init(count: Int) {
        outcomes = Array(repeating: .duplicate, count: count)
        histories.reserveCapacity(count)
    }

    /// Adds the next row; one that says what the row of its key before it says is a duplicate.
    mutating func add(_ row: Row, at index: Int) {
        guard var history = histories[row.key] else {
            histories[row.key] = History(
                first: row,
                firstIndex: index,
                beforeLast: row,
                last: row
            )
            return
        }
        if history.last == row { return }
        // Whatever was stored before, the row before this one has replaced it.
        outcomes[index] = .corrected
        history.beforeLast = history.last
        history.last = row
        history.count += 1
        histories[row.key] = history
    }

    /// Makes the waves of what was added, each in the order in which all writers lock rows.
    mutating func arrange() {
        var first: [SeriesWrite<Row>] = []
        first.reserveCapacity(histories.count)
        var between: [SeriesWrite<Row>] = []
        var last: [SeriesWrite<Row>] = []
        for history in histories.values {
            first.append(SeriesWrite(row: history.first, changes: 1))
            if history.count > 2 {
                between.append(SeriesWrite(row: history.beforeLast, changes: history.count - 2))
            }
            if history.count > 1 { last.append(SeriesWrite(row: history.last, changes: 1)) }
        }
        waves = [first, between, last].filter { !$0.isEmpty }
        for wave in waves.indices { waves[wave].sort { $0.row.key < $1.row.key } }
    }

    /// Notes what the statements have done.
    ///
    /// - Parameter results: of each wave, the rows that have changed anything.
    /// - Returns: all rows that have changed, each once.
    /// - Throws: `PostgresError` if a row is not what the statements return.
    mutating func note(_ results: [Rows]) throws(PostgresError) -> [SeriesChange<Row>] {
        var revisions: [SeriesKey: (before: Int32, after: Int32)] = [:]
        for (wave, rows) in results.enumerated() {
            // What is written first is one change of each row.
            let writes =
                wave == 0
                ? [:] : Dictionary(waves[wave].map { ($0.row.key, $0.changes) }) { $1 }
            revisions.reserveCapacity(revisions.count + rows.count)
            for row in rows {
                let (day, series, revision) = try row.read(
                    PostgresDate.self,
                    PostgresUUID.self,
                    Int32.self
                )
                let key = SeriesKey(day: day, series: series)
                let before = revisions[key]?.before ?? revision - (writes[key] ?? 1)
                revisions[key] = (before, revision)
                if wave == 0, let index = histories[key]?.firstIndex {
                    outcomes[index] = revision == 1 ? .accepted : .corrected
                }
            }
        }
        return revisions.compactMap { key, revision in
            guard let row = histories[key]?.last else { return nil }
            return SeriesChange(
                row: row,
                isNew: revision.before == 0,
                isFirstCorrection: revision.before <= 1 && revision.after > 1
            )
        }
    }
}

/// A row as a statement writes it.
struct SeriesWrite<Row: SeriesRow>: Sendable {
    let row: Row
    /// How many changes of the row this is: what came between is written with the one after it.
    let changes: Int32
}
