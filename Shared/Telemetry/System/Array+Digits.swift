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
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            append(Hexadecimal.digit(bits >> shift))
        }
    }
}
