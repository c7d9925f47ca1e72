/// How rows of cells are written.
public struct Dialect: Hashable, Sendable {
    /// What stands between cells: `,`, `;`, tab or `|`.
    public var delimiter: UInt8
    /// What stands around cells with a delimiter or a line end in them; doubled within them.
    public var quote: UInt8
    /// The row with the names of the columns, counted from 1; 0 if there is none.
    ///
    /// Rows before it are passed over.
    public var headerRecord: Int
    /// What rows begin with that are to be passed over; nil if none are.
    public var comment: UInt8?

    /// Describes a dialect.
    ///
    /// - Parameters:
    ///   - delimiter: between cells.
    ///   - quote: around cells.
    ///   - headerRecord: the row of names, from 1; 0 if there is none.
    ///   - comment: what rows begin with that say nothing.
    public init(
        delimiter: UInt8 = UInt8(ascii: ","),
        quote: UInt8 = UInt8(ascii: "\""),
        headerRecord: Int = 1,
        comment: UInt8? = nil
    ) {
        self.delimiter = delimiter
        self.quote = quote
        self.headerRecord = headerRecord
        self.comment = comment
    }
}

/// What the rows of a file are made of.
public enum FileForm: Hashable, Sendable {
    /// Cells with something between them: CSV, TSV.
    case delimited(Dialect)
    /// One object of JSON on each line (NDJSON), whose members are cells.
    ///
    /// The columns are paths: names joined by points. An array of objects with `key` and `value` is
    /// read as an object with these keys, as exports of GA4 write `event_params`.
    case objects(paths: [String])
}

extension FileForm {
    var dialect: Dialect? {
        if case .delimited(let dialect) = self { return dialect }
        return nil
    }

    var paths: [String] {
        if case .objects(let paths) = self { return paths }
        return []
    }
}

/// What the bytes of a text mean.
public enum TextEncoding: String, CaseIterable, Sendable {
    /// What a file should be; rows that are not are rejected.
    case utf8
    /// ISO 8859-1.
    case latin1
    /// What spreadsheets on Windows write in the west.
    case windows1252 = "windows-1252"
}
