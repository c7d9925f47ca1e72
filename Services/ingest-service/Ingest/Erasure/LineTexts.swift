internal import Files
internal import Messages
internal import Wire

/// The texts of a line of a file, in whatever form it is: each may be an id.
///
/// It errs on the side of too many: what cannot be read is taken apart at whatever may part it.
enum LineTexts {
    /// What stands between cells, in some file or other.
    private static let delimiters = Array(",;\t|".utf8)
    /// What stands between texts and around them.
    private static let marks = Set(",;\t|:{}[]\"".utf8)
    private static let quote = UInt8(ascii: "\"")

    /// The texts of a line.
    ///
    /// - Parameter bytes: the line as it stands in the file.
    /// - Returns: its cells, or of an object of JSON its members, whatever they are in.
    static func texts(of bytes: SharedBytes) -> Set<String> {
        let isUTF8 = UTF8Validation.firstInvalidByte(in: bytes.bytes, 0..<bytes.count) == nil
        let encoding: TextEncoding = isUTF8 ? .utf8 : .windows1252
        let line = Array(encoding.text(of: bytes.bytes).utf8)
        var texts: Set<String> = []
        // Also of what is no object after all, and numbers of more digits than one has room for.
        for part in line.split(whereSeparator: marks.contains) { note(part, in: &texts) }
        if let value = try? GoogleProtobuf.Value(json: bytes.bytes) {
            value.collect(into: &texts)
        } else {
            for delimiter in delimiters {
                for cell in cells(line, between: delimiter) { note(cell, in: &texts) }
            }
        }
        return texts
    }

    /// The cells of a line, in whose quotes there may be delimiters.
    private static func cells(_ line: [UInt8], between delimiter: UInt8) -> [ArraySlice<UInt8>] {
        var cells: [ArraySlice<UInt8>] = []
        var (start, isInQuotes) = (0, false)
        for (index, byte) in line.enumerated() {
            if byte == quote { isInQuotes.toggle() }
            guard byte == delimiter, !isInQuotes else { continue }
            cells.append(line[start..<index])
            start = index + 1
        }
        return cells + [line[start...]]
    }

    /// Notes a cell without the space and the quotes around it, and with those within it once.
    private static func note(_ cell: ArraySlice<UInt8>, in texts: inout Set<String>) {
        var cell = trimmed(cell)
        if cell.count >= 2, cell.first == quote, cell.last == quote {
            cell = trimmed(cell.dropFirst().dropLast())
        }
        if cell.isEmpty { return }
        let text = String(decoding: cell, as: UTF8.self)
        texts.insert(text)
        if text.contains("\"\"") { texts.insert(text.replacing("\"\"", with: "\"")) }
    }

    private static func trimmed(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let rest = cell.drop { $0 <= 0x20 }
        return rest[..<(rest.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? rest.startIndex)]
    }
}

extension GoogleProtobuf.Value {
    /// As deep as what was read: that is bounded.
    fileprivate func collect(into texts: inout Set<String>) {
        switch kind {
        case .stringValue(let text): texts.insert(text)
        case .structValue(let object):
            for (name, value) in object.fields {
                texts.insert(name)
                value.collect(into: &texts)
            }
        case .listValue(let list): for value in list.values { value.collect(into: &texts) }
        case .numberValue, .boolValue, .nullValue, nil: break
        }
    }
}
