/// When something is done, by the hands of a clock on a wall: minute, hour, day of the month,
/// month, day of the week.
///
/// Fields are numbers, ranges `1-5`, steps `*/15` and `8-18/2`, and lists of these with commas;
/// months and days of the week also by the first three letters of their English names; Sunday is 0
/// and 7. If neither day is `*`, either of them suffices. Each minute that fits is one time,
/// whatever the clock is changed by. Source: POSIX.1-2017, `crontab`; steps and names as in Vixie's
/// cron.
public struct CronExpression: Sendable, Hashable {
    /// The five fields, as they were given.
    public let text: String
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    /// Whether a day must fit both fields, since one of them says nothing.
    private let needsBothDays: Bool

    /// What is wrong with an expression.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        /// Which field, and what it may be.
        public let description: String
    }

    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// Reads an expression.
    ///
    /// - Parameter text: five fields with blanks between.
    /// - Throws: ``Fault`` also if no day ever fits, as the 30th of February.
    public init(_ text: String) throws(Fault) {
        let fields = text.split(separator: " ").map { $0.lowercased() }
        guard fields.count == 5, text.utf8.count <= 200 else {
            throw Fault(description: "expected five fields: minute hour day month weekday")
        }
        self.text = fields.joined(separator: " ")
        minutes = try Self.set(fields[0], 0...59, "minute")
        hours = try Self.set(fields[1], 0...23, "hour")
        days = try Self.set(fields[2], 1...31, "day of the month")
        months = try Self.set(fields[3], 1...12, "month", Self.monthNames, firstName: 1)
        let week = try Self.set(fields[4], 0...7, "day of the week", Self.weekdayNames)
        weekdays = (week | week >> 7) & 0x7F
        needsBothDays = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
        // Every date with its weekday comes within 28 years, or 40 over the end of a century.
        guard next(after: CivilMinute(year: 2000, month: 1, day: 1)) != nil else {
            throw Fault(description: "no day fits")
        }
    }

    private static func set(
        _ field: String,
        _ range: ClosedRange<Int>,
        _ name: String,
        _ names: [String] = [],
        firstName: Int = 0
    ) throws(Fault) -> UInt64 {
        let fault = Fault(
            description: "\(name) '\(field)': expected \(range.lowerBound) to \(range.upperBound), "
                + "as *, 5, 1-5, */2, or several with commas"
        )
        func number(_ text: Substring) -> Int? {
            if let place = names.firstIndex(of: String(text)) { return place + firstName }
            guard (1...2).contains(text.utf8.count),
                text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { return nil }
            return Int(text)
        }
        var set: UInt64 = 0
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(halves.count) else { throw fault }
            var step = 1
            if halves.count == 2 {
                guard let number = number(halves[1]), number > 0 else { throw fault }
                step = number
            }
            var span = range
            if halves[0] != "*" {
                let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
                guard (1...2).contains(ends.count), let first = number(ends[0]),
                    let last = ends.count == 2
                        ? number(ends[1]) : halves.count == 2 ? range.upperBound : first,
                    first <= last, range.contains(first), range.contains(last)
                else { throw fault }
                span = first...last
            }
            for value in stride(from: span.lowerBound, through: span.upperBound, by: step) {
                set |= 1 << UInt64(value)
            }
        }
        return set
    }

    // MARK: Times

    /// The first time after another, by the same clock.
    ///
    /// - Parameter time: any.
    /// - Returns: nil if there is none in the 40 years that follow.
    public func next(after time: CivilMinute) -> CivilMinute? {
        var time = time.advanced(byMinutes: 1)
        let lastYear = time.year + 40
        while time.year <= lastYear {
            if !Self.has(months, time.month) {
                time = time.startOfNextMonth
            } else if !fits(time) {
                time = time.startOfDay.advanced(byMinutes: 1_440)
            } else if let minute = firstMinute(from: time.minuteOfDay) {
                return time.startOfDay.advanced(byMinutes: Int64(minute))
            } else {
                time = time.startOfDay.advanced(byMinutes: 1_440)
            }
        }
        return nil
    }

    private static func has(_ set: UInt64, _ value: Int) -> Bool {
        set & 1 << UInt64(value) != 0
    }

    private func fits(_ time: CivilMinute) -> Bool {
        let day = Self.has(days, time.day)
        let weekday = Self.has(weekdays, time.weekday)
        return needsBothDays ? day && weekday : day || weekday
    }

    /// The first minute of a day that fits, from one on.
    private func firstMinute(from start: Int) -> Int? {
        for hour in start / 60..<24 where Self.has(hours, hour) {
            let first = hour == start / 60 ? start % 60 : 0
            let left = minutes & ~(1 << UInt64(first) - 1)
            if left != 0 { return hour * 60 + left.trailingZeroBitCount }
        }
        return nil
    }
}
