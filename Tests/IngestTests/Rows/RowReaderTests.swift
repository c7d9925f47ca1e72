import Postgres
import TestKit
import Testing

@testable import Ingest

@Suite("The texts of rows")
struct RowReaderTests {
    @Test("are exact decimal numbers, or say what keeps them from being one")
    func decimals() throws {
        for (text, coefficient) in [
            ("0", 0), ("-0", 0), ("1", 1_000_000), ("+1.5", 1_500_000), ("-1.5", -1_500_000),
            (".5", 500_000), ("0000000000000000001", 1_000_000),
            ("1.0000000000", 1_000_000), ("999999999999.999999", 999_999_999_999_999_999),
        ] as [(String, Int128)] {
            let expected = try #require(PostgresDecimal(coefficient: coefficient, scale: 6))
            #expect(
                DecimalText.read(text, scale: 6, digitsBefore: 12) == .number(expected),
                "\(text)"
            )
        }
        for (text, reading) in [
            ("", .malformed), ("-", .malformed), (".", .malformed), ("--1", .malformed),
            ("1e3", .malformed), ("1,5", .malformed), (" 1", .malformed), ("0x1", .malformed),
            ("१", .malformed), ("1.2.3", .malformed), ("5.", .malformed), ("nan", .notFinite),
            ("+Inf", .notFinite),
            ("-Infinity", .notFinite), ("1.0000001", .tooPrecise), ("1000000000000", .tooLarge),
        ] as [(String, DecimalText.Reading)] {
            #expect(DecimalText.read(text, scale: 6, digitsBefore: 12) == reading, "'\(text)'")
        }
    }

    @Test("are sums of what is read, whatever the digits", arguments: [UInt64](1...5))
    func decimalsAtRandom(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let whole = Int64.random(in: 0..<1_000_000_000_000, using: &random)
            let digits = Int.random(in: 0...6, using: &random)
            let fraction = (0..<digits).map { _ in Int.random(in: 0...9, using: &random) }
            let text = "\(whole)" + (digits > 0 ? "." : "") + fraction.map { "\($0)" }.joined()
            var expected = Int128(whole)
            for place in 0..<6 {
                expected = expected * 10 + Int128(place < digits ? fraction[place] : 0)
            }
            guard case .number(let number) = DecimalText.read(text, scale: 6, digitsBefore: 12)
            else {
                Issue.record("'\(text)' is no number")
                continue
            }
            #expect(number.coefficient == expected && number.scale == 6, "\(text)")
        }
    }

    @Test("are days that there are")
    func days() throws {
        for (text, days) in [
            ("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-01-31", 20_484),
            ("1990-01-01", 7_305), ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
        ] as [(String, Int32)] {
            let day = try #require(PostgresDate(text: text))
            #expect(day.daysSince1970 == days && day.text == text)
        }
        for text in [
            "", "2026-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "2026-01-00",
            "2026-1-1", "20260101", "2026-01-01T00", "2026/01/01", "-026-01-01", "２026-01-01",
        ] {
            #expect(PostgresDate(text: text) == nil, "\(text)")
        }
    }

    @Test("are currencies of ISO 4217, each three capitals, once")
    func currencies() {
        #expect(Currency.codes.count > 150)
        #expect(Currency.codes.allSatisfy { $0.utf8.count == 3 && $0 == $0.uppercased() })
        #expect(Currency.codes.isSuperset(of: ["EUR", "USD", "GBP", "JPY", "CHF", "KWD", "ZWG"]))
        #expect(Currency.codes.isDisjoint(with: ["XXX", "XTS", "XAU", "eur", "EU"]))
    }
}
