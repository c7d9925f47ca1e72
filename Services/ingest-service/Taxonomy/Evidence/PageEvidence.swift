extension WebAddress {
    /// Notes all that the address of a page can say of how its visitor came, much sooner than it is
    /// taken apart: of two pages with the same note ``TrafficSource`` concludes the same.
    ///
    /// The path does not belong to it, nor do other parameters.
    ///
    /// - Parameters:
    ///   - text: the address.
    ///   - note: what the evidence is added to; its bytes are those of texts, and 255 behind each.
    /// - Returns: false if the address is one of those that are not read whole.
    /// - Complexity: linear in the text.
    public static func note(evidenceOf text: String, in note: inout [UInt8]) -> Bool {
        let bytes = text.utf8Span.span
        // Blanks at the ends do not count, and cut off whatever stands there.
        let blank = UInt8(ascii: " ")
        guard bytes.count <= mostBytes else { return false }
        guard bytes.isEmpty || (bytes[0] > blank && bytes[bytes.count - 1] > blank) else {
            return false
        }
        let end = bytes.first(UInt8(ascii: "#"), in: 0..<bytes.count) ?? bytes.count
        let mark = bytes.first(UInt8(ascii: "?"), in: 0..<end) ?? end
        append(bytes, 0..<endOfHost(in: bytes, before: mark), to: &note)
        var start = mark + 1
        var parameters = 0
        while start < end {
            let next = bytes.first(UInt8(ascii: "&"), in: start..<end) ?? end
            if next > start {
                parameters += 1
                guard parameters <= mostParameters else { return false }
                append(parameter: bytes, start..<next, to: &note)
            }
            start = next + 1
        }
        return true
    }

    /// The end of all that may be the host's; of an address without scheme, that of the address.
    private static func endOfHost(in bytes: Span<UInt8>, before end: Int) -> Int {
        let slash = UInt8(ascii: "/")
        guard let colon = bytes.first(UInt8(ascii: ":"), in: 0..<end), colon + 2 < end,
            bytes[colon + 1] == slash, bytes[colon + 2] == slash
        else { return end }
        return bytes.first(slash, in: colon + 3..<end) ?? end
    }

    /// Notes a parameter if it may be evidence: one whose name has escapes or capitals as it is.
    private static func append(
        parameter bytes: Span<UInt8>,
        _ range: Range<Int>,
        to note: inout [UInt8]
    ) {
        let equals = bytes.first(UInt8(ascii: "="), in: range) ?? range.upperBound
        let name = range.lowerBound..<equals
        var isPlain = true
        for index in name where !isPlainInNames(bytes[index]) { isPlain = false }
        let isTag = name.count >= tag.count && bytes.has(tag, at: name)
        if isTag || !isPlain { return append(bytes, range, to: &note) }
        let isThere = equals + 1 < range.upperBound
        if isThere, clickIDs[name.count, default: []].contains(where: { bytes.has($0, at: name) }) {
            append(bytes, range, to: &note)
        }
    }

    /// The names of ids of clicks, by how long they are.
    private static let clickIDs = Dictionary(
        grouping: ClickID.allCases.map { Array($0.parameter.utf8) },
        by: \.count
    )
    private static let tag = Array("utm_".utf8)

    /// Whether a byte of a name stands for itself.
    private static func isPlainInNames(_ byte: UInt8) -> Bool {
        byte < 0x80 && byte != UInt8(ascii: "%") && byte != UInt8(ascii: "+")
            && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func append(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        to note: inout [UInt8]
    ) {
        // The buffer lives to the end of the closure.
        unsafe bytes.extracting(range).withUnsafeBufferPointer {
            unsafe note.append(contentsOf: $0)
        }
        note.append(0xff)
    }
}

extension Span<UInt8> {
    fileprivate func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }

    /// Whether bytes stand at the start of a range that has room for them.
    fileprivate func has(_ expected: [UInt8], at range: Range<Int>) -> Bool {
        expected.indices.allSatisfy { expected[$0] == self[range.lowerBound + $0] }
    }
}
