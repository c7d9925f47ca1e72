internal import Wire

/// Reads the rows of a file whose bytes come in parts, in memory that does not grow with it.
///
/// Append a part, call ``next()`` until it is starved, append the next; at the end ``finish()``.
/// The same rows come out however the bytes are parted. Rows that cannot be read are rows too, with
/// a ``fault``: those of more than ``longestRow`` bytes, those with a stray quote, those that are
/// not in the encoding. Blank rows count but do not come out.
///
/// A quote that is opened and never closed would swallow all rows behind it. One that is still open
/// at the end of the file or after ``longestRow`` bytes, or that lines later closes amid text, is
/// taken for a stray: its line is a row with a fault, and reading goes on with the next line. So
/// that no file can have its bytes looked at for ever, only as many are looked at again as came
/// before, and 8 MiB.
public struct RowReader: ~Copyable, Sendable {
    /// What ``next()`` came to.
    public enum Step: Equatable, Sendable {
        /// A row is there to be looked at, until the next call.
        case row
        /// More bytes are needed.
        case starved
        /// There are no more rows.
        case ended
    }

    /// The most bytes of a row that is read.
    public static let longestRow = 1 << 20
    /// The most bytes of a longer row that ``rawRow`` keeps.
    public static let longestRest = 1_024

    static let windowSize = 256 << 10
    static let freeRescans = 8 << 20

    let form: FileForm
    let encoding: TextEncoding
    var decoder: FileDecoder
    var scanner: DelimitedScanner
    var members: MemberIndex

    // The window: the rows that are there, one after the other. Methods that change the row while
    // they look at its bytes hold the window by a second name, which shares its memory.
    var window = [UInt8](repeating: 0, count: windowSize)
    var windowOffset: Int
    var windowEnd = 0
    var rowStart = 0
    var nextStart = 0
    var isDecoded = false
    var isStartKnown: Bool

    /// Why nothing more can be read.
    var failure: Finding?

    // The row.
    var isInRow = false
    var lineScanned = 0
    var rowLength = 0
    /// The cells that can be asked for, and behind them those of rows before.
    var cells: [Cell] = []
    var keptCount = 0
    var ownText: [UInt8] = []
    var skipped: SkippedRow?
    var bytesToDrop: Int
    var rescannedBytes: Int

    /// The row's number, from 1, counted as a spreadsheet does.
    public internal(set) var record: Int
    /// Why the row cannot be read; nil if it can.
    public internal(set) var fault: Finding?
    /// Whether the file ended within or right behind the row, without a line end.
    public internal(set) var isUnterminated = false
    /// How many cells the row has; more than ``cell(_:)`` knows if they are above 4,096.
    public internal(set) var cellCount = 0

    /// A row that is longer than it may be.
    struct SkippedRow {
        var start: Int
        var length: Int
    }

    /// Begins at the start of a file, or where another reader stopped.
    ///
    /// - Parameters:
    ///   - form: what rows are made of.
    ///   - encoding: what bytes mean.
    ///   - checkpoint: where to go on; the first part then starts at its ``Checkpoint/sentOffset``.
    public init(form: FileForm, encoding: TextEncoding = .utf8, from checkpoint: Checkpoint? = nil)
    {
        self.form = form
        self.encoding = encoding
        scanner = DelimitedScanner(form.dialect ?? Dialect())
        members = MemberIndex(form.paths)
        record = (checkpoint?.record ?? 1) - 1
        rescannedBytes = checkpoint?.rescannedBytes ?? 0
        windowOffset = checkpoint?.byteOffset ?? 0
        isStartKnown = windowOffset > 0
        bytesToDrop = checkpoint.map { $0.byteOffset - $0.anchorOffset } ?? 0
        decoder =
            checkpoint.map { FileDecoder(from: $0.anchor, compression: $0.compression) }
            ?? FileDecoder()
    }

    /// Takes the next part of the file as it was sent.
    public mutating func append(_ bytes: RawSpan) { decoder.append(bytes) }

    /// Says that there are no more parts.
    public mutating func finish() { decoder.finish() }

    /// How many of the bytes sent have been unpacked.
    public var sentOffset: Int { decoder.sentOffset }

    /// How the file is packed; nil until its first bytes are there.
    public var compression: FileCompression? { decoder.compression }

    /// Where the row starts in the unpacked bytes.
    public var byteOffset: Int { skipped?.start ?? windowOffset + rowStart }

    /// How many bytes the row has, without its line end.
    public var byteCount: Int { skipped?.length ?? rowLength }

    /// The row as it stands in the file; of one that is too long, the start.
    public var rawRow: RawSpan {
        @_lifetime(borrow self)
        get { window.rawBytes.extracting(rowStart..<rowStart + rowLength) }
    }

    /// The text of a cell, in UTF-8.
    ///
    /// - Parameter column: from 0; one that the row does not have is empty.
    /// - Returns: the text without its quotes.
    @_lifetime(borrow self)
    public func cell(_ column: Int) -> RawSpan {
        guard column < keptCount else { return RawSpan() }
        let cell = cells[column]
        if cell.place == .own { return ownText.rawBytes.extracting(cell.range) }
        return window.rawBytes.extracting(
            rowStart + Int(cell.start)..<rowStart + Int(cell.end)
        )
    }

    /// Where to go on behind the row.
    public mutating func checkpoint() -> Checkpoint {
        let offset = windowOffset + nextStart
        return Checkpoint(
            anchor: decoder.anchor(before: offset),
            byteOffset: offset,
            record: record + 1,
            rescannedBytes: rescannedBytes,
            compression: decoder.compression ?? .none
        )
    }

    /// Goes on to the next row that is not blank.
    ///
    /// - Returns: whether there is one.
    /// - Throws: ``Finding`` if the file cannot be read any further; so does every call after it.
    public mutating func next() throws(Finding) -> Step {
        if let failure { throw failure }
        do throws(Finding) {
            return try readNext()
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func readNext() throws(Finding) -> Step {
        if !isInRow { begin() }
        while true {
            switch look() {
            case .row:
                isInRow = false
                return .row
            case .ended: return .ended
            case .starved: break
            }
            switch try fill() {
            case .bytes: break
            case .starved: return .starved
            case .ended:
                isDecoded = true
                try checkStart()
            }
        }
    }

    /// Looks for the row's end in the window.
    private mutating func look() -> Step {
        while isStartKnown {
            let limit = min(windowEnd, rowStart + Self.longestRow + 2)
            if skipped != nil {
                return endSkipped() ? .row : .starved
            } else if isDecoded && rowStart == windowEnd {
                return .ended
            } else if let outcome = scan(rowStart..<limit) {
                if take(outcome) { return .row }
            } else if limit - rowStart == Self.longestRow + 2 {
                if overflow() { return .row }
            } else {
                return .starved
            }
        }
        return .starved
    }
}
