import Testing

@testable import Panels

/// Days and numbers in cells.
@Suite struct CellTests {
    @Test(arguments: [
        ("2026-01-31", 2026, 1, 31), ("2026/1/3", 2026, 1, 3), ("2026.01.31", 2026, 1, 31),
        ("20260131", 2026, 1, 31), ("31.1.2026", 2026, 1, 31), ("2026-W05", 2026, 1, 26),
        ("2020W53", 2020, 12, 28), ("2026-01-31 00:00:00", 2026, 1, 31),
        ("2026-01-31T00:00:00.000Z", 2026, 1, 31), ("2024-02-29", 2024, 2, 29),
    ])
    func days(_ text: String, _ year: Int, _ month: Int, _ day: Int) throws {
        let expected = try #require(PanelDay(year: year, month: month, day: day))
        #expect(DayText(text.utf8Slice) == .day(expected))
    }

    @Test(arguments: [
        "2026-02-30", "2026-13-01", "31.31.2026", "1-2/2026", "2026-W54", "2021-W53", "1850-01-01",
        "2500-01-01", "yesterday", "2026-01-31 12:00", "202601311", "1/2/26", "--2026",
    ])
    func noDays(_ text: String) { #expect(DayText(text.utf8Slice) == .unreadable) }

    @Test func orders() throws {
        let read = { (cells: [String], order: PanelFormat.DayOrder?) in
            var found = PanelFindings()
            let table = try PanelTable("d,e\n" + cells.map { $0 + ",\n" }.joined())
            let days = DayColumn.read(0, of: table, order, &found)
            return (days.map { $0.map(\.description) ?? "" }, found.all.map(\.rule))
        }
        // One day above twelve tells the order of all.
        var (days, rules) = try read(["1/2/2026", "13/2/2026"], nil)
        #expect(days == ["2026-02-01", "2026-02-13"] && rules.isEmpty)
        (days, rules) = try read(["1/2/2026", "2/13/2026"], nil)
        #expect(days == ["2026-01-02", "2026-02-13"] && rules.isEmpty)
        (days, rules) = try read(["1/2/2026", "5/5/2026"], nil)
        #expect(days == ["", "2026-05-05"] && rules == [.ambiguousDay])
        (days, rules) = try read(["1/2/2026", "5/5/2026"], .monthFirst)
        #expect(days == ["2026-01-02", "2026-05-05"] && rules.isEmpty)
        // Where most say one order, those in another are wrong.
        (days, rules) = try read(["13/2/2026", "14/2/2026", "2/13/2026"], nil)
        #expect(days == ["2026-02-13", "2026-02-14", ""] && rules == [.day])
        (days, rules) = try read(["13/2/2026", "2/13/2026"], nil)
        #expect(days == ["", ""] && rules == [.day, .day])
    }

    @Test(arguments: [
        ("12", 12), ("-1.5", -1.5), ("+.5", 0.5), ("5.", 5), ("1,234", 1_234),
        ("1,234,567.25", 1_234_567.25), ("1 234.5", 1_234.5), ("1'234", 1_234),
        ("1.426697e+06", 1_426_697),
        ("2e-3", 0.002), ("\u{2212}7", -7), ("1\u{202F}000", 1_000), ("1\u{A0}000", 1_000),
        ("007", 7), ("0", 0),
    ])
    func points(_ text: String, _ expected: Double) {
        #expect(NumberText(text.utf8Slice, decimal: .point) == .number(expected))
    }

    @Test(arguments: [
        ("1,5", 1.5), ("1.234", 1_234), ("1.234.567,25", 1_234_567.25), ("-0,25", -0.25),
        ("1 234,5", 1_234.5), ("1e3", 1_000),
    ])
    func commas(_ text: String, _ expected: Double) {
        #expect(NumberText(text.utf8Slice, decimal: .comma) == .number(expected))
    }

    @Test(arguments: ["", "NA", "n/a", "NaN", "null", "None", "-", "#N/A"])
    func missing(_ text: String) {
        #expect(NumberText(text.utf8Slice, decimal: .point) == .missing)
    }

    @Test(arguments: [
        ("1,2", NumberText.Fault.groups), ("12,34,567", .groups), ("1,234 567", .groups),
        ("1.5,000", .groups), ("1234,567", .groups), ("abc", .malformed), ("1.2.3", .malformed),
        ("0x10", .malformed),
        ("--1", .malformed), ("1e", .malformed), ("1e5.5", .malformed), ("inf", .malformed),
        ("$5", .currency), ("5 €", .currency), ("5 EUR", .currency), ("5%", .percent),
        ("1e16", .tooLarge), ("1e9999", .tooLarge), (".", .malformed),
    ])
    func refused(_ text: String, _ fault: NumberText.Fault) {
        #expect(NumberText(text.utf8Slice, decimal: .point) == .refused(fault))
    }

    @Test func decimals() throws {
        let read = { (cells: [String], decimal: PanelFormat.Decimal?) in
            var found = PanelFindings()
            let table = try PanelTable("d;e\n" + cells.map { $0 + ";\n" }.joined())
            let numbers = NumberColumns(table, [0], decimal: decimal).read(0, &found)
            return (numbers.map { $0.isNaN ? -1 : $0 }, found.all.compactMap(\.row))
        }
        // The sign that any number shows is that of all.
        var (numbers, rows) = try read(["1,234", "1,5"], nil)
        #expect(numbers == [1.234, 1.5] && rows.isEmpty)
        (numbers, rows) = try read(["1,234", "1.5"], nil)
        #expect(numbers == [1_234, 1.5] && rows.isEmpty)
        (numbers, rows) = try read(["1.234", "2.345"], nil)
        #expect(numbers == [1.234, 2.345] && rows.isEmpty)
        (numbers, rows) = try read(["1.234", "2.345,6"], nil)
        #expect(numbers == [1_234, 2_345.6] && rows.isEmpty)
        (numbers, rows) = try read(["1,234", "7"], nil)
        #expect(numbers == [-1, 7] && rows == [2])
        (numbers, rows) = try read(["1,234", "7"], .comma)
        #expect(numbers == [1.234, 7] && rows.isEmpty)
        (numbers, rows) = try read(["1.5", "2.5", "3,5"], nil)
        #expect(numbers == [1.5, 2.5, -1] && rows == [4])
    }
}

extension String {
    /// The bytes of a text.
    fileprivate var utf8Slice: ArraySlice<UInt8> { Array(utf8)[...] }
}
