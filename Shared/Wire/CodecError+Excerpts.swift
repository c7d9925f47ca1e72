extension CodecError {
    /// The start of a text that comes from outside, to be shown in an error.
    ///
    /// - Parameter text: the text, in UTF-8.
    /// - Returns: its first 64 bytes, less those of a character that is cut.
    static func excerpt(_ text: RawSpan) -> String {
        String(repairing: text.extracting(0..<excerptEnd(text)))
    }

    /// An entry of a map in a path, as `labels["a"]`.
    ///
    /// - Parameters:
    ///   - field: the map's name.
    ///   - key: the key as text, in UTF-8; as much as ``excerpt(_:)`` gives is shown, escaped as in
    ///     JSON, so that no key can pass for more of the path.
    /// - Returns: the name and the key.
    static func component(_ field: String, key: RawSpan) -> String {
        var text = OutputBuffer()
        text.append(field)
        text.append(UInt8(ascii: "["))
        text.appendJSON(key.extracting(0..<excerptEnd(key)))
        text.append(UInt8(ascii: "]"))
        return String(repairing: text.bytes)
    }

    private static func excerptEnd(_ text: RawSpan) -> Int {
        let limit = 64
        if text.byteCount <= limit { return text.byteCount }
        var end = limit
        while end > 0 && text.byte(at: end) & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}
