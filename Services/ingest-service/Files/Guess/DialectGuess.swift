/// Finds out what stands between the cells of a file, and which row names its columns.
struct DialectGuess {
    let dialect: Dialect
    /// The names of the columns; numbered if the file has none.
    let header: [String]
    /// The rows behind the header.
    let rows: [Sample.Row]
    /// The rows before it.
    let preamble: [Sample.Row]
    /// How the dialect was told, and how surely.
    let reason: String
    let confidence: Double

    private static let delimiters: [(byte: UInt8, name: String)] = [
        (UInt8(ascii: ","), "a comma"), (UInt8(ascii: ";"), "a semicolon"),
        (UInt8(ascii: "\t"), "a tab"), (UInt8(ascii: "|"), "a bar"),
    ]

    /// Compares the delimiters by how evenly they part the rows.
    ///
    /// - Parameters:
    ///   - sample: the start of the file.
    ///   - encoding: what bytes mean.
    /// - Throws: ``Finding`` if there is no row.
    init(_ sample: Sample, _ encoding: TextEncoding) throws(Finding) {
        var best: (score: Double, rows: [Sample.Row], header: Int, width: Int, place: Int)?
        for (place, delimiter) in Self.delimiters.enumerated() {
            let dialect = Dialect(delimiter: delimiter.byte, headerRecord: 0)
            let rows = try sample.rows(.delimited(dialect), encoding).rows
            guard let (header, width, score) = Self.score(rows) else { continue }
            if score > (best?.score ?? -1) { best = (score, rows, header, width, place) }
        }
        guard let best else { throw Finding(.empty, at: 0) }
        let first = best.rows[best.header]
        let isHeader = Self.isHeader(first.cells)
        var dialect = Dialect(
            delimiter: Self.delimiters[best.place].byte,
            headerRecord: isHeader ? first.record : 0
        )
        preamble = Array(best.rows[..<best.header])
        if preamble.contains(where: { $0.cells.first?.hasPrefix("#") == true }) {
            dialect.comment = UInt8(ascii: "#")
        }
        self.dialect = dialect
        header = isHeader ? first.cells : (1...best.width).map { "column \($0)" }
        rows = Array(best.rows[(isHeader ? best.header + 1 : best.header)...])
        reason = "\(Self.delimiters[best.place].name) parts rows into \(best.width) cells"
        confidence = min(1, max(0.1, best.score))
    }

    /// How well rows are parted: the share of those behind the header that are as wide as most.
    private static func score(
        _ rows: [Sample.Row]
    ) -> (header: Int, width: Int, score: Double)? {
        if rows.isEmpty { return nil }
        let widths = Dictionary(grouping: rows) { $0.cells.count }.mapValues(\.count)
        let wide = widths.filter { $0.key > 1 }
        let usual = wide.isEmpty ? widths : wide
        // Of widths that are as frequent, the larger.
        guard
            let (width, count) = usual.max(by: {
                ($0.value, $0.key) < ($1.value, $1.key)
            })
        else { return nil }
        // The header may be wider than rows that leave out what is empty.
        let isEven = rows[0].cells.count > width && isHeader(rows[0].cells) && width > 1
        let header =
            isEven ? 0 : rows.firstIndex { $0.cells.count == width } ?? 0
        let headerWidth = rows[header].cells.count
        let share = Double(count) / Double(rows.count - header)
        let form = isHeader(rows[header].cells) ? 1 : 0.5
        let breadth = 1 - 0.8 / Double(headerWidth)
        return (header, headerWidth, min(share, 1) * form * breadth)
    }

    /// Whether cells look like names: none is a number or a date, and most are not empty.
    private static func isHeader(_ cells: [String]) -> Bool {
        let named = cells.filter { !$0.isEmpty }
        guard named.count * 2 >= cells.count, !named.isEmpty else { return false }
        return !named.contains { ColumnProfile.isValue($0) }
    }
}
