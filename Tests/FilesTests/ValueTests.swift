import TestKit
import Testing
import Wire

@testable import Files

@Suite("Values")
struct ValueTests {
    private func number(
        _ text: String,
        _ separator: ValueFormat.DecimalSeparator = .point
    ) -> Result<String, NumberReader.Fault> {
        let bytes = Array(text.utf8)
        return Result { () throws(NumberReader.Fault) in
            try NumberReader(separator).read(bytes.rawBytes.trimmed).description
        }
    }

    @Test(
        "are numbers with a decimal point",
        arguments: [
            ("0", "0"), ("-12", "-12"), ("+12.50", "12.50"), (".5", "0.5"), ("5.", "5"),
            ("1,234.56", "1234.56"), ("1,234,567", "1234567"), ("12,34,567.8", "1234567.8"),
            ("1 234.5", "1234.5"), ("1'234.5", "1234.5"), ("1’234", "1234"),
            ("1\u{A0}234", "1234"), ("1\u{202F}234.5", "1234.5"), ("$1,234.50", "1234.50"),
            ("-$5", "-5"), ("$-5", "-5"), ("€ 12.00", "12.00"), ("12.00 €", "12.00"),
            ("USD 3", "3"), ("3 CHF", "3"), ("(1,234.5)", "-1234.5"), ("($7)", "-7"),
            ("5-", "-5"), ("\u{2212}5", "-5"), ("12.5%", "0.125"), ("-3 %", "-0.03"),
            ("1.426697e+06", "1426697"), ("1E-3", "0.001"), ("1e2", "100"),
            ("0.3185800179359486", "0.3185800179359486"),
            ("99999999999999999999.999999", "99999999999999999999.999999"),
            ("588741.2300000001", "588741.2300000001"), (" 7 ", "7"), ("R$ 4", "4"),
            (
                "0.00000000000000000000000000000000000001",
                "0.00000000000000000000000000000000000001"
            ),
        ]
    )
    func points(text: String, value: String) throws {
        #expect(try number(text).get() == value)
    }

    @Test(
        "are numbers with a decimal comma",
        arguments: [
            ("1.234,56", "1234.56"), ("1 234,56", "1234.56"), ("1'234,56", "1234.56"),
            ("0,5", "0.5"), ("12,50 €", "12.50"), ("-1.234.567,8", "-1234567.8"), ("7", "7"),
            ("1,5e3", "1500"),
        ]
    )
    func commas(text: String, value: String) throws {
        #expect(try number(text, .comma).get() == value)
    }

    @Test(
        "are refused where they are no numbers",
        arguments: [
            "x", "1,5", "1,23,45", "1.2.3", "--5", "1 2", "1e", "1e99999", "0,123", "$", "-", ".",
            "12a", "1,,234", "1234,567", "0x10", "1_000", "5 %%",
        ]
    )
    func malformed(text: String) {
        #expect(number(text) == .failure(.malformed))
    }

    @Test(
        "are refused where they are not finite or too large",
        arguments: [
            ("nan", NumberReader.Fault.notFinite), ("NaN", .notFinite), ("inf", .notFinite),
            ("-Infinity", .notFinite), ("1e400", .tooLarge), ("1e39", .tooLarge),
            ("123456789012345678901234567890123456789", .tooLarge),
        ]
    )
    func unusual(text: String, fault: NumberReader.Fault) {
        #expect(number(text) == .failure(fault))
    }

    @Test("are rounded half to even, added exactly, and equal whatever their scale")
    func decimals() throws {
        func decimal(_ text: String) throws -> ExactDecimal {
            let bytes = Array(text.utf8)
            return try NumberReader(.point).read(bytes.rawBytes)
        }
        for (text, rounded) in [
            ("0.0000005", "0.000000"), ("0.0000015", "0.000002"), ("-0.0000025", "-0.000002"),
            ("1.23456789", "1.234568"), ("-1.9999999", "-2.000000"), ("5", "5"),
        ] {
            #expect(try decimal(text).rounded(to: 6).description == rounded)
        }
        #expect(try decimal("1.50") == decimal("1.5"))
        #expect(try decimal("1.50").hashValue == decimal("1.5").hashValue)
        #expect(try decimal("0.1").adding(decimal("0.25"))?.description == "0.35")
        let largest = try decimal("99999999999999999999999999999999999999")
        #expect(try largest.adding(decimal("1")) == nil)
        for text in ["0.3185800179359486", "1426697", "-74802.97158721086786856", "0.1"] {
            #expect(try decimal(text).double == Double(text))
        }
    }

    private func date(
        _ text: String,
        _ order: ValueFormat.DateOrder? = nil
    ) -> Result<FileTime, DateReader.Fault> {
        let bytes = Array(text.utf8)
        return Result { () throws(DateReader.Fault) in
            try DateReader(order: order).read(bytes.rawBytes.trimmed)
        }
    }

    @Test(
        "are days",
        arguments: [
            "2026-01-05", "2026/1/5", "2026.01.05", "20260105", "5.1.2026", "05.01.26",
            "Jan 5, 2026", "January 5, 2026", "5 Jan 2026", "05-Jan-26", "5. Januar 2026",
            "5 janv. 2026", "5 ene 2026", "5 gennaio 2026", "Mon, 5 Jan 2026", "Jan 5th, 2026",
            "Montag, 5. Januar 2026",
        ]
    )
    func days(text: String) throws {
        let time = try date(text).get()
        #expect(time.day.description == "2026-01-05")
        #expect(time.microsecondOfDay == nil && time.offsetSeconds == nil)
    }

    @Test("are days whose order has to be known")
    func orders() throws {
        #expect(try date("03/04/2026", .dayFirst).get().day.description == "2026-04-03")
        #expect(try date("03/04/2026", .monthFirst).get().day.description == "2026-03-04")
        #expect(date("03/04/2026") == .failure(.ambiguous))
        #expect(date("3-4-26") == .failure(.ambiguous))
        #expect(try date("31/01/2026").get().day.description == "2026-01-31")
        #expect(try date("1/31/2026").get().day.description == "2026-01-31")
        #expect(try date("4/4/2026").get().day.description == "2026-04-04")
        #expect(date("31/01/2026", .monthFirst) == .failure(.malformed))
    }

    @Test(
        "are times",
        arguments: [
            ("2026-01-05T10:20:30Z", 1_767_608_430_000_000, 0),
            ("2026-01-05 10:20:30.123456", 1_767_608_430_123_456, nil),
            ("2026-01-05T10:20:30.5+01:00", 1_767_604_830_500_000, 3_600),
            ("2026-01-05T10:20-0530", 1_767_628_200_000_000, -19_800),
            ("2026-01-05 10:20:30 UTC", 1_767_608_430_000_000, 0),
            ("5/1/2026 3:04 PM", 1_767_625_440_000_000, nil),
            ("5.1.2026, 12:00:01 AM", 1_767_571_201_000_000, nil),
            ("1767608430", 1_767_608_430_000_000, 0), ("1767608430123", 1_767_608_430_123_000, 0),
            ("1767608430123456", 1_767_608_430_123_456, 0),
            ("1767608430.25", 1_767_608_430_250_000, 0),
        ] as [(String, Int, Int?)]
    )
    func times(text: String, microseconds: Int, offset: Int?) throws {
        let time = try date(text, .dayFirst).get()
        #expect(time.microseconds == microseconds)
        #expect(time.offsetSeconds == offset)
    }

    @Test(
        "are refused where there is no such day or time",
        arguments: [
            "2026-02-29", "2026-13-01", "20260230", "31.4.2026", "2026-01-05T25:00:00Z", "x",
            "2026-01", "45292", "2026-01-05 10", "2026-W05", "12", "2026-01-05Tx", "Smarch 5, 2026",
            "2026-01-05T10:00:00+99:00", "99999999999999999", "-1767608430",
        ]
    )
    func noDates(text: String) {
        #expect(date(text, .dayFirst) == .failure(.malformed))
    }
}
