internal import Wire

/// Writes what can be done at a path: the operations of OpenAPI, one for each route.
struct OpenAPIOperations {
    private let types: TypeTable
    private var checker: RouteChecker

    init(_ types: TypeTable) {
        self.types = types
        checker = RouteChecker(types)
    }

    /// A route as the document has it.
    struct Entry {
        let path: String
        let verb: String
        let operation: JSONText
    }

    /// The operations of a method; the first has the method's own name.
    mutating func entries(
        of method: ProtoMethod,
        in service: ProtoService,
        _ schemas: inout OpenAPISchemas
    ) throws(GeneratorError) -> [Entry] {
        var entries: [Entry] = []
        let name = service.nameInDocument
        let prefix = name.split(separator: ".").joined(separator: "_")
        for route in try checker.routes(of: method, in: service) {
            let suffix = entries.isEmpty ? "" : "_\(entries.count + 1)"
            let path = OpenAPIPath(route.path)
            let spelling = OpenAPISpelling(path: path.text)
            let input = try types.message(method.input)
            let parameters = try parameters(route, path, input, spelling, &schemas)
            let operation = JSONText.members(
                ("operationId", .string("\(prefix)_\(method.name)\(suffix)")),
                ("tags", .strings([name])),
                ("summary", .description(summary(method.comment))),
                ("description", .description(prose(method.comment))),
                ("parameters", parameters.isEmpty ? nil : .array(parameters)),
                ("requestBody", try body(route, method, input, spelling, &schemas)),
                ("responses", try responses(route, method, spelling, &schemas)),
                ("security", security(method.access))
            )
            entries.append(Entry(path: path.text, verb: route.verb, operation: operation))
        }
        return entries
    }

    /// The first sentence of a comment.
    private func summary(_ comment: String) -> String {
        let text = prose(comment)
        for end in text.indices where text[end] == "." || text[end] == ";" || text[end] == "\n" {
            let next = text.index(after: end)
            if next == text.endIndex || text[next].isWhitespace { return String(text[..<end]) }
        }
        return text
    }

    // MARK: What comes

    private func parameters(
        _ route: HTTPRoute,
        _ path: OpenAPIPath,
        _ input: ProtoMessage,
        _ spelling: OpenAPISpelling,
        _ schemas: inout OpenAPISchemas
    ) throws(GeneratorError) -> [JSONText] {
        var parameters: [JSONText] = []
        for parameter in path.parameters {
            var schema: JSONText = ["type": "string"]
            if let path = parameter.field, let field = try field(path, of: input) {
                schema = try schemas.schema(of: field, spelling).without("description")
            }
            parameters.append(
                .members(
                    ("name", .string(parameter.name)),
                    ("in", "path"),
                    ("required", .boolean(true)),
                    ("description", .description(parameter.meaning)),
                    ("schema", schema)
                )
            )
        }
        if route.body == .everything { return parameters }
        var bound = Set(route.path.variables.map(\.fieldPath))
        if case .field(let name) = route.body { bound.insert([name]) }
        for field in input.fields where !bound.contains([field.name]) {
            parameters += try query(field, [], bound, spelling, &schemas)
        }
        return parameters
    }

    /// A field of a message, or of one within it; nil if there is none of that path.
    private func field(
        _ path: [String],
        of message: ProtoMessage
    ) throws(GeneratorError) -> ProtoField? {
        guard let field = message.fields.first(where: { $0.name == path.first }) else { return nil }
        if path.count == 1 { return field }
        guard case .message(let reference) = field.kind else { return nil }
        return try self.field(Array(path.dropFirst()), of: try types.message(reference))
    }

    /// How deep messages may lie in each other to be written in a query.
    private static let deepest = 4

    private func query(
        _ field: ProtoField,
        _ scope: [ProtoField],
        _ bound: Set<[String]>,
        _ spelling: OpenAPISpelling,
        _ schemas: inout OpenAPISchemas
    ) throws(GeneratorError) -> [JSONText] {
        let path = scope + [field]
        if bound.contains(path.map(\.name)) || field.cardinality == .map { return [] }
        let schema = try schemas.schema(of: field, spelling)
        if case .message(let reference) = field.kind, !OpenAPISchemas.isText(reference) {
            guard field.cardinality == .explicit, path.count < Self.deepest else { return [] }
            var parameters: [JSONText] = []
            for inner in try types.message(reference).fields {
                parameters += try query(inner, path, bound, spelling, &schemas)
            }
            return parameters
        }
        let name = path.map { spelling.name(of: $0) }.joined(separator: ".")
        return [
            .members(
                ("name", .string(name)),
                ("in", "query"),
                ("description", .description(prose(field.comment))),
                ("schema", schema.without("description"))
            )
        ]
    }

    private func body(
        _ route: HTTPRoute,
        _ method: ProtoMethod,
        _ input: ProtoMessage,
        _ spelling: OpenAPISpelling,
        _ schemas: inout OpenAPISchemas
    ) throws(GeneratorError) -> JSONText? {
        let schema: JSONText
        switch route.body {
        case .none: return nil
        case .everything: schema = schemas.reference(to: method.input, spelling)
        case .field(let name):
            guard let field = input.fields.first(where: { $0.name == name }) else { return nil }
            if field.kind == .bytes {
                // What comes is the field itself, in as many parts as the caller likes.
                return ["content": ["application/octet-stream": [:]]]
            }
            schema = try schemas.schema(of: field, spelling)
        }
        // No body is a message without fields.
        return ["content": ["application/json": ["schema": schema]]]
    }

    // MARK: What goes

    private func responses(
        _ route: HTTPRoute,
        _ method: ProtoMethod,
        _ spelling: OpenAPISpelling,
        _ schemas: inout OpenAPISchemas
    ) throws(GeneratorError) -> JSONText {
        let output = try types.message(method.output)
        var schema = schemas.reference(to: method.output, spelling)
        if let name = route.responseBody,
            let field = output.fields.first(where: { $0.name == name })
        {
            schema = try schemas.schema(of: field, spelling)
        }
        let isStream = method.streaming == .server || method.streaming == .both
        var content: [(name: String, value: JSONText)] =
            isStream
            ? ["application/x-ndjson", "text/event-stream"].map {
                ($0, ["schema": ["type": "string"], "x-event": schema])
            }
            : [("application/json", ["schema": schema])]
        if isTable(output) {
            content.append(("text/csv", ["schema": ["type": "string"]]))
        }
        var responses: [(name: String, value: JSONText)] = [
            (
                "200",
                [
                    "description": .string(
                        isStream
                            ? "A line of JSON for each message, or an event whose data it is."
                            : "Done."
                    ),
                    "headers": OpenAPIParts.quotaHeaders,
                    "content": .object(content),
                ]
            )
        ]
        if method.lifetime != nil, route.verb == "GET" {
            let text = "What `if-none-match` names is still the answer."
            responses.append(("304", ["description": .string(text)]))
        }
        for name in OpenAPIParts.problems(for: method) {
            responses.append((name, ["$ref": .string("#/components/responses/\(name)")]))
        }
        return .object(responses)
    }

    /// Whether an answer is a list or columns, and so can be a table.
    private func isTable(_ output: ProtoMessage) -> Bool {
        let repeated = output.fields.filter {
            $0.cardinality == .repeated || $0.cardinality == .packed
        }
        let hasRows = repeated.contains { if case .message = $0.kind { true } else { false } }
        return hasRows || repeated.count > 1
    }

    private func security(_ access: MethodAccess?) -> JSONText {
        guard case .scopes(let scopes) = access else { return [] }
        return [["bearer": .strings(scopes)], ["apiKey": .strings(scopes)]]
    }
}

extension OpenAPISchemas {
    /// Whether a message is one text in JSON, and so can stand in a query.
    static func isText(_ reference: String) -> Bool {
        [
            ".google.protobuf.Timestamp", ".google.protobuf.Duration",
            ".google.protobuf.FieldMask", ".google.protobuf.BoolValue",
            ".google.protobuf.StringValue", ".google.protobuf.BytesValue",
            ".google.protobuf.Int32Value", ".google.protobuf.UInt32Value",
            ".google.protobuf.Int64Value", ".google.protobuf.UInt64Value",
            ".google.protobuf.DoubleValue", ".google.protobuf.FloatValue",
        ].contains(reference)
    }
}

extension JSONText {
    /// The same object without a member.
    func without(_ name: String) -> JSONText {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != name })
    }
}
