/// Where the text of a cell lies.
struct Cell {
    /// Offsets from the start of the row, or of the reader's own text.
    var start: Int32
    var end: Int32
    var place: Place

    enum Place: UInt8 {
        /// In the row, as it stands there.
        case row
        /// In the row, with its quotes: some of them are doubled, or text follows them.
        case quoted
        /// In the reader's own text: it was unquoted, unescaped or converted.
        case own
    }

    static let empty = Cell(start: 0, end: 0, place: .row)

    var range: Range<Int> { Int(start)..<Int(end) }
}
