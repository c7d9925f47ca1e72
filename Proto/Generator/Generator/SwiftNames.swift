/// How the names of a `.proto` file are spelled in Swift.
enum SwiftNames {
    /// The namespace of a package: its parts in upper camel case, without a leading `sextant`, so
    /// that `sextant.ingest.v1` is `IngestV1`.
    static func namespace(ofPackage package: String) -> String {
        var parts = package.split(separator: ".").map(String.init)
        if parts.first == "sextant" && parts.count > 1 { parts.removeFirst() }
        if parts.isEmpty { return "Unpackaged" }
        let words = parts.flatMap(words).map { initialisms[$0.lowercased()] ?? capitalized($0) }
        return available(words.joined(), suffix: "Package")
    }

    /// A type's name; names that mean something else where it is used get a suffix.
    ///
    /// - Parameters:
    ///   - name: the name in the `.proto`.
    ///   - suffix: what kind of type it is, as `Message`.
    ///   - namespaces: those its file mentions; a type of such a name would hide it.
    /// - Returns: the name in upper camel case.
    static func type(_ name: String, suffix: String, besides namespaces: Set<String>) -> String {
        let type = available(upperCamelCase(name), suffix: suffix)
        return namespaces.contains(type) ? type + suffix : type
    }

    /// The name of the enum of a oneof's members.
    static func choice(_ name: String, besides namespaces: Set<String>) -> String {
        // A view's type alias for the value it copies to has this name.
        type(name, suffix: "Choice", besides: namespaces.union(["Value"]))
    }

    /// A property's name, as `eventID` for `event_id`.
    static func property(_ name: String) -> String {
        let property = lowerCamelCase(name, orElse: "field")
        return reservedMembers.contains(property) ? property + "Field" : property
    }

    /// The name of a oneof's member, which must not be a case of the optional around the oneof.
    static func member(_ name: String) -> String {
        let property = property(name)
        return ["some", "none"].contains(property) ? property + "Field" : property
    }

    /// The name of a service's method, as `recordEvents`.
    static func method(_ name: String) -> String {
        let method = lowerCamelCase(name, orElse: "method")
        return reservedMembers.contains(method) ? method + "Method" : method
    }

    /// The name of a file's table, as `eventsFile` for `sextant/ingest/v1/events.proto`.
    static func fileTable(ofPath path: String) -> String {
        let base = path.split(separator: "/").last.map(String.init) ?? path
        let stem = base.hasSuffix(".proto") ? String(base.dropLast(6)) : base
        let words = String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return lowerCamelCase(words, orElse: "proto") + "File"
    }

    /// An enum value's name without the enum's own, as `page` for `EVENT_KIND_PAGE` of `EventKind`.
    static func enumValue(_ name: String, of type: String) -> String {
        let prefix = screamingSnakeCase(type) + "_"
        var rest = name
        if name.hasPrefix(prefix), let first = name.dropFirst(prefix.count).first, first.isLetter {
            rest = String(name.dropFirst(prefix.count))
        }
        let words = rest.contains(where: \.isLowercase) ? rest : rest.lowercased()
        let value = lowerCamelCase(words, orElse: "value")
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

    private static func upperCamelCase(_ name: String) -> String {
        words(name).map(capitalized).joined()
    }

    /// The name's words, joined; after `substitute` if they do not begin with a letter.
    private static func lowerCamelCase(_ name: String, orElse substitute: String) -> String {
        let words = words(name)
        guard let first = words.first else { return substitute }
        let head = first.prefix(1).lowercased() + first.dropFirst()
        let tail = words.dropFirst().map { initialisms[$0.lowercased()] ?? capitalized($0) }
        let name = ([head] + tail).joined()
        return first.first?.isLetter == true ? name : substitute + name
    }

    /// A type's name that begins with a letter and is not reserved.
    private static func available(_ type: String, suffix: String) -> String {
        guard let first = type.first, first.isLetter else { return suffix + type }
        return reservedTypes.contains(type) ? type + suffix : type
    }

    private static func words(_ name: String) -> [String] {
        name.split(separator: "_").map(String.init)
    }

    private static func capitalized(_ word: String) -> String {
        word.prefix(1).uppercased() + word.dropFirst()
    }

    static func screamingSnakeCase(_ type: String) -> String {
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
        "http": "HTTP", "html": "HTML", "api": "API", "utc": "UTC", "ip": "IP", "sql": "SQL",
        "csv": "CSV",
    ]

    /// The names of all types and modules that generated code mentions without a namespace, and
    /// those that cannot be declared: a type of such a name would be found in their stead.
    private static let reservedTypes: Set<String> = [
        // The language and its standard library.
        "Any", "Array", "Bool", "Copyable", "Double", "Error", "Escapable", "Float", "Hashable",
        "Int", "Int32", "Int64", "MemoryLayout", "Optional", "Protocol", "RawSpan", "RawValue",
        "Self", "Sendable", "String", "Swift", "Type", "UInt32", "UInt64", "UInt8", "Void",
        // Inside a generated message.
        "Failure", "View", "Writer",
        // Our modules, and what Wire declares.
        "EnumSchema", "FieldRun", "FieldSchema", "FieldSlice", "FileSchema", "HTTPRoute",
        "Indirect", "MapField", "MessageSchema", "MessageValue", "MessageView", "MessageWriter",
        "Messages", "MethodSchema", "OpenEnum", "OutputBuffer", "PathTemplate",
        "RepeatedMessages", "RepeatedScalars", "RepeatedSlices", "RepeatedText", "Scalar",
        "ScalarKeyedEntry", "ServiceSchema", "SharedBytes", "Text", "TextKeyedEntry",
        "UnknownFields", "Wire", "WireReader",
        // What RPC declares, and what is nested in a service's enum.
        "Answer", "AnswerStream", "BidirectionalCall", "CallOptions", "Client",
        "ClientStreamingCall", "Message", "RPC", "RPCChannel", "RPCMethod", "Reply",
        "RequestStream", "ResponseStream", "ServerCall", "Service",
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
