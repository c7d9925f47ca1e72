import TestKit
import Testing
import Wire

@Suite("Plain texts of amounts and days")
struct PlainTextTests {
    /// The digits one after the other, by the general ways of texts.
    private static func slowly(_ coefficient: Int128, scale: Int) -> String {
        var digits = String(coefficient.magnitude)
        while digits.count < scale + 1 { digits = "0" + digits }
        let sign = coefficient < 0 ? "-" : ""
        return scale == 0
            ? sign + digits : "\(sign)\(digits.dropLast(scale)).\(digits.suffix(scale))"
    }

    @Test("have all digits of a number, and the point in its place", arguments: 1...4)
    func decimals(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for scale in 0...38 {
            for _ in 0..<50 {
                let bits = Int.random(in: 1..<127, using: &random)
                let most = Int128(1) << bits
                let number = Int128.random(in: -most...most, using: &random)
                #expect(PlainText.text(number, scale: scale) == Self.slowly(number, scale: scale))
            }
            for number in [0, 1, -1, 9, 10, -100, .max, .min] as [Int128] {
                #expect(PlainText.text(number, scale: scale) == Self.slowly(number, scale: scale))
            }
        }
    }

    @Test("of days are read as they are written")
    func days() throws {
        for year in [0, 1, 44, 999, 1_970, 2_026, 9_999] {
            for (month, day) in [(1, 1), (2, 29), (10, 9), (12, 31)] {
                let text = PlainText.day(year: year, month: month, day: day)
                let numbers = try #require(PlainText.day(of: text))
                #expect(text.utf8.count == 10 && numbers == (year, month, day))
            }
        }
        #expect(PlainText.day(year: 12_026, month: 1, day: 31) == "12026-01-31")
        for text in ["", "2026-1-31", "2026-01-31 ", "2026/01/31", "20260-1-31", "２026-01-3"] {
            #expect(PlainText.day(of: text) == nil, "\(text)")
        }
    }
}
