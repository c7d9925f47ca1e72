/// What a tenant has settled about how its figures are reported.
public struct TenantSettings: Hashable, Sendable {
    /// A day of the week, numbered as in ISO 8601.
    public enum Weekday: Int, Sendable, CaseIterable {
        case monday = 1, tuesday, wednesday, thursday, friday, saturday, sunday
    }

    /// The time zone whose days and weeks are reported, by its IANA name.
    public let timeZone: String
    /// The currency of reports, three capitals (ISO 4217).
    public let currency: String
    /// The day that weeks begin with.
    public let weekStart: Weekday
    /// How many days before a conversion count unless a report says otherwise, 1 to 365.
    public let attributionDays: Int
    /// How many days events are kept, 1 to 36,500.
    public let retentionDays: Int

    /// What a tenant begins with: UTC, euros, weeks from Monday, 30 days, three years.
    public init() {
        timeZone = "UTC"
        currency = "EUR"
        weekStart = .monday
        attributionDays = 30
        retentionDays = 1_096
    }

    /// Settings; nil if one is out of its range.
    ///
    /// - Parameters:
    ///   - timeZone: 1 to 64 letters, digits, `/`, `_`, `+` and `-`; the database knows the names.
    ///   - currency: three capitals.
    ///   - weekStart: the day that weeks begin with.
    ///   - attributionDays: 1 to 365.
    ///   - retentionDays: 1 to 36,500.
    public init?(
        timeZone: String,
        currency: String,
        weekStart: Weekday,
        attributionDays: Int,
        retentionDays: Int
    ) {
        guard (1...64).contains(timeZone.utf8.count),
            timeZone.utf8.allSatisfy({
                Self.capitals.contains($0) || $0.isLowercaseLetter || $0.isDecimalDigit
                    || "/_+-".utf8.contains($0)
            }),
            Self.isCurrency(currency),
            (1...365).contains(attributionDays), (1...36_500).contains(retentionDays)
        else { return nil }
        self.timeZone = timeZone
        self.currency = currency
        self.weekStart = weekStart
        self.attributionDays = attributionDays
        self.retentionDays = retentionDays
    }

    private static let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")

    /// Whether a text is written as ISO 4217 writes currencies.
    ///
    /// - Parameter text: any.
    /// - Returns: whether it is three capitals.
    public static func isCurrency(_ text: String) -> Bool {
        text.utf8.count == 3 && text.utf8.allSatisfy(capitals.contains)
    }
}
