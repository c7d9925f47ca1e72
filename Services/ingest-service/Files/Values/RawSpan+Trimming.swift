internal import Wire

extension RawSpan {
    /// The bytes without blanks at their ends: spaces, tabs, line ends, and the no-break spaces
    /// that spreadsheets put beside numbers.
    var trimmed: RawSpan {
        @_lifetime(copy self)
        get {
            var start = 0
            var end = byteCount
            while start < end {
                let width = extracting(start..<end).leadingBlank
                if width == 0 { break }
                start += width
            }
            while start < end {
                let width = extracting(start..<end).trailingBlank
                if width == 0 { break }
                end -= width
            }
            return extracting(start..<end)
        }
    }

    /// How many bytes the blank at the start has; 0 if there is none.
    var leadingBlank: Int {
        guard byteCount > 0 else { return 0 }
        let first = byte(at: 0)
        if first <= 0x20 { return 1 }
        if first == 0xC2 { return hasPrefix("\u{A0}") ? 2 : 0 }
        if first == 0xE2 {
            return hasPrefix("\u{202F}") || hasPrefix("\u{2009}") || hasPrefix("\u{2007}") ? 3 : 0
        }
        return 0
    }

    private var trailingBlank: Int {
        let last = byte(at: byteCount - 1)
        if last <= 0x20 { return 1 }
        guard last & 0xC0 == 0x80 else { return 0 }
        for width in [2, 3] where byteCount >= width {
            if extracting(byteCount - width..<byteCount).leadingBlank == width { return width }
        }
        return 0
    }

    /// Whether the bytes are those of a text of small letters, whatever the case of theirs.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard byteCount == text.utf8CodeUnitCount else { return false }
        for offset in 0..<byteCount {
            let byte = byte(at: offset)
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            // Within the text's bytes, which live as long as the process.
            let wanted = unsafe text.utf8Start[offset]
            if (isCapital ? byte | 0x20 : byte) != wanted { return false }
        }
        return true
    }

    /// Whether a cell says that there is no value: nothing, or one of the words for it.
    var isMissing: Bool {
        switch byteCount {
        case 0: true
        case 1: byte(at: 0) == UInt8(ascii: "-")
        case 2: equals("--") || equals("\\N") || equalsIgnoringCase("na")
        case 3: equalsIgnoringCase("n/a") || equals("—")
        case 4:
            equalsIgnoringCase("null") || equalsIgnoringCase("none") || equals("#N/A")
        default: false
        }
    }
}
