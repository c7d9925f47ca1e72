/// Writes the cells of a ``CSVTable``.
struct CSVWriter {
    private let options: JSONOptions

    init(_ options: JSONOptions) { self.options = options }

    /// Writes the names of the columns.
    func names(_ names: [String], to output: inout OutputBuffer) {
        for (place, name) in names.enumerated() {
            if place > 0 { output.append(UInt8(ascii: ",")) }
            append(cell: name.utf8Span.span.asRawSpan, isText: true, to: &output)
        }
        output.append("\r\n")
    }

    /// Writes a row: a message's fields.
    ///
    /// - Parameters:
    ///   - bytes: the bytes that the message lies in, checked.
    ///   - slice: where it lies.
    ///   - columns: its columns.
    ///   - output: where the row goes.
    /// - Throws: ``CodecError`` for a value that JSON has no form for.
    func row(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ columns: [CSVTable.Column],
        to output: inout OutputBuffer
    ) throws(CodecError) {
        for (place, column) in columns.enumerated() {
            if place > 0 { output.append(UInt8(ascii: ",")) }
            try cell(bytes, slice, column, to: &output)
        }
        output.append("\r\n")
    }

    private func cell(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ column: CSVTable.Column,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        var inner = slice
        for (schema, position) in zip(column.schemas, column.positions).dropLast() {
            guard let found = Self.find(schema.entry(position), bytes, inner) else { return }
            inner = found
        }
        guard let text = try value(of: column, inner.bytes(in: bytes)) else { return }
        append(json: text.bytes, to: &output)
    }

    /// The field of a column as JSON; nil if it is not there.
    private func value(
        of column: CSVTable.Column,
        _ message: RawSpan
    ) throws(CodecError) -> SharedBytes? {
        // Scalars without presence are shown at their defaults.
        var options = options
        options.printsDefaults = column.field.cardinality != .explicit
        return try column.value.json(inChecked: message, options: options)
    }

    /// Where a message lies within another; nil if it is not there.
    private static func find(
        _ field: FieldEntry,
        _ bytes: RawSpan,
        _ slice: FieldSlice
    ) -> FieldSlice? {
        var reader = WireReader(bytes, from: slice)
        var found: FieldSlice?
        while let tag = reader.nextTag() {
            if tag == field.tag { found = reader.slice() } else { reader.skip(tag) }
        }
        return found
    }

    // MARK: Series

    /// Writes repeated scalars beside each other; those that are shorter leave cells empty.
    func series(
        _ bytes: RawSpan,
        _ columns: [CSVTable.Column],
        to output: inout OutputBuffer
    ) throws(CodecError) {
        var texts: [(text: SharedBytes, elements: [Range<Int>])] = []
        for column in columns {
            let text = try value(of: column, bytes) ?? SharedBytes([])
            texts.append((text, Self.elements(of: text.bytes)))
        }
        for row in 0..<(texts.map(\.elements.count).max() ?? 0) {
            for (place, column) in texts.enumerated() {
                if place > 0 { output.append(UInt8(ascii: ",")) }
                guard row < column.elements.count else { continue }
                append(json: column.text.bytes.extracting(column.elements[row]), to: &output)
            }
            output.append("\r\n")
        }
    }

    /// Where the elements lie of an array of scalars that was printed as JSON.
    private static func elements(of array: RawSpan) -> [Range<Int>] {
        var elements: [Range<Int>] = []
        var start = 1
        var place = 1
        var isQuoted = false
        while place < array.byteCount {
            let byte = array.byte(at: place)
            if isQuoted && byte == UInt8(ascii: "\\") {
                place += 1
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
                if place > start { elements.append(start..<place) }
                start = place + 1
            }
            place += 1
        }
        return elements
    }

    // MARK: Cells

    /// Appends a value that was printed as JSON: a string without its quotes, all else as it is.
    private func append(json value: RawSpan, to output: inout OutputBuffer) {
        guard value.byteCount > 0, value.byte(at: 0) == UInt8(ascii: "\"") else {
            let isNull = value.byteCount == 4 && value.byte(at: 0) == UInt8(ascii: "n")
            if !isNull { append(cell: value, isText: false, to: &output) }
            return
        }
        var scanner = JSONScanner(value)
        // What the printer has written is a string.
        guard let string = try? scanner.string() else { return }
        if string.isEscaped {
            let text = scanner.unescaped(string)
            append(cell: text.rawBytes, isText: true, to: &output)
        } else {
            append(cell: value.extracting(string.range), isText: true, to: &output)
        }
    }

    /// Appends a cell, in quotes where it needs them.
    private func append(cell: RawSpan, isText: Bool, to output: inout OutputBuffer) {
        if cell.byteCount == 0 { return }
        let isFormula = isText && Self.beginsFormula(cell)
        var needsQuotes = isFormula
        for offset in 0..<cell.byteCount where Self.isSpecial(cell.byte(at: offset)) {
            needsQuotes = true
            break
        }
        guard needsQuotes else { return output.append(cell) }
        let quote = UInt8(ascii: "\"")
        output.append(quote)
        if isFormula { output.append(UInt8(ascii: "'")) }
        for offset in 0..<cell.byteCount {
            let byte = cell.byte(at: offset)
            if byte == quote { output.append(quote) }
            output.append(byte)
        }
        output.append(quote)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == 0x0D || byte == 0x0A
    }

    /// Whether a spreadsheet may take a text for more than a text; numbers in strings are none.
    private static func beginsFormula(_ text: RawSpan) -> Bool {
        switch text.byte(at: 0) {
        case UInt8(ascii: "="), UInt8(ascii: "@"), 0x09, 0x0D: true
        case UInt8(ascii: "+"), UInt8(ascii: "-"): JSONScanner.number(in: text) == nil
        default: false
        }
    }
}
