internal import Wire

extension TextEncoding {
    /// The text that bytes are.
    ///
    /// - Parameter bytes: in the encoding.
    /// - Returns: the text; what the encoding has no character for is U+FFFD.
    public func text(of bytes: RawSpan) -> String {
        if self == .utf8 { return String(repairing: bytes) }
        var text: [UInt8] = []
        for offset in 0..<bytes.byteCount { text += utf8(of: bytes.byte(at: offset)) }
        return String(decoding: text, as: UTF8.self)
    }

    /// A character's UTF-8.
    ///
    /// - Parameter byte: the character in an encoding of one byte for each.
    /// - Returns: its bytes; those that the encoding leaves open become U+FFFD.
    func utf8(of byte: UInt8) -> [UInt8] {
        if byte < 0x80 { return [byte] }
        var scalar = UInt32(byte)
        if self == .windows1252, byte < 0xA0 { scalar = Self.windows[Int(byte) - 0x80] }
        let character = Unicode.Scalar(scalar) ?? "\u{FFFD}"
        return Array(String(Character(character)).utf8)
    }

    /// What windows-1252 has at 0x80 to 0x9F, where ISO 8859-1 has control characters.
    ///
    /// Source: the WHATWG's Encoding Standard, `index-windows-1252`, but for the five that
    /// Microsoft leaves open.
    private static let windows: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
        0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]
}
