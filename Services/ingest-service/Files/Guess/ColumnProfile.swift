internal import Wire

/// What the cells of a column look like.
struct ColumnProfile {
    private(set) var present = 0
    /// Cells that are numbers if fractions begin with a point, and if they begin with a comma.
    private(set) var points = 0
    private(set) var commas = 0
    /// Cells that are numbers either way, but different ones.
    private(set) var undecided = 0
    /// Cells that are dates, days first, months first; and those that could be either.
    private(set) var daysFirst = 0
    private(set) var monthsFirst = 0
    private(set) var ambiguousDates = 0
    /// Cells that are dates and no bare numbers.
    private(set) var writtenDates = 0

    private static let point = NumberReader(.point)
    private static let comma = NumberReader(.comma)
    private static let dayFirst = DateReader(order: .dayFirst)
    private static let monthFirst = DateReader(order: .monthFirst)
    private static let unordered = DateReader(order: nil)

    /// Looks at cells.
    init(_ cells: some Sequence<String>) {
        for text in cells {
            let bytes = Array(text.utf8)
            let cell = bytes.rawBytes.trimmed
            if cell.isMissing { continue }
            present += 1
            addNumber(cell)
            addDate(cell)
        }
    }

    private mutating func addNumber(_ cell: RawSpan) {
        let point = Self.number(cell, Self.point)
        let comma = Self.number(cell, Self.comma)
        if point != nil { points += 1 }
        if comma != nil { commas += 1 }
        if let point, let comma, point != comma { undecided += 1 }
    }

    private static func number(_ cell: RawSpan, _ reader: NumberReader) -> ExactDecimal? {
        do throws(NumberReader.Fault) { return try reader.read(cell) } catch { return nil }
    }

    private mutating func addDate(_ cell: RawSpan) {
        let days = Self.fault(cell, Self.dayFirst) == nil
        let months = Self.fault(cell, Self.monthFirst) == nil
        if days { daysFirst += 1 }
        if months { monthsFirst += 1 }
        if (days || months) && cell.number == nil { writtenDates += 1 }
        if Self.fault(cell, Self.unordered) == .ambiguous { ambiguousDates += 1 }
    }

    private static func fault(_ cell: RawSpan, _ reader: DateReader) -> DateReader.Fault? {
        do throws(DateReader.Fault) {
            _ = try reader.read(cell)
            return nil
        } catch { return error }
    }

    /// Whether nearly all cells are numbers.
    var isNumeric: Bool { present > 0 && max(points, commas) * 10 >= present * 9 }

    /// Whether nearly all cells are dates that are written as such.
    var isDate: Bool { present > 0 && writtenDates * 10 >= present * 9 }

    /// Whether a text is a number or a date, and so hardly a name.
    static func isValue(_ text: String) -> Bool {
        let profile = ColumnProfile([text])
        return profile.points + profile.commas + profile.writtenDates > 0
    }
}
