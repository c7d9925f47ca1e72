internal import Wire

extension PanelTable {
    /// Reads a file of comma-separated values, as RFC 4180 has them, with a header.
    ///
    /// Commas, semicolons, tabs or bars stand between cells: whichever the header has most of.
    /// Rows end in LF, CRLF or CR; blank ones do not count. Blanks around a cell do not count
    /// either, and a column without a name is called by its place: `column 1`.
    ///
    /// - Parameter bytes: UTF-8, with or without a byte order mark.
    /// - Throws: what is wrong with the file, all of it up to ``PanelFindings/most``.
    public init(csv bytes: RawSpan) throws(PanelFindings) {
        var reader = CSVReader()
        self = try reader.read(bytes)
    }
}

/// Reads comma-separated values.
private struct CSVReader {
    private var findings = PanelFindings()
    private var builder = PanelTableBuilder()
    /// The text of the cells of the row being read, one after the other, and where each ends.
    private var text: [UInt8] = []
    private var ends: [Int] = []
    /// The row being read, from 1.
    private var row = 1

    mutating func read(_ given: RawSpan) throws(PanelFindings) -> PanelTable {
        try checkKind(given)
        let marked = given.byteCount >= 3 && given.hasPrefix("\u{FEFF}")
        let bytes = given.extracting((marked ? 3 : 0)..<given.byteCount)
        var offset = try skipBlankRows(bytes)
        let separator = Self.separator(in: bytes, from: offset)
        try readRow(bytes, &offset, separator)
        let columns = try header()
        var isTooLarge = false
        while !isTooLarge, offset < bytes.byteCount {
            row += 1
            try readRow(bytes, &offset, separator)
            if ends.count == 1, cell(0).trimmed.isEmpty { continue }
            if ends.count == columns.count {
                for place in ends.indices { builder.add(cell: cell(place)) }
                builder.endRow(fileRow: row)
            } else {
                refuseWidth(columns.count, separator)
            }
            isTooLarge = builder.cells > PanelTable.mostCells
        }
        if isTooLarge { refuseSize("more than \(Figure.grouped(PanelTable.mostCells)) cells") }
        if builder.cells == 0, !findings.isRefusal { refuseEmpty("has a header and no rows") }
        if findings.isRefusal { throw findings }
        return builder.table(
            columns: columns,
            separator: Character(Unicode.Scalar(separator))
        )
    }

    // MARK: The file

    private mutating func checkKind(_ bytes: RawSpan) throws(PanelFindings) {
        if bytes.byteCount == 0 { refuseEmpty("is empty") }
        if bytes.byteCount > PanelTable.mostBytes {
            refuseSize("\(Figure.grouped(bytes.byteCount)) bytes, at most 64 MB are read")
        }
        if findings.isRefusal { throw findings }
        let (first, second) = (bytes.byte(at: 0), bytes.byteCount > 1 ? bytes.byte(at: 1) : 1)
        let isWide = first == 0xFF && second == 0xFE || first == 0xFE && second == 0xFF
        let isPacked = bytes.hasPrefix("PK\u{3}\u{4}") || first == 0x1F && second == 0x8B
        let hasNUL = !isWide && (0..<bytes.byteCount).contains { bytes.byte(at: $0) == 0 }
        if isWide || isPacked || hasNUL {
            findings.add(
                PanelFinding(
                    .refuses,
                    .notText,
                    problem: isWide
                        ? "the file is UTF-16"
                        : isPacked ? "the file is packed, or a spreadsheet's own" : "it has NULs",
                    remedy: "export it as CSV in UTF-8 (in a spreadsheet: “CSV UTF-8”)"
                )
            )
            throw findings
        }
        try checkUTF8(bytes)
    }

    private mutating func checkUTF8(_ bytes: RawSpan) throws(PanelFindings) {
        let wrong: Int
        do throws(UTF8.ValidationError) {
            // Bytes of any value are bytes.
            _ = try UTF8Span(validating: Span<UInt8>(_bytes: bytes))
            return
        } catch {
            wrong = min(error.byteOffsets.lowerBound, bytes.byteCount)
        }
        var line = 1
        for offset in 0..<wrong where bytes.byte(at: offset) == 0x0A { line += 1 }
        findings.add(
            PanelFinding(
                .refuses,
                .notUTF8,
                row: line,
                problem: "a character on line \(line) is not UTF-8",
                remedy: "save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)"
            )
        )
        throw findings
    }

    /// Passes rows before the header that have nothing in them.
    private mutating func skipBlankRows(_ bytes: RawSpan) throws(PanelFindings) -> Int {
        var offset = 0
        while offset < bytes.byteCount {
            switch bytes.byte(at: offset) {
            case 0x0A: row += 1
            case 0x0D:
                let isPair = offset + 1 < bytes.byteCount && bytes.byte(at: offset + 1) == 0x0A
                if !isPair { row += 1 }
            case 0x20: break
            default: return offset
            }
            offset += 1
        }
        refuseEmpty("has nothing but blanks")
        throw findings
    }

    /// What the header has most of, outside quotation marks.
    private static func separator(in bytes: RawSpan, from start: Int) -> UInt8 {
        let candidates = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
        var counts = [0, 0, 0, 0]
        var isQuoted = false
        for offset in start..<bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D { break }
            if let place = candidates.firstIndex(of: byte) { counts[place] += 1 }
        }
        let most = counts.max() ?? 0
        return candidates[counts.firstIndex(of: most) ?? 0]
    }

    // MARK: Rows

    private func cell(_ place: Int) -> ArraySlice<UInt8> {
        text[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
    }

    /// Reads the cells of a row, and passes its end.
    private mutating func readRow(
        _ bytes: RawSpan,
        _ offset: inout Int,
        _ separator: UInt8
    ) throws(PanelFindings) {
        text.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        while true {
            readCell(bytes, &offset, separator)
            ends.append(text.count)
            guard ends.count <= PanelTable.mostColumns else {
                refuseSize("more than \(Figure.grouped(PanelTable.mostColumns)) cells in a row")
                throw findings
            }
            guard offset < bytes.byteCount else { return }
            let byte = bytes.byte(at: offset)
            offset += 1
            if byte == separator { continue }
            if byte == 0x0D, offset < bytes.byteCount, bytes.byte(at: offset) == 0x0A {
                offset += 1
            }
            return
        }
    }

    /// Reads a cell, up to what ends it.
    private mutating func readCell(_ bytes: RawSpan, _ offset: inout Int, _ separator: UInt8) {
        let quote = UInt8(ascii: "\"")
        let start = offset
        if offset < bytes.byteCount, bytes.byte(at: offset) == quote {
            offset += 1
            while true {
                guard offset < bytes.byteCount else {
                    refuseQuote(start, bytes, "a quotation mark is opened and never closed")
                    return
                }
                let byte = bytes.byte(at: offset)
                offset += 1
                guard byte == quote else {
                    text.append(byte)
                    continue
                }
                guard offset < bytes.byteCount, bytes.byte(at: offset) == quote else { break }
                text.append(quote)
                offset += 1
            }
            let isClosed = Self.isEnd(bytes, offset, separator)
            if !isClosed { refuseQuote(start, bytes, "text follows a closing quotation mark") }
        }
        while !Self.isEnd(bytes, offset, separator) {
            text.append(bytes.byte(at: offset))
            offset += 1
        }
    }

    private static func isEnd(_ bytes: RawSpan, _ offset: Int, _ separator: UInt8) -> Bool {
        guard offset < bytes.byteCount else { return true }
        let byte = bytes.byte(at: offset)
        return byte == separator || byte == 0x0A || byte == 0x0D
    }

    /// The names of the columns, from the row that has been read.
    private mutating func header() throws(PanelFindings) -> [String] {
        var places: [String: Int] = [:]
        var columns: [String] = []
        for place in ends.indices {
            let found = String(decoding: cell(place).trimmed, as: UTF8.self)
            let name = found.isEmpty ? "column \(place + 1)" : found
            if let other = places.updateValue(place, forKey: name) {
                findings.add(
                    PanelFinding(
                        .refuses,
                        .doubledHeader,
                        columns: [name],
                        row: row,
                        problem: "columns \(other + 1) and \(place + 1) have one name",
                        remedy: "give each column a name of its own"
                    )
                )
            }
            columns.append(name)
        }
        return columns
    }

    // MARK: Refusals

    private mutating func refuseEmpty(_ problem: String) {
        findings.add(
            PanelFinding(
                .refuses,
                .empty,
                problem: "the file " + problem,
                remedy: "send a file with a row of column names and a row for each period"
            )
        )
    }

    private mutating func refuseSize(_ problem: String) {
        findings.add(
            PanelFinding(
                .refuses,
                .tooLarge,
                row: row > 1 ? row : nil,
                problem: "the file has " + problem,
                remedy: "send weeks instead of days, fewer geos, or fewer columns"
            )
        )
    }

    private mutating func refuseQuote(_ start: Int, _ bytes: RawSpan, _ problem: String) {
        // A character that is cut at the end is repaired.
        let end = min(bytes.byteCount, start + 4 * PanelFinding.longestText)
        let shown = (start..<end).map { bytes.byte(at: $0) }
        findings.add(
            PanelFinding(
                .refuses,
                .strayQuote,
                row: row,
                text: String(decoding: shown, as: UTF8.self),
                problem: problem,
                remedy: "close the quotation mark, or double it if it belongs to the text"
            )
        )
    }

    private mutating func refuseWidth(_ expected: Int, _ separator: UInt8) {
        let has = Figure.count(ends.count, "cell")
        let character = separator == 0x09 ? "tab" : "“\(Character(Unicode.Scalar(separator)))”"
        findings.add(
            PanelFinding(
                .refuses,
                .wrongCells,
                row: row,
                text: String(decoding: text.prefix(4 * PanelFinding.longestText), as: UTF8.self),
                problem: "the row has \(has), the header \(expected)",
                remedy: ends.count > expected
                    ? "put cells that have a \(character) in them in quotation marks"
                    : "fill the row up, with empty cells where there is nothing"
            )
        )
    }
}
