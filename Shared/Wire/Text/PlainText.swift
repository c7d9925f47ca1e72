/// Digits of numbers and days as texts have them, without the general ways of texts: series of
/// years are days and amounts by the hundred thousand.
package enum PlainText {
    /// A decimal number, as `-12.50`.
    ///
    /// - Parameters:
    ///   - coefficient: all digits, with the sign.
    ///   - scale: how many of them stand behind the point, 0 or more.
    /// - Returns: the digits, with zeros where the scale asks for more than there are.
    package static func text(_ coefficient: Int128, scale: Int) -> String {
        var reversed: [UInt8] = []
        reversed.reserveCapacity(max(24, scale + 4))
        var rest = coefficient.magnitude
        // Numbers of 64 bits are divided at once; few amounts are larger.
        while rest &>> 64 != 0 {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            place(UInt8(truncatingIfNeeded: digit), behind: scale, in: &reversed)
            rest = quotient
        }
        var small = UInt64(truncatingIfNeeded: rest)
        repeat {
            place(UInt8(truncatingIfNeeded: small % 10), behind: scale, in: &reversed)
            small /= 10
        } while small > 0
        while reversed.count < (scale > 0 ? scale + 2 : 1) {
            place(0, behind: scale, in: &reversed)
        }
        if coefficient < 0 { reversed.append(UInt8(ascii: "-")) }
        return String(decoding: reversed.reversed(), as: UTF8.self)
    }

    /// Adds the next digit to those behind it, and the point where it belongs.
    private static func place(_ digit: UInt8, behind scale: Int, in reversed: inout [UInt8]) {
        if scale > 0, reversed.count == scale { reversed.append(UInt8(ascii: ".")) }
        reversed.append(UInt8(ascii: "0") &+ digit)
    }

    /// A day, as `2026-01-31`.
    ///
    /// - Parameters:
    ///   - year: 0 or more; of less than four digits it has zeros before it.
    ///   - month: 1 to 12.
    ///   - day: 1 to 31.
    /// - Returns: the day.
    package static func day(year: Int, month: Int, day: Int) -> String {
        guard (0...9_999).contains(year) else {
            return "\(year)" + PlainText.day(year: 0, month: month, day: day).dropFirst(4)
        }
        let zero = UInt8(ascii: "0"), dash = UInt8(ascii: "-")
        func digit(_ number: Int) -> UInt8 { zero &+ UInt8(truncatingIfNeeded: number % 10) }
        let bytes: [UInt8] = [
            digit(year / 1_000), digit(year / 100), digit(year / 10), digit(year), dash,
            digit(month / 10), digit(month), dash, digit(day / 10), digit(day),
        ]
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The numbers of a day that is written as `2026-01-31`; nil for any other form.
    ///
    /// - Parameter text: the day.
    /// - Returns: the numbers, whatever they are.
    package static func day(of text: String) -> (year: Int, month: Int, day: Int)? {
        let bytes = text.utf8Span.span
        guard bytes.count == 10 else { return nil }
        var numbers = (year: 0, month: 0, day: 0)
        for index in bytes.indices {
            let byte = bytes[index]
            if index == 4 || index == 7 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let digit = Int(byte &- UInt8(ascii: "0"))
            switch index {
            case ..<4: numbers.year = numbers.year * 10 + digit
            case ..<7: numbers.month = numbers.month * 10 + digit
            default: numbers.day = numbers.day * 10 + digit
            }
        }
        return numbers
    }
}
