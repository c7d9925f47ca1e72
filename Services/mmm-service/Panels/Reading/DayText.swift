/// What a text says of a day.
///
/// The year comes first (`2026-01-31`, `2026/1/31`, `20260131`, the week `2026-W05`, which begins
/// on a Monday) or last (`31.01.2026`, `31/1/2026`, `1/31/2026`); with points days come before
/// months everywhere. Midnight may follow, as spreadsheets and data frames write it.
enum DayText: Equatable {
    case day(PanelDay)
    /// Two numbers and a year, whose order is not said.
    case eitherOrder(Int, Int, year: Int)
    case empty
    case unreadable

    /// The years that are believed.
    static let years = 1970...2199

    init(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else {
            self = .empty
            return
        }
        guard text.count <= 40, let bare = Self.withoutMidnight(text) else {
            self = .unreadable
            return
        }
        self = Self.plain(bare) ?? Self.week(bare) ?? Self.separated(bare) ?? .unreadable
    }

    /// The day, where the order is known.
    func day(_ order: PanelFormat.DayOrder) -> PanelDay? {
        switch self {
        case .day(let day): day
        case .eitherOrder(let first, let second, let year):
            order == .dayFirst
                ? PanelDay(year: year, month: second, day: first)
                : PanelDay(year: year, month: first, day: second)
        case .empty, .unreadable: nil
        }
    }

    /// `20260131`.
    private static func plain(_ text: ArraySlice<UInt8>) -> DayText? {
        guard text.count == 8, let number = number(text) else { return nil }
        return day(number / 10_000, number / 100 % 100, number % 100)
    }

    /// `2026-W05` or `2026W05`.
    private static func week(_ text: ArraySlice<UInt8>) -> DayText? {
        var rest = text
        guard let year = number(rest.prefix(4)), rest.count >= 7 else { return nil }
        rest = rest.dropFirst(4)
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        guard rest.first == UInt8(ascii: "W"), rest.count == 3, years.contains(year),
            let week = number(rest.dropFirst()), (1...53).contains(week),
            // The fourth of January is in the first week of its year.
            let fourth = PanelDay(year: year, month: 1, day: 4)
        else { return nil }
        let monday = fourth.advanced(by: -fourth.weekday.rawValue + 7 * (week - 1))
        guard week < 53 || monday.advanced(by: 3).date.year == year else { return nil }
        return .day(monday)
    }

    /// Three numbers, with the same sign between them.
    private static func separated(_ text: ArraySlice<UInt8>) -> DayText? {
        let signs = text.filter { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard signs.count == 2, signs[0] == signs[1],
            [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ".")].contains(signs[0])
        else { return nil }
        let parts = text.split(separator: signs[0], omittingEmptySubsequences: false)
        let numbers = parts.compactMap { number($0) }
        guard numbers.count == 3, parts[1].count <= 2 else { return nil }
        if parts[0].count == 4, parts[2].count <= 2 {
            return day(numbers[0], numbers[1], numbers[2])
        }
        guard parts[0].count <= 2, parts[2].count == 4, years.contains(numbers[2]) else {
            return nil
        }
        if signs[0] == UInt8(ascii: ".") { return day(numbers[2], numbers[1], numbers[0]) }
        return .eitherOrder(numbers[0], numbers[1], year: numbers[2])
    }

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> DayText {
        guard years.contains(year), let day = PanelDay(year: year, month: month, day: day) else {
            return .unreadable
        }
        return .day(day)
    }

    /// The text before a time of day that is midnight; nil if there is another one.
    private static func withoutMidnight(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let start = text.firstIndex(where: { $0 == 0x20 || $0 == UInt8(ascii: "T") }) else {
            return text
        }
        let allowed = Set(":.0+Z ".utf8)
        let isMidnight = text[(start + 1)...].allSatisfy(allowed.contains)
        return isMidnight ? text[..<start] : nil
    }

    private static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...8).contains(text.count) else { return nil }
        var number = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
