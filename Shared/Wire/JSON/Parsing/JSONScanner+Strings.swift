/// A string of a JSON text: valid, where it lies.
package struct JSONString {
    /// The offset after the opening quote.
    let start: Int

    /// The offset of the closing quote.
    let end: Int

    /// Whether it has escapes, and so is not what its bytes say.
    package let isEscaped: Bool

    package var range: Range<Int> { start..<end }
}

extension JSONScanner {
    /// Reads a string.
    ///
    /// - Throws: ``CodecError/Rule/wrongType`` if another kind of value is there,
    ///   ``CodecError/Rule/invalidUTF8``.
    @_lifetime(self: copy self)
    package mutating func string() throws(CodecError) -> JSONString {
        guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
        let start = position &+ 1
        var offset = plainEnd(from: start)
        var isEscaped = false
        var nonASCII = -1
        while true {
            guard offset < bytes.byteCount else { throw CodecError(.invalidJSON, at: offset) }
            let byte = bytes.byte(at: offset)
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                offset = try escapeEnd(at: offset)
            } else if byte >= 0x80 {
                if nonASCII < 0 { nonASCII = offset }
                offset &+= 1
            } else {
                throw CodecError(.invalidJSON, at: offset, detail: "control character in a string")
            }
            offset = nonASCII < 0 ? plainEnd(from: offset) : mixedEnd(from: offset)
        }
        if nonASCII >= 0,
            let invalid = UTF8Validation.firstInvalidByte(in: bytes, nonASCII..<offset)
        {
            throw CodecError(.invalidUTF8, at: invalid)
        }
        position = offset &+ 1
        return JSONString(start: start, end: offset, isEscaped: isEscaped)
    }

    /// Reads the name of an object's member and the colon after it.
    ///
    /// - Throws: ``CodecError/Rule/invalidUTF8`` and what syntax demands.
    @_lifetime(self: copy self)
    package mutating func name() throws(CodecError) -> JSONString {
        guard peek() == UInt8(ascii: "\"") else { throw CodecError(.invalidJSON, at: position) }
        let name = try string()
        if !consume(UInt8(ascii: ":")) { throw CodecError(.invalidJSON, at: position) }
        return name
    }

    /// The offset of the first byte from `start` that is not plain ASCII of a string, or the end.
    @inline(__always)
    private func plainEnd(from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= bytes.byteCount {
            // Eight bytes from `offset` lie within the span, by the condition of the loop.
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset,
                as: UInt64.self
            ).littleEndian
            let found = (ByteWord.specials(word) | word) & ByteWord.highBits
            if found != 0 { return offset &+ found.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"")
                || byte == UInt8(ascii: "\\")
            {
                break
            }
            offset &+= 1
        }
        return offset
    }

    /// The offset of the first quote, backslash or control character from `start`, or the end.
    private func mixedEnd(from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= bytes.byteCount {
            // Eight bytes from `offset` lie within the span, by the condition of the loop.
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset,
                as: UInt64.self
            ).littleEndian
            let found = ByteWord.specials(word) & ~word & ByteWord.highBits
            if found != 0 { return offset &+ found.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < bytes.byteCount {
            let byte = bytes.byte(at: offset)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            offset &+= 1
        }
        return offset
    }

    /// Checks an escape.
    ///
    /// - Parameter start: the offset of the backslash.
    /// - Returns: the offset after the escape, or after both halves of a surrogate pair.
    /// - Throws: ``CodecError``; its offset is in the text.
    private func escapeEnd(at start: Int) throws(CodecError) -> Int {
        guard start &+ 1 < bytes.byteCount else { throw CodecError(.invalidJSON, at: start) }
        switch bytes.byte(at: start &+ 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start &+ 2
        case UInt8(ascii: "u"):
            guard let unit = codeUnit(at: start) else { throw CodecError(.invalidJSON, at: start) }
            if !UTF16.isSurrogate(unit) { return start &+ 6 }
            guard UTF16.isLeadSurrogate(unit), let trail = codeUnit(at: start &+ 6),
                UTF16.isTrailSurrogate(trail)
            else { throw CodecError(.invalidJSON, at: start, detail: "half a surrogate pair") }
            return start &+ 12
        default:
            throw CodecError(.invalidJSON, at: start)
        }
    }

    /// The UTF-16 unit of an escape `\uXXXX`, or nil if there is none.
    private func codeUnit(at start: Int) -> UInt16? {
        guard start &+ 6 <= bytes.byteCount, bytes.byte(at: start) == UInt8(ascii: "\\"),
            bytes.byte(at: start &+ 1) == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for offset in start &+ 2..<start &+ 6 {
            let byte = bytes.byte(at: offset)
            let letter = (byte | 0x20) &- UInt8(ascii: "a")
            if let digit = DecimalDigits.digit(byte) {
                unit = unit &<< 4 | UInt16(digit)
            } else if letter < 6 {
                unit = unit &<< 4 | UInt16(letter &+ 10)
            } else {
                return nil
            }
        }
        return unit
    }

    /// Appends what a string with escapes says, in UTF-8.
    package func unescape(_ string: JSONString, to output: inout OutputBuffer) {
        var offset = string.start
        while true {
            let plain = offset
            while offset < string.end && bytes.byte(at: offset) != UInt8(ascii: "\\") {
                offset &+= 1
            }
            output.append(bytes.extracting(plain..<offset))
            if offset >= string.end { return }
            let escape = bytes.byte(at: offset &+ 1)
            if escape == UInt8(ascii: "u") {
                offset = unescapeUnit(at: offset, to: &output)
                continue
            }
            switch escape {
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            default: output.append(escape)
            }
            offset &+= 2
        }
    }

    /// Appends the character of an escape `\uXXXX`, or of two that are a surrogate pair.
    ///
    /// - Returns: the offset after it.
    private func unescapeUnit(at start: Int, to output: inout OutputBuffer) -> Int {
        var scalar = UInt32(codeUnit(at: start) ?? 0)
        var end = start &+ 6
        if UTF16.isLeadSurrogate(UInt16(scalar)), let trail = codeUnit(at: end) {
            scalar = 0x1_0000 &+ ((scalar & 0x3FF) &<< 10 | UInt32(trail) & 0x3FF)
            end &+= 6
        }
        // `string()` let only whole surrogate pairs through.
        let character = Unicode.Scalar(scalar) ?? "\u{FFFD}"
        for byte in UTF8.encode(character) ?? UTF8.encodedReplacementCharacter {
            output.append(byte)
        }
        return end
    }

    /// What a string with escapes says, in UTF-8.
    package func unescaped(_ string: JSONString) -> [UInt8] {
        var buffer = OutputBuffer(minimumCapacity: string.range.count)
        unescape(string, to: &buffer)
        return Array(copying: buffer.bytes)
    }

    /// What a string says, for an error: the start of it.
    func excerpt(_ string: JSONString) -> String {
        if !string.isEscaped { return CodecError.excerpt(bytes.extracting(string.range)) }
        let text = unescaped(string)
        return CodecError.excerpt(text.rawBytes)
    }

    /// Whether a string says `@type`.
    func isTypeName(_ string: JSONString) -> Bool {
        if !string.isEscaped {
            return string.range.count == 5 && bytes.byte(at: string.start) == UInt8(ascii: "@")
                && bytes.littleEndian(at: string.start &+ 1, as: UInt32.self) == 0x6570_7974
        }
        return unescaped(string) == Array("@type".utf8)
    }
}

/// Eight bytes looked at together.
///
/// After Alan Mycroft's test for a zero byte: subtracting 1 from each byte sets the high bit of the
/// lowest one that is zero. Borrows may set it in bytes above one that is found, never below.
enum ByteWord {
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Marks, in their high bits, quotes, backslashes and control characters; exact for the lowest,
    /// among bytes below 0x80.
    @inline(__always)
    static func specials(_ word: UInt64) -> UInt64 {
        let quote = (word ^ 0x2222_2222_2222_2222) &- ones
        let backslash = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- ones
        let control = word &- 0x2020_2020_2020_2020
        return quote | backslash | control
    }

    static let ones: UInt64 = 0x0101_0101_0101_0101
}
