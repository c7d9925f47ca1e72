/// Reads one line of a configuration file.
enum ConfigurationLine {
    /// What is wrong with a line, as it stands after its number.
    struct Fault: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// Reads a line without its newline.
    ///
    /// - Returns: nil if nothing but white space or a comment is there.
    /// - Throws: ``Fault``.
    static func read(_ bytes: ArraySlice<UInt8>) throws(Fault) -> (key: String, value: String)? {
        let withoutReturn = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        guard let line = String(validating: withoutReturn, as: UTF8.self) else {
            throw Fault("not UTF-8")
        }
        let content = line.trimmedOfBlanks
        if content.isEmpty || content.hasPrefix("#") { return nil }
        if content.utf8.contains(where: { $0 != 0x09 && $0 < 0x20 || $0 == 0x7f }) {
            throw Fault("a control character")
        }
        // By bytes: an accent that follows a mark would hide it among characters.
        guard let sign = content.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw Fault("expected key = value")
        }
        let key = String(content[..<sign].trimmedOfBlanks)
        guard ConfigurationKey.isValid(key) else {
            throw Fault("a key is \(ConfigurationKey.rule)")
        }
        let rest = content[content.utf8.index(after: sign)...].trimmedOfBlanks
        return (key, try value(rest))
    }

    private static func value(_ text: Substring) throws(Fault) -> String {
        if text.utf8.first == UInt8(ascii: "\"") {
            return try quoted(text.utf8.dropFirst())
        }
        var isAfterBlank = true
        var end = text.endIndex
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if byte == UInt8(ascii: "#") && isAfterBlank {
                end = index
                break
            }
            isAfterBlank = byte == 0x20 || byte == 0x09
        }
        let value = text[..<end].trimmedOfBlanks
        if value.isEmpty { throw Fault("no value: write \"\" for an empty text") }
        return String(value)
    }

    /// Reads what follows the opening quotation mark.
    private static func quoted(_ text: Substring.UTF8View) throws(Fault) -> String {
        var value: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                let behind = Substring(rest).trimmedOfBlanks
                if !behind.isEmpty && behind.utf8.first != UInt8(ascii: "#") {
                    throw Fault("text after the closing quotation mark")
                }
                // Whole characters went in, and what replaced some of them is ASCII.
                return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\\"):
                value.append(try escaped(rest.popFirst()))
            default:
                value.append(byte)
            }
        }
        throw Fault("no closing quotation mark")
    }

    private static func escaped(_ byte: UInt8?) throws(Fault) -> UInt8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte ?? 0
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "t"): 0x09
        default: throw Fault("a backslash may precede only \", \\, n and t")
        }
    }
}

/// The names of configured values.
enum ConfigurationKey {
    /// What a key is made of, as it stands in an error.
    static let rule = "a lower-case letter, then such letters, digits and underscores, 64 at most"

    /// Whether a text may be a key.
    static func isValid(_ text: String) -> Bool {
        let isLetter = { (byte: UInt8) in (0x61...0x7a).contains(byte) }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 64 else {
            return false
        }
        return text.utf8.allSatisfy {
            isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    /// The environment variable of a key.
    static func variable(_ key: String, prefix: String) -> String {
        prefix
            + String(
                decoding: key.utf8.map { (0x61...0x7a).contains($0) ? $0 - 0x20 : $0 },
                as: UTF8.self
            )
    }
}
