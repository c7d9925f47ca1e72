/// How the names of a `.proto` file are spelled in Swift.
enum SwiftNames {
    /// The namespace of a package: its parts in upper camel case, without a leading `sextant`, so
    /// that `sextant.ingest.v1` is `IngestV1`.
    static func namespace(ofPackage package: String) -> String {
        var parts = package.split(separator: ".").map(String.init)
        if parts.first == "sextant" && parts.count > 1 { parts.removeFirst() }
        if parts.isEmpty { return "Unpackaged" }
        return parts.map(upperCamelCase).joined()
    }

    /// A type's name; names that mean something inside a generated message get a suffix.
    static func type(_ name: String, suffix: String) -> String {
        let type = upperCamelCase(name)
        return reservedTypes.contains(type) ? type + suffix : type
    }

    /// A property's name, as `eventID` for `event_id`.
    static func property(_ name: String) -> String {
        let property = lowerCamelCase(name)
        return reservedMembers.contains(property) ? property + "Field" : property
    }

    /// An enum value's name without the enum's own, as `page` for `EVENT_KIND_PAGE` of `EventKind`.
    static func enumValue(_ name: String, of type: String) -> String {
        let prefix = screamingSnakeCase(type) + "_"
        var rest = name
        if name.hasPrefix(prefix), let first = name.dropFirst(prefix.count).first, first.isLetter {
            rest = String(name.dropFirst(prefix.count))
        }
        let value = lowerCamelCase(rest.contains(where: \.isLowercase) ? rest : rest.lowercased())
        return reservedMembers.contains(value) ? value + "Value" : value
    }

    /// A name as it is declared or used: in back-ticks if it is a keyword.
    static func escaped(_ name: String) -> String {
        keywords.contains(name) ? "`\(name)`" : name
    }

    /// Makes names distinct by a number after those that have been seen.
    static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.map { name in
            var candidate = name
            var number = 2
            while !seen.insert(candidate).inserted {
                candidate = "\(name)\(number)"
                number += 1
            }
            return candidate
        }
    }

    static func upperCamelCase(_ name: String) -> String {
        words(name).map(capitalized).joined()
    }

    static func lowerCamelCase(_ name: String) -> String {
        let words = words(name)
        guard let first = words.first else { return "field" }
        let head = first.prefix(1).lowercased() + first.dropFirst()
        let tail = words.dropFirst().map { initialisms[$0.lowercased()] ?? capitalized($0) }
        return ([head] + tail).joined()
    }

    private static func words(_ name: String) -> [String] {
        name.split(separator: "_").map(String.init)
    }

    private static func capitalized(_ word: String) -> String {
        word.prefix(1).uppercased() + word.dropFirst()
    }

    private static func screamingSnakeCase(_ type: String) -> String {
        var result = ""
        var previous: Character = "_"
        for character in type {
            if character.isUppercase && (previous.isLowercase || previous.isNumber) {
                result += "_"
            }
            result += character.uppercased()
            previous = character
        }
        return result
    }

    private static let initialisms = [
        "id": "ID", "ids": "IDs", "url": "URL", "urls": "URLs", "uri": "URI", "json": "JSON",
        "http": "HTTP", "html": "HTML", "utc": "UTC", "ip": "IP", "sql": "SQL", "csv": "CSV",
    ]

    private static let reservedTypes: Set<String> = [
        "Type", "Protocol", "Self", "View", "Writer", "Any", "String", "Int32", "Int64", "UInt32",
        "UInt64", "Double", "Float", "Bool", "UInt8", "Array", "Optional", "Scalar", "Text", "Wire",
    ]

    private static let reservedMembers: Set<String> = [
        "schema", "unknownFields", "bytes", "self", "init", "hash", "hashValue", "write", "encoded",
        "encode", "finish", "rawValue", "description",
    ]

    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
        "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
        "func", "guard", "if", "import", "in", "inout", "internal", "is", "let", "nil", "operator",
        "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return",
        "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
        "typealias", "var", "where", "while", "Any",
    ]
}
