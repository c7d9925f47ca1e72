/// Base64 as JSON has it for `bytes`: RFC 4648, printed in the standard alphabet with padding, read
/// in either alphabet with or without.
package enum Base64 {
    /// Appends the bytes a text stands for.
    ///
    /// Bits beyond the last whole byte are ignored, as protobuf's other readers do.
    ///
    /// - Parameters:
    ///   - text: the digits, in ASCII.
    ///   - output: where the bytes go.
    /// - Returns: false if the text is not base64; part of the bytes may have been appended.
    package static func decode(_ text: RawSpan, to output: inout OutputBuffer) -> Bool {
        guard let count = digitCount(text) else { return false }
        output.reserve(count / 4 &* 3 &+ 3)
        let values = values.span
        var offset = 0
        var invalid: UInt32 = 0
        while offset &+ 4 <= count {
            let word = text.littleEndian(at: offset, as: UInt32.self)
            var group: UInt32 = 0
            for index in 0..<4 {
                let value = UInt32(values[Int(word &>> UInt32(index &* 8) & 0xFF)])
                invalid |= value
                group = group &<< 6 | value & 63
            }
            output.append(UInt8(truncatingIfNeeded: group &>> 16))
            output.append(UInt8(truncatingIfNeeded: group &>> 8))
            output.append(UInt8(truncatingIfNeeded: group))
            offset &+= 4
        }
        var rest: UInt32 = 0
        let restCount = count &- offset
        for index in 0..<restCount {
            let value = UInt32(values[Int(text.byte(at: offset &+ index))])
            invalid |= value
            rest |= (value & 63) &<< UInt32(18 &- 6 &* index)
        }
        if restCount > 1 { output.append(UInt8(truncatingIfNeeded: rest &>> 16)) }
        if restCount > 2 { output.append(UInt8(truncatingIfNeeded: rest &>> 8)) }
        return invalid & notADigit == 0
    }

    /// The number of digits before the padding, or nil if no bytes give so many digits or the
    /// padding does not fill the last group.
    private static func digitCount(_ text: RawSpan) -> Int? {
        var count = text.byteCount
        while count > 0 && text.byteCount - count < 2 && text.byte(at: count - 1) == padding {
            count -= 1
        }
        let isPadded = count < text.byteCount
        return count % 4 == 1 || isPadded && text.byteCount % 4 != 0 ? nil : count
    }

    /// Appends bytes as text, without quotes.
    package static func append(_ bytes: RawSpan, to output: inout OutputBuffer) {
        output.reserve((bytes.byteCount &+ 2) / 3 &* 4)
        let digits = digits.span
        var offset = 0
        while offset < bytes.byteCount {
            let count = min(3, bytes.byteCount &- offset)
            var group: UInt32 = 0
            for index in 0..<count {
                group |= UInt32(bytes.byte(at: offset &+ index)) &<< UInt32(16 &- 8 &* index)
            }
            for index in 0..<4 {
                let digit = digits[Int(group &>> UInt32(18 &- 6 &* index) & 63)]
                output.append(index <= count ? digit : padding)
            }
            offset &+= 3
        }
    }

    /// Appends bytes as text, without quotes and padding.
    package static func append(unpadded bytes: RawSpan, to output: inout OutputBuffer) {
        append(bytes, to: &output)
        output.truncate(to: output.count - (3 - bytes.byteCount % 3) % 3)
    }

    private static let padding = UInt8(ascii: "=")
    private static let notADigit: UInt32 = 64

    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// For each byte, its value as a digit of either alphabet, or 64.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: UInt8(notADigit), count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()
}
