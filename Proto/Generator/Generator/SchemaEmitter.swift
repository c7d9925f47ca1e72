internal import Wire

/// Writes the tables of messages and enums.
enum SchemaEmitter {
    /// Writes `static let schema` of a message.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - fields: its fields.
    ///   - stride: the expression for the size of its owned value, or nil for a map's entry.
    ///   - source: where it is written.
    static func emit(
        _ message: ProtoMessage,
        _ fields: [FieldPlan],
        stride: String?,
        to source: inout SourceText
    ) {
        let tail = stride.map { "], valueStride: \($0))" } ?? "])"
        source.line("/// The message's table.")
        source.list(
            "public static let schema: MessageSchema = MessageSchema("
                + "\(SourceText.literal(message.fullName)), [",
            tail
        ) { source in
            for field in fields { source.line(declaration(field) + ",") }
        }
    }

    private static func declaration(_ plan: FieldPlan) -> String {
        let field = plan.field
        var arguments = ["\(field.number)", SourceText.literal(field.name), type(plan)]
        if field.cardinality != .implicit { arguments.append(".\(field.cardinality)") }
        if field.jsonName != FieldSchema.lowerCamelCase(field.name) {
            arguments.append("json: \(SourceText.literal(field.jsonName))")
        }
        if let oneof = field.oneof { arguments.append("oneof: \(oneof)") }
        return "FieldSchema(\(arguments.joined(separator: ", ")))"
    }

    private static func type(_ plan: FieldPlan) -> String {
        switch plan.field.kind {
        case .message: ".message { \(plan.typeName).schema }"
        case .enumeration: ".enumeration(\(plan.typeName).schema)"
        default: ".\(plan.field.kind)"
        }
    }

    /// Writes an enum.
    static func emit(_ declared: ProtoEnum, _ typeName: String, to source: inout SourceText) {
        source.comment(declared.comment, orElse: "The enum `\(declared.fullName)`.")
        source.block("public struct \(typeName): OpenEnum") { source in
            source.line("/// The value's number.")
            source.line("public var rawValue: Int32")
            source.line()
            source.line("/// The value of a number, named or not.")
            source.block("public init(rawValue: Int32)") { $0.line("self.rawValue = rawValue") }
            let names = SwiftNames.distinct(
                declared.values.map { SwiftNames.enumValue($0.name, of: declared.name) }
            )
            for (value, name) in zip(declared.values, names) {
                source.line()
                source.comment(value.comment, orElse: "`\(value.name)`, number \(value.number).")
                source.line(
                    "public static let \(SwiftNames.escaped(name)) = "
                        + "\(typeName)(rawValue: \(value.number))"
                )
            }
            source.line()
            source.line("/// The enum's table of names.")
            source.list(
                "public static let schema: EnumSchema = EnumSchema("
                    + "\(SourceText.literal(declared.fullName)), [",
                "])"
            ) { source in
                for value in declared.values {
                    source.line("(\(value.number), \(SourceText.literal(value.name))),")
                }
            }
        }
    }
}
