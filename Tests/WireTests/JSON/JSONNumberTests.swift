import TestKit
import Testing
@testable import Wire

@Suite("JSON: numbers against the standard library's")
struct JSONNumberTests {
    static let literals = [
        "0", "-0", "1", "0.1", "1e22", "1e23", "1E-22", "9007199254740993", "9007199254740992.5",
        "9007199254740993.0000000000000000000000000000000000000000000001",
        "1.7976931348623157e308", "1.7976931348623158e308", "4.9e-324", "2.4703282292062327e-324",
        "2.4703282292062328e-324", "2.2250738585072011e-308", "18446744073709551615",
        "18446744073709551616", "123456789012345678901234567890", "3.4028235677973366e38",
        "3.402823567797337e37", "16777217", "16777217.0000000001", "1.00000005960464477540",
        "0.000000000000000000000000000000000000000000000000000000000000001",
        "7.0064923216240854e-46", "1.4e-45", "1e-999999999999", "0e999999999999",
        "100000000000000000000000000000000000000000000e-40",
    ]

    @Test("Doubles and floats are rounded correctly", arguments: literals)
    func edges(_ text: String) {
        check(text)
    }

    @Test("So are random ones", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let digits = String(random.next() >> UInt64.random(in: 0..<64, using: &random))
            let point = Int.random(in: 1...digits.count, using: &random)
            let exponent = Int.random(in: -40...40, using: &random)
            let fraction = point < digits.count ? "." + digits.dropFirst(point) : ""
            check("\(digits.prefix(point))\(fraction)e\(exponent)")
            check(String(Double(bitPattern: random.next()).magnitude))
            check(String(Float(bitPattern: UInt32(truncatingIfNeeded: random.next())).magnitude))
        }
    }

    @Test("Half way between two doubles, the 1,000th digit decides")
    func longLiterals() {
        // 1 + 2⁻⁵³ lies half way between 1 and the next double.
        let half = "1.00000000000000011102230246251565404236316680908203125"
        check(half)
        check(half + String(repeating: "0", count: 2_000))
        check(half + String(repeating: "0", count: 2_000) + "1")
        check("0." + String(repeating: "0", count: 3_000) + "1e3000")
        check("1" + String(repeating: "0", count: 3_000) + "e-3000")
        check(String(repeating: "9", count: 5_000) + "e-5000")
        let zeros = String(repeating: "0", count: 2_000)
        #expect(double(half + zeros) == 1)
        #expect(double(half + zeros + "1") == 1.0.nextUp)
    }

    @Test("Doubles are printed in as few digits as read back", arguments: 0..<20 as Range<UInt64>)
    func printing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let bits = random.next()
            let cents = Double(Int64(truncatingIfNeeded: bits) >> 30) / 100
            let millionths = Double(Int64(truncatingIfNeeded: bits) >> 14) / 1e6
            for value in [Double(bitPattern: bits), cents, millionths, Double(Int32(bits >> 33))]
            where value.isFinite {
                let text = printed(value)
                #expect(Double(text)?.bitPattern == value.bitPattern)
                #expect(significantDigits(text) <= significantDigits(value.description))
                #expect(JSONScanner.number(in: text.utf8Span.span.asRawSpan) != nil)
            }
        }
    }

    @Test("Floats too")
    func printingFloats() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            guard value.isFinite else { continue }
            var output = OutputBuffer()
            output.appendDecimal(value)
            let text = String(decoding: Array(copying: output.bytes), as: UTF8.self)
            #expect(Float(text)?.bitPattern == value.bitPattern)
        }
    }

    @Test("Integers are printed digit by digit")
    func integers() {
        var power: UInt64 = 1
        for _ in 0..<20 {
            for value in [power &- 1, power, power &+ 1] {
                var output = OutputBuffer()
                output.appendDecimal(value)
                output.append(UInt8(ascii: " "))
                output.appendDecimal(Int64(bitPattern: value))
                let text = String(decoding: Array(copying: output.bytes), as: UTF8.self)
                #expect(text == "\(value) \(Int64(bitPattern: value))")
            }
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
    }

    private func printed(_ value: Double) -> String {
        var output = OutputBuffer()
        output.appendDecimal(value)
        return String(decoding: Array(copying: output.bytes), as: UTF8.self)
    }

    private func significantDigits(_ text: String) -> Int {
        let mantissa = text.prefix { $0 != "e" }.filter(\.isNumber)
        return String(mantissa.drop { $0 == "0" }.reversed().drop { $0 == "0" }).count
    }

    private func double(_ text: String) -> Double? {
        let bytes = text.utf8Span.span.asRawSpan
        return JSONScanner.number(in: bytes)?.double(in: bytes)
    }

    private func check(_ text: String) {
        guard text != "inf", text != "nan" else { return }
        let bytes = text.utf8Span.span.asRawSpan
        let literal = JSONScanner.number(in: bytes)
        #expect(literal?.double(in: bytes).bitPattern == Double(text)?.bitPattern, "\(text)")
        #expect(literal?.float(in: bytes).bitPattern == Float(text)?.bitPattern, "\(text)")
    }
}
