extension Array where Element == UInt8 {
    /// Appends a number that is not negative in so many decimal digits, with zeros in front.
    mutating func appendDecimal(_ number: Int64, digits: Int) {
        var place: Int64 = 1
        for _ in 1..<digits { place *= 10 }
        while place > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / place % 10))
            place /= 10
        }
    }

    /// Appends 64 bits as sixteen hexadecimal digits in lower case.
    mutating func appendHexadecimal(_ bits: UInt64) {
        var digits: [16 of UInt8] = .init(repeating: 0)
        for place in 0..<16 {
            digits[place] = Hexadecimal.digit(bits >> UInt64(60 - place * 4))
        }
        // Every byte is initialised.
        unsafe Swift.withUnsafeBytes(of: digits) { unsafe append(contentsOf: $0) }
    }
}
