internal import Postgres
internal import Telemetry

/// Reads the fields of rows as all kinds of rows have them, and says what is wrong with one.
struct RowReader: Sendable {
    /// The last day that a row may be of.
    let latestDay: PostgresDate

    /// The first day that a row may be of.
    static let earliestDay = "1990-01-01"
    private static let earliestDays: Int32 = 7_305
    /// Days from 1970-01-01 to 2100-01-01.
    private static let daysOf2100: Int32 = 47_482
    /// How many characters a text has at most, and a geo.
    static let mostCharacters = 200
    static let mostGeoCharacters = 64

    /// Reads rows that come at some time: they may be of days up to 48 hours ahead.
    init(at now: UTCTimestamp) {
        let days = now.milliseconds.dividedDown(by: 86_400_000).quotient + 2
        // Times of clocks are of the years 0 to 9999, all of which the database knows.
        latestDay =
            PostgresDate(daysSince1970: Int32(clamping: days)) ?? PostgresDate.range.upperBound
    }

    // MARK: Texts

    /// A text, without the white space around it.
    func text(
        _ text: String,
        _ field: String,
        isRequired: Bool = false,
        most: Int = mostCharacters
    ) throws(RowFault) -> String {
        if Self.isPlain(text), text.utf8.count <= most { return text }
        let scalars = Self.trimmed(text).unicodeScalars
        guard scalars.count <= most else {
            throw RowFault(.tooLong, field, "expected at most \(most) characters")
        }
        guard !scalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw RowFault(.controlCharacter, field, "expected no control characters")
        }
        guard !isRequired || !scalars.isEmpty else {
            throw RowFault(.missing, field, "expected a text")
        }
        return String(scalars)
    }

    /// A text without white space around it.
    static func trimmed(_ text: String) -> String {
        if isPlain(text) { return text }
        var scalars = text.unicodeScalars[...]
        while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        return String(Substring(scalars))
    }

    /// Whether a text is as nearly all are: of ASCII, with nothing to be taken away or refused.
    private static func isPlain(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last else { return false }
        let space = UInt8(ascii: " ")
        return first != space && last != space && bytes.allSatisfy { $0 >= space && $0 < 0x7f }
    }

    /// A place.
    func geo(_ text: String) throws(RowFault) -> String {
        try self.text(text, "geo", most: Self.mostGeoCharacters)
    }

    /// A currency; empty if it need not be there.
    func currency(
        _ text: String,
        _ field: String = "currency",
        isRequired: Bool = true
    ) throws(RowFault) -> String {
        if text.isEmpty {
            guard isRequired else { return "" }
            throw RowFault(.missing, field, "expected a currency, as EUR")
        }
        guard Currency.codes.contains(text) else {
            throw RowFault(
                .unknownCurrency,
                field,
                "'\(text.prefix(20))' is no currency of ISO 4217 in capitals"
            )
        }
        return text
    }

    // MARK: Days

    /// A day.
    ///
    /// - Parameters:
    ///   - text: as `2026-01-31`.
    ///   - field: where it stands.
    ///   - isKnownAhead: whether it may lie further ahead, as prices and holidays do.
    /// - Returns: the day.
    /// - Throws: a fault for anything else.
    func day(
        _ text: String,
        _ field: String = "date",
        isKnownAhead: Bool = false
    ) throws(RowFault) -> PostgresDate {
        if text.isEmpty { throw RowFault(.missing, field, "expected a day, as 2026-01-31") }
        guard let day = PostgresDate(text: text) else {
            throw RowFault(
                .malformed,
                field,
                "'\(text.prefix(40))' is no day: expected one as 2026-01-31"
            )
        }
        let isBefore = isKnownAhead ? day.daysSince1970 < Self.daysOf2100 : day <= latestDay
        guard day.daysSince1970 >= Self.earliestDays, isBefore else {
            let end = isKnownAhead ? "2099-12-31" : "two days from now"
            throw RowFault(
                .outOfRange,
                field,
                "\(text) is not between \(Self.earliestDay) and \(end)"
            )
        }
        return day
    }

    // MARK: Numbers

    /// A decimal number with so many digits behind the point, and up to twelve before it.
    func decimal(
        _ text: String,
        _ field: String,
        scale: Int = 6
    ) throws(RowFault) -> PostgresDecimal {
        if text.isEmpty { throw RowFault(.missing, field, "expected a number, as 12.5") }
        switch DecimalText.read(text, scale: scale, digitsBefore: 12) {
        case .number(let number): return number
        case .notFinite:
            throw RowFault(.notFinite, field, "'\(text.prefix(40))' is no amount")
        case .tooPrecise:
            throw RowFault(
                .tooPrecise,
                field,
                "'\(text.prefix(40))' has more than \(scale) digits behind the point"
            )
        case .tooLarge:
            throw RowFault(
                .outOfRange,
                field,
                "'\(text.prefix(40))' has more than 12 digits before the point"
            )
        case .malformed:
            throw RowFault(
                .malformed,
                field,
                "'\(text.prefix(40))' is no decimal number: expected one as 12.5"
            )
        }
    }

    /// A decimal number that is not less than zero.
    func amount(_ text: String, _ field: String) throws(RowFault) -> PostgresDecimal {
        let amount = try decimal(text, field)
        if amount.coefficient < 0 {
            throw RowFault(.negative, field, "'\(text.prefix(40))' is less than zero")
        }
        return amount
    }

    /// A count that is not less than zero, or none.
    func count(_ value: Int64?, _ field: String) throws(RowFault) -> Int64? {
        if let value, value < 0 { throw RowFault(.negative, field, "\(value) is less than zero") }
        return value
    }

    /// A number that is one.
    func finite(_ value: Double, _ field: String) throws(RowFault) -> Double {
        if !value.isFinite { throw RowFault(.notFinite, field, "expected a finite number") }
        // Zero has one form, so that a row is the same however its zero was reckoned.
        return value == 0 ? 0 : value
    }
}
