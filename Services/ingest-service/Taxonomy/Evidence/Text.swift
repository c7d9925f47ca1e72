extension String.UTF8View {
    /// Whether other bytes stand somewhere in these.
    func hasPart(_ part: String.UTF8View) -> Bool {
        guard let first = part.first else { return true }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: part) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}

extension String {
    /// The text in small letters; no copy is made of one that is.
    var inSmallLetters: String {
        let isPlain = utf8.allSatisfy { byte in
            byte < 0x80 && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        return isPlain ? self : lowercased()
    }

    /// The text without blanks and line ends at its ends.
    var trimmed: String {
        let isBlank = { (byte: UInt8) in byte <= UInt8(ascii: " ") }
        guard let first = utf8.first, let last = utf8.last, isBlank(first) || isBlank(last) else {
            return self
        }
        let start = utf8.firstIndex { !isBlank($0) } ?? endIndex
        let end = utf8.lastIndex { !isBlank($0) }.map { utf8.index(after: $0) } ?? endIndex
        return String(self[start..<max(start, end)])
    }
}
