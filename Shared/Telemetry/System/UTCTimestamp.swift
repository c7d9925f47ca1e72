internal import Glibc

/// A moment in UTC, to the millisecond, as RFC 3339 writes it.
public struct UTCTimestamp: Hashable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; leap seconds do not count.
    public let milliseconds: Int64

    /// A moment of the years 0 to 9999, which is all that the text has room for.
    ///
    /// - Parameter milliseconds: since 1970; what lies outside those years becomes the nearest
    ///   moment within.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.earliest), Self.latest)
    }

    /// What the system's clock says.
    public static var now: UTCTimestamp {
        UTCTimestamp(milliseconds: nanosecondsNow / 1_000_000)
    }

    /// What the system's clock says, in nanoseconds since 1970.
    public static var nanosecondsNow: Int64 {
        var time = timespec()
        // It writes the one structure it is given.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999
}

extension UTCTimestamp: CustomStringConvertible {
    /// The moment as `2026-11-21T06:24:37.042Z`.
    public var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text, 24 bytes.
    func append(to text: inout [UInt8]) {
        let (days, millisecondOfDay) = milliseconds.dividedDown(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        text.appendDecimal(date.year, digits: 4)
        text.append(UInt8(ascii: "-"))
        text.appendDecimal(date.month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.appendDecimal(date.day, digits: 2)
        text.append(UInt8(ascii: "T"))
        text.appendDecimal(millisecondOfDay / 3_600_000, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDecimal(millisecondOfDay / 60_000 % 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDecimal(millisecondOfDay / 1_000 % 60, digits: 2)
        text.append(UInt8(ascii: "."))
        text.appendDecimal(millisecondOfDay % 1_000, digits: 3)
        text.append(UInt8(ascii: "Z"))
    }
}
