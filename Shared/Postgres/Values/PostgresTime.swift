/// A moment, to the microsecond, as `timestamp with time zone` keeps it.
public struct PostgresTimestamp: PostgresValue, Hashable, Comparable {
    /// Microseconds since 1970-01-01 00:00 UTC, leap seconds not counted.
    public let microsecondsSince1970: Int64

    /// Microseconds from 1970 to 2000, from which the server counts.
    private static let epoch: Int64 = 946_684_800_000_000

    /// 4713 BC, where the server begins, to 294247 AD, where 64 bits end; the server goes 29 years
    /// further.
    ///
    /// Source: PostgreSQL, `datatype/timestamp.h`, `MIN_TIMESTAMP`.
    public static let range =
        PostgresTimestamp(
            unchecked: -211_813_488_000_000_000 + epoch
        )...PostgresTimestamp(unchecked: .max)

    /// A moment by its distance from 1970.
    ///
    /// - Parameter microsecondsSince1970: within ``range``; anything else gives nil.
    public init?(microsecondsSince1970: Int64) {
        let moment = PostgresTimestamp(unchecked: microsecondsSince1970)
        guard Self.range.contains(moment) else { return nil }
        self = moment
    }

    private init(unchecked microseconds: Int64) { microsecondsSince1970 = microseconds }

    /// `timestamp with time zone`.
    public static var postgresType: PostgresType { .timestamptz }

    /// Writes microseconds since 2000.
    public func write(to writer: inout PostgresWriter) {
        writer.append(microsecondsSince1970 - Self.epoch)
    }

    /// Only `timestamp with time zone`: one without has no moment.
    public static func canRead(_ type: PostgresType) -> Bool { type == .timestamptz }

    /// Reads microseconds since 2000; infinity has none, and is an error.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> PostgresTimestamp? {
        guard bytes.byteCount == 8 else { return nil }
        let (microseconds, overflow) = bytes.bigEndian(as: Int64.self)
            .addingReportingOverflow(epoch)
        return overflow ? nil : PostgresTimestamp(microsecondsSince1970: microseconds)
    }

    /// Orders by time.
    public static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.microsecondsSince1970 < right.microsecondsSince1970
    }
}

/// A day of the Gregorian calendar, as `date` keeps it.
public struct PostgresDate: PostgresValue, Hashable, Comparable {
    /// Days since 1970-01-01.
    public let daysSince1970: Int32

    /// Days from 1970 to 2000, from which the server counts.
    private static let epoch: Int32 = 10_957

    /// What the server takes: 4713 BC to 5874897 AD.
    ///
    /// Source: PostgreSQL, `datatype/timestamp.h`, `DATETIME_MIN_JULIAN` and `DATE_END_JULIAN`.
    public static let range =
        PostgresDate(unchecked: -2_440_588)...PostgresDate(unchecked: 2_147_483_493 - 2_440_588)

    /// A day by its distance from 1970.
    ///
    /// - Parameter daysSince1970: within ``range``; anything else gives nil.
    public init?(daysSince1970: Int32) {
        let day = PostgresDate(unchecked: daysSince1970)
        guard Self.range.contains(day) else { return nil }
        self = day
    }

    private init(unchecked days: Int32) { daysSince1970 = days }

    /// `date`.
    public static var postgresType: PostgresType { .date }

    /// Writes days since 2000.
    public func write(to writer: inout PostgresWriter) {
        writer.append(daysSince1970 - Self.epoch)
    }

    /// Only `date`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .date }

    /// Reads days since 2000; infinity has none, and is an error.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> PostgresDate? {
        guard bytes.byteCount == 4 else { return nil }
        let (days, overflow) = bytes.bigEndian(as: Int32.self).addingReportingOverflow(epoch)
        return overflow ? nil : PostgresDate(daysSince1970: days)
    }

    /// Orders by time.
    public static func < (left: PostgresDate, right: PostgresDate) -> Bool {
        left.daysSince1970 < right.daysSince1970
    }
}
