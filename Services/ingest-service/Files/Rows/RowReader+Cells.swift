internal import Wire

extension RowReader {
    /// Finds the cells, in UTF-8 and without quotes.
    mutating func readCells() {
        let isUnusual = rawRow.hasUnusualBytes
        if isUnusual, let rule = brokenText() { return setFault(rule) }
        switch form {
        case .delimited(let dialect):
            swap(&cells, &scanner.cells)
            cellCount = scanner.cellCount
            keptCount = scanner.keptCount
            for column in 0..<keptCount {
                if cells[column].place == .quoted { unquote(column, dialect.quote) }
            }
        case .objects:
            let window = window
            let bytes = window.rawBytes.extracting(rowStart..<rowStart + rowLength)
            cells.removeAll(keepingCapacity: true)
            do throws(CodecError) {
                try members.read(bytes, into: &cells, &ownText)
                (cellCount, keptCount) = (cells.count, cells.count)
            } catch {
                setFault(.malformedJSON)
                return
            }
        }
        if isUnusual && encoding != .utf8 { convertCells() }
    }

    func brokenText() -> Finding.Rule? {
        let row = rawRow
        if row.firstOffset(of: 0, from: 0) < row.byteCount { return .controlCharacter }
        guard encoding == .utf8 else { return nil }
        return UTF8Validation.firstInvalidByte(in: row, 0..<row.byteCount) == nil ? nil : .notUTF8
    }

    mutating func unquote(_ column: Int, _ quote: UInt8) {
        let window = window
        let bytes = window.rawBytes.extracting(rowStart..<rowStart + rowLength)
        let range = cells[column].range
        let start = ownText.count
        var isInQuotes = true
        var offset = range.lowerBound + 1
        while offset < range.upperBound {
            let byte = bytes.byte(at: offset)
            offset += 1
            guard isInQuotes, byte == quote else {
                ownText.append(byte)
                continue
            }
            if offset < range.upperBound, bytes.byte(at: offset) == quote {
                ownText.append(quote)
                offset += 1
            } else {
                isInQuotes = false
            }
        }
        setOwn(column, from: start)
    }

    mutating func convertCells() {
        for column in 0..<keptCount {
            let text = [UInt8](copying: cell(column))
            guard text.rawBytes.hasUnusualBytes else { continue }
            let start = ownText.count
            for byte in text { ownText.append(contentsOf: encoding.utf8(of: byte)) }
            setOwn(column, from: start)
        }
    }

    mutating func setOwn(_ column: Int, from start: Int) {
        cells[column] = Cell(start: Int32(start), end: Int32(ownText.count), place: .own)
    }
}
