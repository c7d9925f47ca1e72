internal import Wire

/// Something that is wrong with a file or with one of its rows: where, against which rule, and what
/// to do about it.
public struct Finding: Error, Hashable, Sendable {
    /// The row, counted as a spreadsheet counts: from 1, with the header and blank lines; nil if it
    /// is about the whole file.
    public let record: Int?
    /// Where the row starts in the unpacked bytes; for what is wrong with the packing, where it was
    /// noticed in the bytes as they were sent.
    public let byteOffset: Int
    /// The header of the column, or the path of the member; nil if it is about the whole row.
    public let column: String?
    /// What is broken.
    public let rule: Rule
    /// What stands there, at most ``longestExcerpt`` characters of it.
    public let excerpt: String
    /// What to do, in a sentence.
    public let remedy: String

    /// The most characters of an excerpt.
    public static let longestExcerpt = 60

    /// Describes what is wrong.
    ///
    /// - Parameters:
    ///   - rule: what is broken.
    ///   - record: the row; nil for the whole file.
    ///   - byteOffset: where.
    ///   - column: the column's header; nil for the whole row.
    ///   - excerpt: what stands there.
    ///   - remedy: what to do; nil says what is usual for the rule.
    init(
        _ rule: Rule,
        record: Int? = nil,
        at byteOffset: Int,
        column: String? = nil,
        excerpt: String = "",
        remedy: String? = nil
    ) {
        self.rule = rule
        self.record = record
        self.byteOffset = byteOffset
        self.column = column
        self.excerpt = excerpt
        self.remedy = remedy ?? rule.remedy
    }

    /// The start of a text, of whatever bytes, as an excerpt shows it.
    ///
    /// - Parameter bytes: the text; what is no UTF-8 of it is repaired.
    /// - Returns: at most ``longestExcerpt`` characters, control characters as blanks.
    static func excerpt(_ bytes: RawSpan) -> String {
        // A character of UTF-8 rarely has more than sixteen bytes; more are not looked at.
        let start = bytes.extracting(0..<min(bytes.byteCount, 16 * longestExcerpt))
        var text = String(repairing: start)
        let isCut = text.count > longestExcerpt || bytes.byteCount > start.byteCount
        if isCut { text = String(text.prefix(longestExcerpt - 1)) + "…" }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 })
        )
    }
}

extension Finding {
    /// The rules that a file, its rows and their values obey.
    public enum Rule: String, CaseIterable, Sendable {
        // Of the file.
        case brokenCompression = "broken_compression"
        case truncatedCompression = "truncated_compression"
        case windowTooLarge = "window_too_large"
        case utf16
        case binary
        case jsonArray = "json_array"
        case empty
        case noHeader = "no_header"
        case noDate = "no_date"
        case unknownKind = "unknown_kind"
        case missingRole = "missing_role"
        case wrongColumns = "wrong_columns"
        case doubledHeader = "doubled_header"
        case undeclaredDates = "undeclared_dates"
        case undeclaredNumbers = "undeclared_numbers"
        case badCheckpoint = "bad_checkpoint"
        // Of a row.
        case rowTooLong = "row_too_long"
        case strayQuote = "stray_quote"
        case notUTF8 = "not_utf8"
        case controlCharacter = "control_character"
        case tooManyCells = "too_many_cells"
        case truncatedRow = "truncated_row"
        case malformedJSON = "malformed_json"
        // Of a value.
        case required
        case number
        case notFinite = "not_finite"
        case negative
        case negativeSpend = "negative_spend"
        case tooLarge = "too_large"
        case date
        case ambiguousDate = "ambiguous_date"
        case dateTooEarly = "date_too_early"
        case dateInFuture = "date_in_future"
        case currency
        case eventKind = "event_kind"
        case textTooLong = "text_too_long"

        /// What to do about it, where nothing more is known.
        public var remedy: String {
            switch self {
            case .brokenCompression: "pack the file again and send it anew"
            case .truncatedCompression: "the end is missing: send the rest, or the whole file anew"
            case .windowTooLarge: "pack it with a window of at most 128 MiB (zstd --long=27)"
            case .utf16: "save the file as UTF-8 (in a spreadsheet: CSV UTF-8) and send it anew"
            case .binary: "export it as CSV, TSV or NDJSON; spreadsheets' own files are not read"
            case .jsonArray: "write one object a line (NDJSON), without brackets around them"
            case .empty: "send a file with a header and at least one row"
            case .noHeader: "put a row of column names on top, or declare the columns"
            case .noDate: "add a column with the date of each row, or declare which one it is"
            case .unknownKind: "declare the kind of the file and what its columns are"
            case .missingRole: "declare which column it is"
            case .wrongColumns: "send a file with the declared columns, or declare these"
            case .doubledHeader: "give each column a name of its own; the first one is read"
            case .undeclaredDates: "declare whether days come before months"
            case .undeclaredNumbers: "declare the decimal separator"
            case .badCheckpoint: "start the import of the file again"
            case .rowTooLong: "shorten the row: at most 1 MiB is read"
            case .strayQuote: "close the quotation mark, or double it if it belongs to the text"
            case .notUTF8: "save the file as UTF-8, or declare latin1 or windows-1252"
            case .controlCharacter: "remove the NUL character"
            case .tooManyCells: "quote cells that have a separator in them"
            case .truncatedRow: "the file ends within this row: complete it"
            case .malformedJSON: "write one whole object of JSON on the line"
            case .required: "fill in the cell"
            case .number: "write a number, or declare the decimal separator"
            case .notFinite: "write a number, or leave the cell empty if there is none"
            case .negative: "write a number that is not below zero"
            case .negativeSpend: "book credits as rows of their own source; spend is not below zero"
            case .tooLarge: "write a number below 10^12, or check the decimal separator"
            case .date: "write dates as 2026-01-31, or declare their form"
            case .ambiguousDate: "declare whether days come before months"
            case .dateTooEarly: "correct the date: nothing before 1990 is taken"
            case .dateInFuture: "correct the date: it lies more than 48 hours ahead"
            case .currency: "write three letters of ISO 4217, as EUR"
            case .eventKind:
                "write page, click, impression, conversion, refund, exposure, identify, alias"
                    + " or custom"
            case .textTooLong: "shorten the text to at most 8,192 bytes"
            }
        }
    }
}
