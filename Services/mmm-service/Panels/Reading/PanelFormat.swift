/// How days and numbers are written in a table, where that cannot be told from it.
public struct PanelFormat: Sendable, Equatable {
    /// What comes first in `01/02/2026`; nil tells it from the days of the whole column.
    public var dayOrder: DayOrder?
    /// What stands before the fraction; nil tells it from all numbers of the table.
    public var decimal: Decimal?

    /// What comes first of a day that has its year last.
    public enum DayOrder: String, CaseIterable, Sendable {
        /// `31/01/2026`.
        case dayFirst = "day_first"
        /// `01/31/2026`.
        case monthFirst = "month_first"
    }

    /// What stands before the fraction of a number; the other stands between thousands.
    public enum Decimal: String, CaseIterable, Sendable {
        /// `1,234.5`.
        case point
        /// `1.234,5`.
        case comma
    }

    /// What is known of a table.
    ///
    /// - Parameters:
    ///   - dayOrder: what comes first of a day; nil tells it from the column.
    ///   - decimal: what stands before the fraction; nil tells it from the table.
    public init(dayOrder: DayOrder? = nil, decimal: Decimal? = nil) {
        self.dayOrder = dayOrder
        self.decimal = decimal
    }
}
