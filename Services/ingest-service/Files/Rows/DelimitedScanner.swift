internal import Wire

/// Finds the cells and the end of one row of CSV, however its bytes arrive.
///
/// A state machine over the bytes of one row from its start; between calls it keeps how far it
/// came. RFC 4180 and what is met beside it: rows end in LF, CRLF or CR; a quote within a cell that
/// does not begin with one is text; what follows a closing quote is text too.
struct DelimitedScanner {
    /// What was found.
    enum Outcome: Equatable {
        /// The row has `length` bytes, and the next begins at `next`.
        case row(length: Int, next: Int)
        /// The row goes on behind the bytes.
        case more
        /// A quote was opened and closed lines later, with text behind it: the opening one is
        /// likely to be text. Its first line ends at this offset.
        case stray(firstLineEnd: Int)
    }

    private enum State {
        case start, plain, quoted, quoteSeen
    }

    /// The most cells of a row that are kept.
    static let mostCells = 4_096

    private let delimiter: UInt8
    private let quote: UInt8
    private let delimiters: UInt64
    private var state = State.start
    private var cellStart = 0
    private var hasDoubledQuotes = false

    /// How many bytes of the row have been looked at.
    private(set) var position = 0
    /// The cells of the row so far, at most ``mostCells``, and behind them those of rows before it.
    var cells: [Cell] = []
    /// How many cells there are.
    private(set) var cellCount = 0

    init(_ dialect: Dialect) {
        delimiter = dialect.delimiter
        quote = dialect.quote
        delimiters = UInt64(dialect.delimiter) &* ByteLanes.ones
    }

    /// How many cells of the row are kept.
    var keptCount: Int { min(cellCount, Self.mostCells) }

    /// Whether a quote is open where the bytes ended.
    var isInQuotes: Bool { state == .quoted }

    /// Forgets the row.
    mutating func reset() {
        state = .start
        cellStart = 0
        position = 0
        hasDoubledQuotes = false
        cellCount = 0
    }

    /// Looks at a row's bytes from where it stopped.
    ///
    /// - Parameters:
    ///   - bytes: from the start of the row; at least those of the call before.
    ///   - isEnd: whether the file ends behind them.
    ///   - toleratesStrays: whether a quote that looks like a stray is taken as it stands.
    /// - Returns: what was found.
    mutating func scan(_ bytes: RawSpan, isEnd: Bool, toleratesStrays: Bool) -> Outcome {
        while position < bytes.byteCount {
            switch state {
            case .start:
                if let end = plainCells(bytes) { return end }
                guard state == .start, position < bytes.byteCount else { break }
                cellStart = position
                if bytes.byte(at: position) == quote {
                    state = .quoted
                    position += 1
                } else {
                    state = .plain
                }
            case .plain:
                position = plainEnd(bytes, from: position)
                if position == bytes.byteCount { break }
                if let end = separator(bytes, isEnd: isEnd, cellEnd: position) { return end }
            case .quoted:
                position = bytes.firstOffset(of: quote, from: position)
                if position == bytes.byteCount { break }
                state = .quoteSeen
                position += 1
            case .quoteSeen:
                if let outcome = behindQuote(bytes, isEnd, toleratesStrays) { return outcome }
            }
        }
        guard isEnd else { return .more }
        // A quote that is still open is for the reader to judge.
        endCell(at: position)
        return .row(length: position, next: position)
    }

    /// Takes cells that begin without a quote, eight bytes at a time.
    ///
    /// - Returns: the end of the row; nil if what is at `position` needs a closer look, or there
    ///   are too few bytes or too little room for cells.
    private mutating func plainCells(_ bytes: RawSpan) -> Outcome? {
        guard position &+ 8 <= bytes.byteCount, bytes.byte(at: position) != quote else {
            return nil
        }
        // Taken for the time being: the row's other state changes while cells are written.
        var taken: [Cell] = []
        swap(&taken, &cells)
        defer { swap(&taken, &cells) }
        var kept = taken.mutableSpan
        let feed = UInt8(ascii: "\n")
        var (start, block) = (position, position)
        while block &+ 8 <= bytes.byteCount, cellCount &+ 8 <= kept.count {
            let word = bytes.littleEndian(at: block, as: UInt64.self)
            var ends = ByteLanes.allZeros(
                word ^ delimiters,
                word ^ ByteLanes.lineFeeds,
                word ^ ByteLanes.returns
            )
            while ends != 0 {
                let end = block &+ ends.trailingZeroBitCount / 8
                ends &= ends &- 1
                let byte = bytes.byte(at: end)
                if byte == UInt8(ascii: "\r") {
                    (state, cellStart, position) = (.plain, start, end)
                    return nil
                }
                kept[cellCount] = Cell(
                    start: Int32(truncatingIfNeeded: start),
                    end: Int32(truncatingIfNeeded: end),
                    place: .row
                )
                cellCount &+= 1
                start = end &+ 1
                if byte == feed {
                    position = end
                    return .row(length: end, next: start)
                }
                if start == bytes.byteCount || bytes.byte(at: start) == quote {
                    (cellStart, position) = (start, start)
                    return nil
                }
            }
            block &+= 8
        }
        // What of the cell has been looked at is not looked at again, however bytes arrive.
        (state, cellStart, position) = (.plain, start, max(start, block))
        return nil
    }

    /// Decides what a quote means that was seen within quotes.
    private mutating func behindQuote(
        _ bytes: RawSpan,
        _ isEnd: Bool,
        _ toleratesStrays: Bool
    ) -> Outcome? {
        let byte = bytes.byte(at: position)
        if byte == quote {
            hasDoubledQuotes = true
            state = .quoted
            position += 1
            return nil
        }
        if byte == delimiter || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            return separator(bytes, isEnd: isEnd, cellEnd: position)
        }
        let quoted = bytes.extracting(cellStart..<position)
        if !toleratesStrays, let end = quoted.firstLineEnd {
            return .stray(firstLineEnd: cellStart + end)
        }
        // What follows is text of the cell up to the next separator.
        hasDoubledQuotes = true
        state = .plain
        return nil
    }

    /// Ends the cell at a delimiter or a line end at `position`.
    ///
    /// - Returns: the end of the row; nil if there are more cells; `more` if that cannot be told.
    @inline(__always)
    private mutating func separator(_ bytes: RawSpan, isEnd: Bool, cellEnd: Int) -> Outcome? {
        let byte = bytes.byte(at: position)
        if byte == delimiter {
            endCell(at: cellEnd)
            state = .start
            position += 1
            // A delimiter at the end of the file has an empty cell behind it.
            cellStart = position
            return nil
        }
        var next = position + 1
        if byte == UInt8(ascii: "\r") {
            if next == bytes.byteCount && !isEnd { return .more }
            if next < bytes.byteCount && bytes.byte(at: next) == UInt8(ascii: "\n") { next += 1 }
        }
        endCell(at: cellEnd)
        return .row(length: cellEnd, next: next)
    }

    @inline(__always)
    private mutating func endCell(at end: Int) {
        cellCount += 1
        guard cellCount <= Self.mostCells else { return }
        if cellCount > cells.count {
            let room = min(max(64, cells.count), Self.mostCells - cells.count)
            cells.append(contentsOf: repeatElement(.empty, count: room))
        }
        var cell = Cell(
            start: Int32(truncatingIfNeeded: cellStart),
            end: Int32(truncatingIfNeeded: end),
            place: .row
        )
        if hasDoubledQuotes {
            cell.place = .quoted
            hasDoubledQuotes = false
        } else if state == .quoteSeen {
            cell.start += 1
            cell.end -= 1
        } else if state == .quoted {
            cell.start += 1
        }
        cells[cellCount - 1] = cell
    }

    /// The offset of the first delimiter or line end, or the end.
    @inline(__always)
    private func plainEnd(_ bytes: RawSpan, from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= bytes.byteCount {
            let word = bytes.littleEndian(at: offset, as: UInt64.self)
            let found =
                ByteLanes.zeros(word ^ delimiters)
                | ByteLanes.zeros(word ^ ByteLanes.lineFeeds)
                | ByteLanes.zeros(word ^ ByteLanes.returns)
            if found != 0 { return offset &+ found.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if byte == delimiter || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                break
            }
            offset &+= 1
        }
        return offset
    }
}

/// Eight bytes looked at together; see Mycroft's test for a zero byte.
enum ByteLanes {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let high: UInt64 = 0x8080_8080_8080_8080
    static let lineFeeds: UInt64 = 0x0A0A_0A0A_0A0A_0A0A
    static let returns: UInt64 = 0x0D0D_0D0D_0D0D_0D0D

    /// Marks bytes that are zero in their high bits; exact for the lowest one.
    @inline(__always)
    static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & high }

    /// Marks bytes that are zero in one word or another in their high bits; exact for each.
    @inline(__always)
    static func allZeros(_ one: UInt64, _ two: UInt64, _ three: UInt64) -> UInt64 {
        ~(others(one) & others(two) & others(three)) & high
    }

    /// Sets the high bit of each byte that is not zero.
    @inline(__always)
    private static func others(_ word: UInt64) -> UInt64 { ((word & ~high) &+ ~high) | word }
}

extension RawSpan {
    /// The offset of the first such byte, or the end.
    @inline(__always)
    func firstOffset(of byte: UInt8, from start: Int) -> Int {
        let lanes = UInt64(byte) &* ByteLanes.ones
        var offset = start
        while offset &+ 8 <= byteCount {
            let found = ByteLanes.zeros(littleEndian(at: offset, as: UInt64.self) ^ lanes)
            if found != 0 { return offset &+ found.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < byteCount && self.byte(at: offset) != byte { offset &+= 1 }
        return offset
    }

    /// The offset of the first line end; nil if there is none.
    var firstLineEnd: Int? {
        let feed = firstOffset(of: UInt8(ascii: "\n"), from: 0)
        let end = extracting(0..<feed).firstOffset(of: UInt8(ascii: "\r"), from: 0)
        return end < byteCount ? end : nil
    }

    /// Whether a byte is zero or none of ASCII.
    var hasUnusualBytes: Bool {
        guard byteCount >= 8 else {
            return (0..<byteCount).contains { byte(at: $0) == 0 || byte(at: $0) >= 0x80 }
        }
        // The last eight bytes may overlap those before them.
        var word = littleEndian(at: byteCount &- 8, as: UInt64.self)
        var found = ByteLanes.zeros(word) | word
        var offset = 0
        while offset &+ 8 < byteCount {
            word = littleEndian(at: offset, as: UInt64.self)
            found |= ByteLanes.zeros(word) | word
            offset &+= 8
        }
        return found & ByteLanes.high != 0
    }
}
