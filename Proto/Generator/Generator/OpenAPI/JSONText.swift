/// A JSON value whose objects keep the order of their members, for documents that people read.
indirect enum JSONText: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case array([JSONText])
    case object([(name: String, value: JSONText)])

    init(stringLiteral text: String) { self = .string(text) }

    /// An object of members that are there.
    static func members(_ members: (String, JSONText?)...) -> JSONText {
        .object(members.compactMap { name, value in value.map { (name, $0) } })
    }

    static func strings(_ texts: some Sequence<String>) -> JSONText {
        .array(texts.map { .string($0) })
    }

    /// The same object with more members at its end.
    func adding(_ more: (String, JSONText?)...) -> JSONText {
        guard case .object(let members) = self else { return self }
        return .object(members + more.compactMap { name, value in value.map { (name, $0) } })
    }

    /// The text, two blanks for each level.
    func text(indentation: String = "") -> String {
        let inner = indentation + "  "
        switch self {
        case .string(let text): return Self.quoted(text)
        case .integer(let number): return "\(number)"
        case .boolean(let value): return "\(value)"
        case .array(let elements):
            if elements.isEmpty { return "[]" }
            let lines = elements.map { inner + $0.text(indentation: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indentation)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { name, value in
                "\(inner)\(Self.quoted(name)): \(value.text(indentation: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
        }
    }

    /// A string as JSON has it (RFC 8259, section 7), in ASCII.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}

extension JSONText: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    init(dictionaryLiteral members: (String, JSONText)...) {
        self = .object(members.map { (name: $0.0, value: $0.1) })
    }

    init(arrayLiteral elements: JSONText...) { self = .array(elements) }
}
