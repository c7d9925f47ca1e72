internal import Wire

extension RowReader {
    /// Begins the next row.
    mutating func begin() {
        isInRow = true
        rowStart = nextStart
        lineScanned = 0
        rowLength = 0
        record += 1
        fault = nil
        skipped = nil
        isUnterminated = false
        (cellCount, keptCount) = (0, 0)
        if !ownText.isEmpty { ownText.removeAll(keepingCapacity: true) }
        scanner.reset()
    }

    /// Looks for the end of the row; nil if it is not there yet.
    mutating func scan(_ range: Range<Int>) -> DelimitedScanner.Outcome? {
        let isEnd = isDecoded && range.upperBound == windowEnd
        let mayRescan = mayRescan
        // Taken for the time being, which costs less than a second name: this is done for each row.
        var taken: [UInt8] = []
        swap(&taken, &window)
        defer { swap(&taken, &window) }
        let bytes = taken.rawBytes.extracting(range)
        guard form.dialect != nil else {
            let end = bytes.firstOffset(of: UInt8(ascii: "\n"), from: lineScanned)
            lineScanned = end
            if end == bytes.byteCount && !isEnd { return nil }
            let hasReturn = end > 0 && bytes.byte(at: end - 1) == UInt8(ascii: "\r")
            return .row(length: hasReturn ? end - 1 : end, next: min(end + 1, bytes.byteCount))
        }
        let outcome = scanner.scan(bytes, isEnd: isEnd, toleratesStrays: !mayRescan)
        if outcome == .more { return nil }
        if isEnd, scanner.isInQuotes {
            let firstLine = mayRescan ? bytes.firstLineEnd : nil
            return .stray(firstLineEnd: firstLine ?? bytes.byteCount)
        }
        return outcome
    }

    /// Whether bytes may be looked at once more: the same however they were parted.
    var mayRescan: Bool {
        rescannedBytes <= windowOffset + rowStart + Self.freeRescans
    }

    /// Takes a row that was found.
    ///
    /// - Returns: whether it comes out.
    mutating func take(_ outcome: DelimitedScanner.Outcome) -> Bool {
        switch outcome {
        case .more: return false
        case .row(let length, let next):
            if length > Self.longestRow { return overflow() }
            nextStart = rowStart + next
            rowLength = length
            isUnterminated = isDecoded && next == length
            if length == 0 || isBlank {
                begin()
                return false
            }
            readCells()
            return true
        case .stray(let firstLineEnd):
            rejectStray(firstLineEnd)
            return true
        }
    }

    var isBlank: Bool {
        let row = rawRow
        return row.byteCount < 64
            && (0..<row.byteCount).allSatisfy { row.byte(at: $0) == UInt8(ascii: " ") }
    }

    /// Makes the first line of the row a row with a fault; the others are looked at again.
    mutating func rejectStray(_ firstLineEnd: Int) {
        let end = rowStart + firstLineEnd
        nextStart = min(end + 1, windowEnd)
        if nextStart < windowEnd, window[end] == UInt8(ascii: "\r"),
            window[nextStart] == UInt8(ascii: "\n")
        {
            nextStart += 1
        }
        rowLength = firstLineEnd
        rescannedBytes += max(0, scanner.position - firstLineEnd)
        setFault(.strayQuote)
    }

    /// Decides about a row that has more bytes than it may.
    ///
    /// - Returns: whether a row comes out: the line of a stray quote.
    mutating func overflow() -> Bool {
        let range = rowStart..<min(windowEnd, rowStart + Self.longestRow + 2)
        if scanner.isInQuotes, mayRescan,
            let end = window.rawBytes.extracting(range).firstLineEnd
        {
            rejectStray(end)
            return true
        }
        skipped = SkippedRow(start: windowOffset + rowStart, length: 0)
        // Its end is looked for behind what was looked at, so that no byte is looked at again.
        nextStart = rowStart + Self.longestRow
        return false
    }

    /// Looks for the line end of a row that is passed over, and drops what is not.
    ///
    /// - Returns: whether the row ended.
    mutating func endSkipped() -> Bool {
        let window = window
        let bytes = window.rawBytes.extracting(0..<windowEnd)
        var end = bytes.firstOffset(of: UInt8(ascii: "\n"), from: nextStart)
        if form.dialect != nil {
            end = bytes.extracting(0..<end).firstOffset(of: UInt8(ascii: "\r"), from: nextStart)
        }
        guard end < windowEnd else {
            nextStart = windowEnd
            if isDecoded { finishSkipped(at: windowEnd, next: windowEnd) }
            return isDecoded
        }
        var next = end + 1
        if bytes.byte(at: end) == UInt8(ascii: "\r") {
            // Whether LF follows must be known.
            if next == windowEnd && !isDecoded {
                nextStart = end
                return false
            }
            if next < windowEnd && bytes.byte(at: next) == UInt8(ascii: "\n") { next += 1 }
        }
        finishSkipped(at: end, next: next)
        return true
    }

    mutating func finishSkipped(at end: Int, next: Int) {
        let start = skipped?.start ?? 0
        skipped?.length = windowOffset + end - start
        nextStart = next
        rowLength = Self.longestRest
        setFault(.rowTooLong)
    }

    mutating func setFault(_ rule: Finding.Rule) {
        let excerpt = Finding.excerpt(rawRow)
        fault = Finding(rule, record: record, at: byteOffset, excerpt: excerpt)
        (cellCount, keptCount) = (0, 0)
    }
}
