/// Makes a table of many rows, faster than row by row.
///
/// A row's path may lie anywhere in a table that is larger than what a processor keeps at hand. The
/// builder looks for those of several rows at once, so that it waits for them together. What it is
/// given fails as it does in a table, row by row; its table is the same.
public struct PathTableBuilder: Sendable {
    private var table: PathTable
    /// Rows that are not in the table yet, and their touches.
    private var rows: [Row] = []
    private var steps: [ChannelNames.ID]
    private var stepCount = 0

    private static let mostRows = 64
    private static let mostSteps = 4_096

    private struct Row {
        let steps: Range<Int>
        let hash: UInt64
        let journeys: PathTable.Journeys
    }

    /// No rows.
    ///
    /// - Parameter mostTouches: as of ``PathTable/init(isTimed:mostTouches:)``.
    public init(mostTouches: Int = 200_000_000) {
        table = PathTable(mostTouches: mostTouches)
        // The last row that comes may be of any length.
        steps = Array(repeating: 0, count: Self.mostSteps + PathTable.mostTouchesPerPath)
        rows.reserveCapacity(Self.mostRows)
    }

    /// The table of all rows.
    ///
    /// - Returns: a table without times.
    public mutating func build() -> PathTable {
        settle()
        return table
    }

    /// Adds a channel's name, or finds it.
    ///
    /// - Parameter name: any text but an empty one.
    /// - Returns: the channel's number in paths.
    /// - Throws: ``AttributionFailure``.
    public mutating func channel(_ name: String) throws(AttributionFailure) -> ChannelNames.ID {
        try table.channels.id(of: name)
    }

    /// Adds journeys that took one path.
    ///
    /// - Parameters:
    ///   - path: a channel's number for each touch.
    ///   - conversions: how many of them have a conversion.
    ///   - value: what those are worth together.
    ///   - nulls: how many of them have none.
    /// - Throws: ``AttributionFailure``; the table is then as it was.
    public mutating func append(
        _ path: Span<ChannelNames.ID>,
        conversions: Int,
        value: PathValue,
        nulls: Int
    ) throws(AttributionFailure) {
        makeRoom()
        try table.checkTouches(path)
        for touch in path.indices { steps[stepCount + touch] = path[touch] }
        try take(
            path.count,
            PathTable.Journeys(conversions: conversions, value: value, nulls: nulls)
        )
    }

    /// Adds journeys whose path is text.
    ///
    /// - Parameters:
    ///   - text: as in ``PathTable/append(text:separator:conversions:value:nulls:)``.
    ///   - separator: what stands between channels.
    ///   - conversions: how many journeys with a conversion took the path.
    ///   - value: what those are worth together.
    ///   - nulls: how many without one.
    /// - Throws: ``AttributionFailure``; the table is then as it was, but for new channels.
    public mutating func append(
        text: RawSpan,
        separator: PathSeparator = .angle,
        conversions: Int,
        value: PathValue,
        nulls: Int
    ) throws(AttributionFailure) {
        makeRoom()
        let count = try table.channels.split(text, separator, into: &steps, from: stepCount)
        try take(count, PathTable.Journeys(conversions: conversions, value: value, nulls: nulls))
    }

    /// Near the end of what a table holds rows are looked up one by one, for they may be known.
    private mutating func makeRoom() {
        if !table.hasRoom(for: steps.count) { settle() }
    }

    /// Takes the touches behind those of all rows as those of a row.
    private mutating func take(
        _ count: Int,
        _ journeys: PathTable.Journeys
    ) throws(AttributionFailure) {
        try table.check(count, journeys)
        table.total(journeys)
        let row = stepCount..<stepCount + count
        let hash = PathTable.hash(steps.span.extracting(row), Span())
        rows.append(Row(steps: row, hash: hash, journeys: journeys))
        stepCount += count
        if rows.count == Self.mostRows || stepCount > Self.mostSteps { settle() }
    }

    /// Gives the rows to the table: what is looked up for one does not wait for another.
    private mutating func settle() {
        // A second name, for the table changes while they are looked at.
        let steps = steps
        var candidates = InlineArray<64, Int>(repeating: -1)
        for row in rows.indices { candidates[row] = table.candidate(rows[row].hash) }
        for row in rows.indices where candidates[row] >= 0 {
            let isAsLong = table.range(candidates[row]).count == rows[row].steps.count
            candidates[row] = isAsLong ? candidates[row] : -1
        }
        for row in rows.indices where candidates[row] >= 0 {
            let isAlike = table.path(candidates[row])[0] == steps[rows[row].steps.lowerBound]
            candidates[row] = isAlike ? candidates[row] : -1
        }
        for row in rows.indices {
            let path = steps.span.extracting(rows[row].steps)
            if candidates[row] >= 0, PathTable.areEqual(table.path(candidates[row]), path) {
                table.give(rows[row].journeys, to: candidates[row])
            } else {
                table.insert(path, Span(), rows[row].hash, rows[row].journeys)
            }
        }
        rows.removeAll(keepingCapacity: true)
        stepCount = 0
    }
}
