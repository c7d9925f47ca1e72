/// A public holiday.
public struct PanelHoliday: Sendable, Hashable {
    /// The day it falls on.
    public var day: PanelDay
    /// What it is called.
    public var name: String

    /// A holiday.
    ///
    /// - Parameters:
    ///   - day: the day it falls on.
    ///   - name: what it is called.
    public init(day: PanelDay, name: String) {
        self.day = day
        self.name = name
    }
}

extension PanelHoliday {
    /// Reads holidays from a table with a column of days (`ds`, `date` or `day`), one of names
    /// (`holiday` or `name`) and perhaps one of countries (`country`).
    ///
    /// - Parameters:
    ///   - table: a holiday in each row.
    ///   - country: which country's are wanted; nil for all.
    ///   - format: how days are written.
    /// - Returns: the holidays, in the table's order.
    /// - Throws: all that is wrong.
    public static func read(
        _ table: PanelTable,
        country: String? = nil,
        format: PanelFormat = PanelFormat()
    ) throws(PanelFindings) -> [PanelHoliday] {
        var findings = PanelFindings()
        let column = { (names: [String]) in names.compactMap { table.column($0) }.first }
        let (dayColumn, nameColumn) = (column(["ds", "date", "day"]), column(["holiday", "name"]))
        let countryColumn = column(["country"])
        for (place, name) in [(dayColumn, "ds"), (nameColumn, "holiday")] where place == nil {
            findings.add(.unknownColumn(name, in: table))
        }
        if country != nil, countryColumn == nil {
            findings.add(.unknownColumn("country", in: table))
        }
        guard let dayColumn, let nameColumn, !findings.isRefusal else { throw findings }
        let days = DayColumn.read(dayColumn, of: table, format.dayOrder, &findings)
        if findings.isRefusal { throw findings }
        return days.enumerated().compactMap { row, day in
            if let country, let place = countryColumn, table[row, place] != country { return nil }
            return day.map { PanelHoliday(day: $0, name: table[row, nameColumn]) }
        }
    }
}
