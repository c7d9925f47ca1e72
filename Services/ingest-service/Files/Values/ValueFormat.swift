/// How a file writes numbers and dates, where that can be told from nothing but a declaration.
public struct ValueFormat: Hashable, Sendable {
    /// What stands before the fraction of a number.
    public enum DecimalSeparator: String, CaseIterable, Sendable {
        /// `1,234.56`.
        case point
        /// `1.234,56`.
        case comma
    }

    /// What comes first in a date of three numbers whose year stands last.
    public enum DateOrder: String, CaseIterable, Sendable {
        /// `31/01/2026`.
        case dayFirst = "day_first"
        /// `01/31/2026`.
        case monthFirst = "month_first"
    }

    /// The separator of fractions.
    public var decimalSeparator: DecimalSeparator
    /// The order of dates; nil takes only those that can be read in one way.
    public var dateOrder: DateOrder?
    /// The currency of amounts that name none; nil leaves it to the tenant's.
    public var currency: String?

    /// Declares a format.
    ///
    /// - Parameters:
    ///   - decimalSeparator: the separator of fractions.
    ///   - dateOrder: the order of dates; nil if none is declared.
    ///   - currency: three letters of ISO 4217.
    public init(
        decimalSeparator: DecimalSeparator = .point,
        dateOrder: DateOrder? = nil,
        currency: String? = nil
    ) {
        self.decimalSeparator = decimalSeparator
        self.dateOrder = dateOrder
        self.currency = currency
    }
}
