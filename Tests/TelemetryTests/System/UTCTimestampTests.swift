import Glibc
import TestKit
import Testing

@testable import Telemetry

@Suite("A moment in UTC")
struct UTCTimestampTests {
    @Test(
        "is written as RFC 3339 has it",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
            (1_735_689_600_000, "2025-01-01T00:00:00.000Z"),
            (1_772_323_199_000, "2026-02-28T23:59:59.000Z"),
            (1_772_323_200_001, "2026-03-01T00:00:00.001Z"),
            (4_107_456_000_000, "2100-02-28T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_234_567_890_120, "2009-02-13T23:31:30.120Z"),
        ]
    )
    func knownMoments(milliseconds: Int64, text: String) {
        #expect(UTCTimestamp(milliseconds: milliseconds).description == text)
    }

    @Test("outside the years 0 to 9999 is the nearest within")
    func edges() {
        let first = "0000-01-01T00:00:00.000Z"
        let last = "9999-12-31T23:59:59.999Z"
        #expect(UTCTimestamp(milliseconds: .min).description == first)
        #expect(UTCTimestamp(milliseconds: -62_167_219_200_000).description == first)
        #expect(UTCTimestamp(milliseconds: -62_167_219_199_999).description.hasSuffix("0.001Z"))
        #expect(UTCTimestamp(milliseconds: .max).description == last)
        #expect(UTCTimestamp(milliseconds: 253_402_300_799_999).description == last)
        #expect(UTCTimestamp(milliseconds: 253_402_300_799_998).description.hasSuffix("9.998Z"))
    }

    @Test("has the date and the time that gmtime_r finds", arguments: [1, 2, 3, 4] as [UInt64])
    func systemAgrees(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let milliseconds = Int64.random(
                in: -62_167_219_200_000...253_402_300_799_999,
                using: &generator
            )
            let text = UTCTimestamp(milliseconds: milliseconds).description
            #expect(text == Self.systemText(of: milliseconds), "\(milliseconds)")
        }
    }

    @Test("has the date that gmtime_r finds on each day of eight centuries")
    func everyDay() {
        for day in Int64(-719_528)...(-719_528 + 146_097 * 2) {
            let date = CivilDate(daysSince1970: day)
            let parts = Self.systemParts(of: day * 86_400)
            let isSame = [date.year, date.month, date.day] == parts.prefix(3)
            #expect(isSame, "day \(day): \(date)")
            if !isSame { return }
        }
    }

    @Test("is read from the system's clock")
    func now() {
        let before = time(nil)
        let now = UTCTimestamp.now.milliseconds
        let after = time(nil)
        #expect(now >= Int64(before - 1) * 1_000 && now < Int64(after + 2) * 1_000)
    }

    private static func systemText(of milliseconds: Int64) -> String {
        let millisecond = ((milliseconds % 1_000) + 1_000) % 1_000
        let parts = systemParts(of: (milliseconds - millisecond) / 1_000) + [millisecond]
        let digits = [4, 2, 2, 2, 2, 2, 3]
        let ends = ["-", "-", "T", ":", ":", ".", "Z"]
        return zip(parts, zip(digits, ends)).map { part, form in
            let text = String(part)
            return String(repeating: "0", count: form.0 - text.count) + text + form.1
        }.joined()
    }

    /// Year, month, day, hour, minute and second, as the C library finds them.
    private static func systemParts(of seconds: Int64) -> [Int64] {
        var seconds = time_t(seconds)
        // It writes the one structure it is given, whose pointer is not used.
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        return unsafe [
            parts.tm_year + 1_900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
            parts.tm_sec,
        ].map { Int64($0) }
    }
}
