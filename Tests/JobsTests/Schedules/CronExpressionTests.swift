import TestKit
import Testing

@testable import Jobs

@Suite("Expressions of cron")
struct CronExpressionTests {
    /// A slow reading: minute after minute, each value asked of each part of its field.
    private struct SlowCron {
        /// Which values fit, field by field.
        let fits: [[Bool]]
        let isBoth: Bool

        init(_ text: String) {
            let fields = text.split(separator: " ")
            let ranges = [0...59, 0...23, 1...31, 1...12, 0...7]
            fits = zip(fields, ranges).map { field, range in
                (0...59).map { Self.fits(field, $0, range) }
            }
            isBoth = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
        }

        private static func fits(
            _ field: Substring,
            _ value: Int,
            _ range: ClosedRange<Int>
        ) -> Bool {
            field.split(separator: ",").contains { part in
                let halves = part.split(separator: "/")
                let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
                let ends = halves[0].split(separator: "-").map { Int($0) ?? -1 }
                let first = halves[0] == "*" ? range.lowerBound : ends[0]
                let last =
                    halves[0] == "*" || (ends.count == 1 && halves.count == 2)
                    ? range.upperBound : ends.count == 1 ? first : ends[1]
                return value >= first && value <= last && (value - first) % step == 0
            }
        }

        func fits(_ time: CivilMinute) -> Bool {
            let day = fits[2][time.day]
            let weekday = fits[4][time.weekday] || time.weekday == 0 && fits[4][7]
            return fits[0][time.minuteOfDay % 60] && fits[1][time.minuteOfDay / 60]
                && fits[3][time.month] && (isBoth ? day && weekday : day || weekday)
        }
    }

    private static func part(
        _ range: ClosedRange<Int>,
        using generator: inout SeededGenerator
    ) -> String {
        let a = Int.random(in: range, using: &generator)
        let b = Int.random(in: range, using: &generator)
        return switch Int.random(in: 0..<6, using: &generator) {
        case 0: "*"
        case 1: "\(min(a, b))-\(max(a, b))"
        case 2: "*/\(max(a, 1))"
        case 3: "\(min(a, b))-\(max(a, b))/\(Int.random(in: 1...9, using: &generator))"
        case 4: "\(a),\(b)"
        default: "\(a)"
        }
    }

    @Test("find the same minutes as asking each one does", arguments: 0..<40 as Range<UInt64>)
    func slowReading(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let text = [0...59, 0...23, 1...28, 1...12, 0...7].map {
            Self.part($0, using: &generator)
        }.joined(separator: " ")
        let cron = try CronExpression(text)
        let slow = SlowCron(text)
        let start = CivilMinute(
            year: Int.random(in: 1990...2060, using: &generator),
            month: Int.random(in: 1...12, using: &generator),
            day: 1
        )
        var minute = start
        var expected: [CivilMinute] = []
        for _ in 0..<50_000 {
            minute = minute.advanced(byMinutes: 1)
            if slow.fits(minute) { expected.append(minute) }
            if expected.count == 50 { break }
        }
        var found: [CivilMinute] = []
        var time = start
        while found.count < expected.count, let next = cron.next(after: time) {
            found.append(next)
            time = next
        }
        #expect(found == expected, "\(text) after \(start)")
        if expected.isEmpty, let next = cron.next(after: start) { #expect(next > minute) }
    }

    @Test("that people write come when they mean")
    func known() throws {
        func next(_ text: String, _ time: CivilMinute) throws -> [Int]? {
            try CronExpression(text).next(after: time).map {
                [$0.year, $0.month, $0.day, $0.minuteOfDay / 60, $0.minuteOfDay % 60]
            }
        }
        let start = CivilMinute(year: 2026, month: 11, day: 20)
        #expect(try next("30 2 * * *", start) == [2026, 11, 20, 2, 30])
        #expect(try next("0 0 29 2 *", start) == [2028, 2, 29, 0, 0])
        #expect(try next("0 6 * * MON-FRI", start) == [2026, 11, 20, 6, 0])
        #expect(try next("0 6 * * sun", start) == [2026, 11, 22, 6, 0])
        #expect(try next("0 6 * * 7", start) == [2026, 11, 22, 6, 0])
        #expect(try next("*/20 8-18/2 1 jan,JUL *", start) == [2027, 1, 1, 8, 0])
        // Either day suffices: the 25th is a Wednesday, the 23rd the Monday before it.
        #expect(try next("0 0 25 * 1", start) == [2026, 11, 23, 0, 0])
        #expect(try next("5/15 * * * *", start) == [2026, 11, 20, 0, 5])
    }

    @Test(
        "that mean nothing are refused, with the field",
        arguments: [
            ("", "expected five fields"), ("* * * *", "expected five fields"),
            ("60 * * * *", "minute '60'"), ("* 24 * * *", "hour '24'"),
            ("* * 0 * *", "day of the month '0'"), ("* * * 13 *", "month '13'"),
            ("* * * * 8", "day of the week '8'"), ("5-1 * * * *", "minute '5-1'"),
            ("*/0 * * * *", "minute '*/0'"), ("1,,2 * * * *", "minute '1,,2'"),
            ("1- * * * *", "minute '1-'"), ("+1 * * * *", "minute '+1'"),
            ("a * * * *", "minute 'a'"), ("1/2/3 * * * *", "minute '1/2/3'"),
            ("0 0 30 2 *", "no day fits"), ("٣ * * * *", "minute '٣'"),
        ]
    )
    func refused(text: String, part: String) {
        let fault = #expect(throws: CronExpression.Fault.self) { try CronExpression(text) }
        #expect(fault?.description.contains(part) == true)
    }

    @Test("go by a calendar that agrees with the system's", arguments: 0..<40 as Range<UInt64>)
    func calendar(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let minutes = Int64.random(in: -1_000_000_000...4_000_000_000, using: &generator)
            let minute = CivilMinute(minutes: minutes)
            let (year, month, day, weekday) = systemDate(minutes * 60)
            #expect([minute.year, minute.month, minute.day] == [year, month, day])
            #expect(minute.weekday == weekday)
            let start = CivilMinute(year: year, month: month, day: day)
            #expect(start == minute.startOfDay)
        }
    }
}
