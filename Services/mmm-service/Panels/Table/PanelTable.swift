/// A table of text: named columns, and rows that each have a cell for every column.
public struct PanelTable: Sendable, Equatable {
    /// What the columns are called, each name once.
    public let columns: [String]
    /// What stands between cells of the file; nil of a table that is from no file.
    public let separator: Character?
    /// The row of the file that each row stands in, counted from 1 with the header and blank ones.
    let fileRows: [Int32]
    /// The text of all cells, one after the other.
    private let storage: [UInt8]
    /// Where each cell ends, row by row.
    private let ends: [Int32]

    /// The most bytes that are read.
    public static let mostBytes = 64 << 20
    /// The most cells, without the header.
    public static let mostCells = 1_000_000
    /// The most columns.
    public static let mostColumns = 1_000

    /// How many rows there are, without the header.
    public var rowCount: Int { fileRows.count }

    /// A table of cells that were read.
    init(
        columns: [String],
        separator: Character?,
        fileRows: [Int32],
        storage: [UInt8],
        ends: [Int32]
    ) {
        self.columns = columns
        self.separator = separator
        self.fileRows = fileRows
        self.storage = storage
        self.ends = ends
    }

    /// A table of rows that come from elsewhere than a file.
    ///
    /// - Parameters:
    ///   - columns: what the columns are called.
    ///   - rows: a text for each column; blanks at its ends do not count.
    /// - Throws: that names are twice, rows of another width, or too much.
    public init(
        columns: [String],
        rows: some Sequence<[String]>
    ) throws(PanelFindings) {
        var findings = PanelFindings()
        var builder = PanelTableBuilder()
        if Set(columns).count < columns.count { findings.add(.tableShape("a name is twice")) }
        for (place, row) in rows.enumerated() {
            guard row.count == columns.count else {
                findings.add(.tableShape("row \(place + 1) has \(row.count) cells"))
                break
            }
            let bytes = row.reduce(builder.bytes) { $0 + $1.utf8.count }
            guard builder.cells + row.count <= Self.mostCells, bytes <= Self.mostBytes else {
                findings.add(.tableShape("there are more cells or bytes than are read"))
                break
            }
            for text in row { builder.add(cell: Array(text.utf8)[...]) }
            builder.endRow(fileRow: place + 1)
        }
        if columns.isEmpty || columns.count > Self.mostColumns {
            findings.add(.tableShape("there are \(columns.count) columns"))
        }
        if findings.isRefusal { throw findings }
        self = builder.table(columns: columns, separator: nil)
    }

    /// The text of a cell.
    ///
    /// - Parameters:
    ///   - row: from 0, without the header.
    ///   - column: from 0.
    /// - Returns: the text, without blanks at its ends.
    public subscript(row: Int, column: Int) -> String {
        String(decoding: bytes(row, column), as: UTF8.self)
    }

    /// The bytes of a cell.
    func bytes(_ row: Int, _ column: Int) -> ArraySlice<UInt8> {
        precondition(columns.indices.contains(column), "there is no such column")
        let place = row * columns.count + column
        return storage[(place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place])]
    }

    /// Where a column is.
    ///
    /// - Parameter name: what it is called.
    /// - Returns: its place; nil if there is no such column.
    public func column(_ name: String) -> Int? { columns.firstIndex(of: name) }

    /// The row of the file that a row stands in, counted from 1 with the header.
    ///
    /// - Parameter row: from 0, without the header.
    /// - Returns: the number that a spreadsheet shows beside it.
    public func fileRow(_ row: Int) -> Int { Int(fileRows[row]) }
}

/// A table that grows cell by cell.
struct PanelTableBuilder {
    private var fileRows: [Int32] = []
    private var storage: [UInt8] = []
    private var ends: [Int32] = []

    /// How many cells have been added.
    var cells: Int { ends.count }

    /// How many bytes of text they have.
    var bytes: Int { storage.count }

    /// Adds a cell, without the blanks at its ends.
    mutating func add(cell: ArraySlice<UInt8>) {
        storage += cell.trimmed
        ends.append(Int32(storage.count))
    }

    /// Ends a row that has all of its cells.
    mutating func endRow(fileRow: Int) { fileRows.append(Int32(fileRow)) }

    /// The table.
    consuming func table(columns: [String], separator: Character?) -> PanelTable {
        PanelTable(
            columns: columns,
            separator: separator,
            fileRows: fileRows,
            storage: storage,
            ends: ends
        )
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks, tabs and no-break spaces at its ends.
    var trimmed: ArraySlice<UInt8> {
        var rest = self
        while let width = rest.blankWidth(atEnd: false) { rest = rest.dropFirst(width) }
        while let width = rest.blankWidth(atEnd: true) { rest = rest.dropLast(width) }
        return rest
    }

    /// How many bytes a blank has that stands at an end; nil if none does.
    private func blankWidth(atEnd: Bool) -> Int? {
        guard let byte = atEnd ? last : first else { return nil }
        if byte == 0x20 || byte == 0x09 { return 1 }
        if (atEnd ? suffix(2) : prefix(2)).elementsEqual([0xC2, 0xA0]) { return 2 }
        return (atEnd ? suffix(3) : prefix(3)).elementsEqual([0xE2, 0x80, 0xAF]) ? 3 : nil
    }
}

extension PanelFinding {
    /// Rows that make no table.
    fileprivate static func tableShape(_ problem: String) -> PanelFinding {
        PanelFinding(
            .refuses,
            .shape,
            problem: problem,
            remedy: "give a row for each geo and period, and each column a name of its own"
        )
    }
}
