extension OutputBuffer {
    /// Appends text as a JSON string, in quotes.
    ///
    /// Escaped is what JSON must have escaped, and what would be unsafe where JSON is put into HTML
    /// or JavaScript: `<`, `>` and the line separators U+2028 and U+2029. All else is copied.
    ///
    /// - Parameter text: valid UTF-8.
    package mutating func appendJSON(_ text: RawSpan) {
        reserve(text.byteCount &+ 2)
        append(UInt8(ascii: "\""))
        var start = 0
        var offset = 0
        while offset < text.byteCount {
            offset = text.plainEnd(from: offset)
            guard offset < text.byteCount else { break }
            let width = text.escapedWidth(at: offset)
            if width > 0 {
                append(text.extracting(start..<offset))
                appendEscape(of: text, at: offset, width: width)
                start = offset &+ width
            }
            offset &+= Swift.max(width, 1)
        }
        append(text.extracting(start..<text.byteCount))
        append(UInt8(ascii: "\""))
    }

    /// Appends the escape of one character.
    private mutating func appendEscape(of text: RawSpan, at offset: Int, width: Int) {
        let byte = text.byte(at: offset)
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            // U+2028 and U+2029 are the only ones of three bytes.
            let unit =
                width == 3 ? 0x2000 | UInt16(text.byte(at: offset &+ 2) & 0x3F) : UInt16(byte)
            append(UInt8(ascii: "u"))
            for shift: UInt16 in [12, 8, 4, 0] {
                let digit = UInt8(unit &>> shift & 15)
                append(digit &+ (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10))
            }
        }
    }
}

extension RawSpan {
    /// The offset of the first byte from `start` that may have to be escaped, or the end.
    @inline(__always)
    fileprivate func plainEnd(from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= byteCount {
            // Eight bytes from `offset` lie within the span, by the condition of the loop.
            let word = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
                .littleEndian
            // `<` and `>` differ in one bit. U+2028 and U+2029 start with 0xE2.
            let angle = ((word | 0x0202_0202_0202_0202) ^ 0x3E3E_3E3E_3E3E_3E3E) &- ByteWord.ones
            let ascii = (ByteWord.specials(word) | angle) & ~word
            let lead = word ^ 0xE2E2_E2E2_E2E2_E2E2
            let found = (ascii | (lead &- ByteWord.ones) & ~lead) & ByteWord.highBits
            if found != 0 { return offset &+ found.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < byteCount && escapedWidth(at: offset) == 0 { offset &+= 1 }
        return offset
    }

    /// The bytes of the character at an offset if it must be escaped, else 0.
    fileprivate func escapedWidth(at offset: Int) -> Int {
        switch byte(at: offset) {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            1
        case 0xE2
        where offset &+ 3 <= byteCount && byte(at: offset &+ 1) == 0x80
            && byte(at: offset &+ 2) & 0xFE == 0xA8:
            3
        default: 0
        }
    }
}
