internal import Wire

/// Writes rows of texts to a file, some hundred kilobytes at a time.
struct TableWriter: ~Copyable {
    private let columns: [String]
    private let format: TableFormat
    private var buffer = OutputBuffer()
    /// How many rows there are.
    private(set) var rows = 0

    private static let part = 256 << 10

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: where, without what the format ends in.
    ///   - columns: the names of the cells.
    ///   - format: how rows are written.
    ///   - sink: what takes it.
    /// - Throws: what the sink throws.
    init<Sink: WorldSink & ~Copyable>(
        _ path: String,
        _ columns: [String],
        _ format: TableFormat = .csv,
        to sink: inout Sink
    ) throws(Sink.Failure) {
        self.columns = columns
        self.format = format
        try sink.begin("\(path).\(format.rawValue)")
        if format == .csv { line(columns) }
    }

    /// Writes a row.
    ///
    /// - Parameters:
    ///   - cells: one for each column.
    ///   - sink: what takes it.
    /// - Throws: what the sink throws.
    mutating func row<Sink: WorldSink & ~Copyable>(
        _ cells: [String],
        to sink: inout Sink
    ) throws(Sink.Failure) {
        switch format {
        case .csv: line(cells)
        case .ndjson: object(cells)
        }
        rows += 1
        if buffer.count >= Self.part { try flush(to: &sink) }
    }

    /// Ends the file.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - meaning: what it says.
    ///   - sink: what took it.
    /// - Returns: what was written.
    /// - Throws: what the sink throws.
    mutating func end<Sink: WorldSink & ~Copyable>(
        _ path: String,
        _ meaning: String,
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        try flush(to: &sink)
        try sink.end()
        return WrittenFile(path: "\(path).\(format.rawValue)", rows: rows, meaning: meaning)
    }

    private mutating func flush<Sink: WorldSink & ~Copyable>(
        to sink: inout Sink
    ) throws(Sink.Failure) {
        try sink.write(Array(copying: buffer.bytes))
        buffer = OutputBuffer()
    }

    private mutating func line(_ cells: [String]) {
        for (place, cell) in cells.enumerated() {
            if place > 0 { buffer.append(UInt8(ascii: ",")) }
            guard cell.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") })
            else {
                buffer.append(cell)
                continue
            }
            buffer.append("\"" + cell.replacing("\"", with: "\"\"") + "\"")
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    private mutating func object(_ cells: [String]) {
        var mark = UInt8(ascii: "{")
        for (column, cell) in zip(columns, cells) where !cell.isEmpty {
            buffer.append(mark)
            mark = UInt8(ascii: ",")
            buffer.appendJSON(column.utf8Span.span.asRawSpan)
            buffer.append(UInt8(ascii: ":"))
            buffer.appendJSON(cell.utf8Span.span.asRawSpan)
        }
        buffer.append("}\n")
    }
}
