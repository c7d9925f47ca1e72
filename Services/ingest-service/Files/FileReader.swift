internal import Wire

/// Reads a file as its plan says: bytes in, in parts; typed rows out, each with its fate.
///
/// Append a part, call ``next()`` until it is starved, append the next; at the end ``finish()``.
/// Memory does not grow with the file.
public struct FileReader: ~Copyable, Sendable {
    /// What ``next()`` came to.
    public enum Step: Sendable {
        /// The next row.
        case row(Row)
        /// More bytes are needed.
        case starved
        /// There are no more rows.
        case ended
    }

    /// A row of the file.
    public struct Row: Hashable, Sendable {
        /// Its number, from 1, as a spreadsheet counts.
        public let record: Int
        /// Where it starts in the unpacked bytes.
        public let byteOffset: Int
        /// How many bytes it has, without its line end.
        public let byteCount: Int
        /// What became of it.
        public let fate: Fate
    }

    /// What became of a row.
    public enum Fate: Hashable, Sendable {
        /// It says something.
        case read(FileRow)
        /// It is wrong: at least one finding.
        case rejected([Finding])
        /// It is not meant to say anything.
        case passed(Passed)
    }

    /// Why a row is not meant to say anything.
    public enum Passed: String, Sendable {
        /// It comes before the names of the columns.
        case preamble
        /// It has the names of the columns.
        case header
        /// It begins as remarks do.
        case comment
        /// All its cells are empty.
        case empty
        /// It sums up others, or closes the file.
        case total
    }

    private let plan: FilePlan
    private var rows: RowReader
    private var typer: RowTyper

    /// Begins at the start of a file, or where another reader with the same plan stopped.
    ///
    /// - Parameters:
    ///   - plan: how to read it; one without ``FilePlan/problems()``.
    ///   - now: the time in microseconds since 1970-01-01T00:00:00Z: what lies 48 hours ahead of it
    ///     is taken for a mistake.
    ///   - checkpoint: where to go on; the first part then starts at its ``Checkpoint/sentOffset``.
    public init(_ plan: FilePlan, now: Int, from checkpoint: Checkpoint? = nil) {
        self.plan = plan
        rows = RowReader(form: plan.form, encoding: plan.encoding, from: checkpoint)
        typer = RowTyper(plan, now: now)
    }

    /// Takes the next part of the file as it was sent.
    public mutating func append(_ bytes: RawSpan) { rows.append(bytes) }

    /// Says that there are no more parts.
    public mutating func finish() { rows.finish() }

    /// Where to go on behind the row that came last.
    public mutating func checkpoint() -> Checkpoint { rows.checkpoint() }

    /// How many of the bytes sent have been unpacked.
    public var sentOffset: Int { rows.sentOffset }

    /// The row that came last as it stands in the file; of one that is too long, the start.
    public var rawRow: RawSpan {
        @_lifetime(borrow self)
        get { rows.rawRow }
    }

    /// What the row that came last says in columns of some roles, also if it was rejected.
    ///
    /// - Parameter roles: which columns.
    /// - Returns: the texts; nil if it is not known which cell is of which column.
    public func texts(of roles: Set<ColumnRole>) -> [String]? {
        guard rows.fault == nil, rows.cellCount <= plan.columns.count else { return nil }
        return plan.columns.indices.filter { roles.contains(plan.columns[$0].role) }
            .map { String(repairing: rows.cell($0).trimmed) }
            .filter { !$0.isEmpty }
    }

    /// Reads the next row.
    ///
    /// - Returns: the row, if there is one.
    /// - Throws: ``Finding`` if the file cannot be read any further, or has other columns than the
    ///   plan.
    public mutating func next() throws(Finding) -> Step {
        switch try rows.next() {
        case .starved: return .starved
        case .ended: return .ended
        case .row:
            return .row(
                Row(
                    record: rows.record,
                    byteOffset: rows.byteOffset,
                    byteCount: rows.byteCount,
                    fate: try fate()
                )
            )
        }
    }

    private mutating func fate() throws(Finding) -> Fate {
        if let dialect = plan.form.dialect {
            if rows.record < dialect.headerRecord { return .passed(.preamble) }
            if rows.record == dialect.headerRecord {
                try checkHeader()
                return .passed(.header)
            }
            if let comment = dialect.comment, rows.rawRow.byteCount > 0,
                rows.rawRow.byte(at: 0) == comment
            {
                return .passed(.comment)
            }
        }
        if let fault = rows.fault { return .rejected([fault]) }
        if isEmpty { return .passed(.empty) }
        if plan.form.dialect != nil {
            if rows.cellCount != plan.columns.count, typer.isTotal(rows) {
                return .passed(.total)
            }
            if let rule = widthFault() {
                let excerpt = Finding.excerpt(rows.rawRow)
                return .rejected([
                    Finding(rule, record: rows.record, at: rows.byteOffset, excerpt: excerpt)
                ])
            }
        }
        switch typer.read(rows) {
        case .success(let row): return .read(row)
        case .failure(let faults):
            // A row of totals has no date that could be read.
            if plan.form.dialect != nil, typer.isTotal(rows) { return .passed(.total) }
            return .rejected(faults.findings)
        }
    }

    private var isEmpty: Bool {
        for column in 0..<min(rows.cellCount, plan.columns.count) {
            if rows.cell(column).trimmed.byteCount > 0 { return false }
        }
        return rows.cellCount <= plan.columns.count
    }

    /// Whether the row has cells that no column names, or breaks off at the end of the file.
    ///
    /// Cells that are missing at the end of other rows are empty: programs leave them out.
    private func widthFault() -> Finding.Rule? {
        let count = plan.columns.count
        if rows.cellCount < count { return rows.isUnterminated ? .truncatedRow : nil }
        guard rows.cellCount > count else { return nil }
        let kept = min(rows.cellCount, DelimitedScanner.mostCells)
        let hasText = (count..<kept).contains { rows.cell($0).trimmed.byteCount > 0 }
        return hasText || rows.cellCount > kept ? .tooManyCells : nil
    }

    private mutating func checkHeader() throws(Finding) {
        if let fault = rows.fault {
            rows.failure = fault
            throw fault
        }
        let isSame =
            rows.cellCount >= plan.columns.count
            && plan.columns.indices.allSatisfy { column in
                String(repairing: rows.cell(column).trimmed) == plan.columns[column].header
            }
        guard isSame else {
            let finding = Finding(
                .wrongColumns,
                record: rows.record,
                at: rows.byteOffset,
                excerpt: Finding.excerpt(rows.rawRow)
            )
            rows.failure = finding
            throw finding
        }
    }
}
