internal import Wire

/// Writes the schemas of messages and enums (JSON Schema 2020-12), each once for each spelling that
/// a route needs.
struct OpenAPISchemas {
    private let types: TypeTable
    private let enums: [String: ProtoEnum]
    private var wanted: Set<Name> = []
    private var pending: [Name] = []

    private struct Name: Hashable {
        let reference: String
        let spelling: OpenAPISpelling
    }

    init(_ types: TypeTable, _ files: [ProtoFile]) {
        self.types = types
        var enums: [String: ProtoEnum] = [:]
        func add(_ message: ProtoMessage) {
            for declared in message.enums { enums[declared.reference] = declared }
            for nested in message.messages { add(nested) }
        }
        for file in files {
            for declared in file.enums { enums[declared.reference] = declared }
            for message in file.messages { add(message) }
        }
        self.enums = enums
    }

    /// What stands for a message where it is used; its schema will be among ``components``.
    mutating func reference(
        to message: String,
        _ spelling: OpenAPISpelling
    ) -> JSONText {
        if let known = Self.wellKnown[message] { return known }
        let name = Name(reference: message, spelling: spelling)
        if wanted.insert(name).inserted { pending.append(name) }
        return ["$ref": .string("#/components/schemas/" + spelling.schemaName(message))]
    }

    /// The schemas of all that was referred to, by their names.
    mutating func components() throws(GeneratorError) -> [(name: String, value: JSONText)] {
        var schemas: [(name: String, value: JSONText)] = []
        while let next = pending.popLast() {
            let name = next.spelling.schemaName(next.reference)
            if let declared = enums[next.reference] {
                schemas.append((name, schema(of: declared, next.spelling)))
            } else {
                let message = try types.message(next.reference)
                schemas.append((name, try schema(of: message, next.spelling)))
            }
        }
        return schemas.sorted { $0.name < $1.name }
    }

    // MARK: Declarations

    private func schema(of declared: ProtoEnum, _ spelling: OpenAPISpelling) -> JSONText {
        let values = declared.values.map { (spelling.name(of: $0.name, in: declared), $0.comment) }
        let meanings = values.filter { !$0.1.isEmpty }.map { "- `\($0.0)`: \(prose($0.1))" }
        let description = ([prose(declared.comment)] + meanings).filter { !$0.isEmpty }
        return .members(
            ("type", "string"),
            ("description", .description(description.joined(separator: "\n"))),
            ("enum", .strings(values.map(\.0)))
        )
    }

    private mutating func schema(
        of message: ProtoMessage,
        _ spelling: OpenAPISpelling
    ) throws(GeneratorError) -> JSONText {
        var properties: [(name: String, value: JSONText)] = []
        for field in message.fields {
            let note = field.oneof.map { index in
                let others = message.fields.filter { $0.oneof == index && $0.name != field.name }
                let names = others.map { "`\(spelling.name(of: $0))`" }
                return names.isEmpty
                    ? "" : "Excludes \(names.joined(separator: ", "))."
            }
            let schema = try schema(of: field, spelling, note: note ?? "")
            properties.append((spelling.name(of: field), schema))
        }
        return .members(
            ("type", "object"),
            ("description", .description(prose(message.comment))),
            ("properties", .object(properties)),
            ("additionalProperties", .boolean(false))
        )
    }

    // MARK: Fields

    /// The schema of a field's value, arrays and maps included.
    mutating func schema(
        of field: ProtoField,
        _ spelling: OpenAPISpelling,
        note: String = ""
    ) throws(GeneratorError) -> JSONText {
        let description = [prose(field.comment), note].filter { !$0.isEmpty }
        let text = JSONText.description(description.joined(separator: " "))
        switch field.cardinality {
        case .repeated, .packed:
            return .members(
                ("type", "array"),
                ("description", text),
                ("items", try element(of: field, spelling))
            )
        case .map:
            guard case .message(let reference) = field.kind,
                let value = try types.message(reference).fields.first(where: { $0.number == 2 })
            else { throw GeneratorError("the map '\(field.name)' has no values") }
            return .members(
                ("type", "object"),
                ("description", text),
                ("additionalProperties", try element(of: value, spelling))
            )
        case .implicit, .explicit:
            let schema = try element(of: field, spelling)
            guard let text else { return schema }
            // Beside a reference a description is of this place (OpenAPI 3.1, section 4.8.23).
            return schema.adding(("description", text))
        }
    }

    /// The schema of one element.
    private mutating func element(
        of field: ProtoField,
        _ spelling: OpenAPISpelling
    ) throws(GeneratorError) -> JSONText {
        switch field.kind {
        case .double, .float:
            [
                "oneOf": .array([
                    ["type": "number"],
                    ["type": "string", "enum": ["NaN", "Infinity", "-Infinity"]],
                ])
            ]
        case .int32, .sint32, .sfixed32: ["type": "integer", "format": "int32"]
        case .uint32, .fixed32:
            ["type": "integer", "minimum": .integer(0), "maximum": .integer(Int(UInt32.max))]
        case .int64, .sint64, .sfixed64:
            ["type": "string", "format": "int64", "pattern": "^-?[0-9]+$"]
        case .uint64, .fixed64: ["type": "string", "format": "uint64", "pattern": "^[0-9]+$"]
        case .bool: ["type": "boolean"]
        case .string: ["type": "string"]
        case .bytes: ["type": "string", "contentEncoding": "base64"]
        case .enumeration(let reference), .message(let reference):
            self.reference(to: reference, spelling)
        }
    }

    /// What stands for messages that JSON has forms of its own for.
    private static let wellKnown: [String: JSONText] = [
        ".google.protobuf.Timestamp": ["type": "string", "format": "date-time"],
        ".google.protobuf.Duration": [
            "type": "string", "pattern": #"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$"#,
        ],
        ".google.protobuf.FieldMask": ["type": "string"],
        ".google.protobuf.Struct": ["type": "object"],
        ".google.protobuf.Value": [:],
        ".google.protobuf.ListValue": ["type": "array", "items": [:]],
        ".google.protobuf.NullValue": ["type": "null"],
        ".google.protobuf.Empty": ["type": "object"],
        ".google.protobuf.Any": [
            "type": "object", "required": ["@type"],
            "properties": ["@type": ["type": "string"]],
        ],
        ".google.protobuf.BoolValue": ["type": ["boolean", "null"]],
        ".google.protobuf.StringValue": ["type": ["string", "null"]],
        ".google.protobuf.BytesValue": [
            "type": ["string", "null"], "contentEncoding": "base64",
        ],
        ".google.protobuf.Int32Value": ["type": ["integer", "null"], "format": "int32"],
        ".google.protobuf.UInt32Value": ["type": ["integer", "null"], "minimum": .integer(0)],
        ".google.protobuf.Int64Value": ["type": ["string", "null"], "format": "int64"],
        ".google.protobuf.UInt64Value": ["type": ["string", "null"], "format": "uint64"],
        ".google.protobuf.DoubleValue": ["type": ["number", "string", "null"]],
        ".google.protobuf.FloatValue": ["type": ["number", "string", "null"]],
    ]
}

/// A comment of a `.proto` as running text: its lines are broken for the column.
func prose(_ comment: String) -> String {
    SourceText.lines(comment).map { $0.trimmed }
        .split(separator: "").map { $0.joined(separator: " ") }.joined(separator: "\n\n")
}

extension JSONText {
    /// A description; nil if there is nothing to say.
    static func description(_ text: String) -> JSONText? { text.isEmpty ? nil : .string(text) }
}

extension String {
    /// The text without blanks at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
