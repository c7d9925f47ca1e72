internal import Wire

/// Writes a message's writer: a method for each field that appends it to the buffer.
struct WriterEmitter {
    let fields: [FieldPlan]

    func emit(_ typeName: String, to source: inout SourceText) {
        source.line("/// Writes the message.")
        source.line("///")
        source.line("/// - Parameters:")
        source.line("///   - capacity: bytes to reserve at once.")
        source.line("///   - write: receives the message's writer.")
        source.block(
            "public static func encode<Failure: Error>(capacity: Int = 0, "
                + "_ write: (inout Writer) throws(Failure) -> Void) throws(Failure) -> SharedBytes"
        ) { $0.line("try SharedBytes.encode(capacity: capacity, write)") }
        source.line()
        source.line("/// Writes the fields of a `\(typeName)` straight into a buffer.")
        source.block("public struct Writer: MessageWriter, ~Copyable") { source in
            source.line("@usableFromInline var buffer = OutputBuffer()")
            source.line()
            source.line("/// Makes a writer with an empty buffer.")
            source.line("@inlinable public init() {}")
            source.line()
            source.line("/// Exchanges the writer's buffer for another.")
            source.block(
                "@inlinable public mutating func exchange(_ other: inout OutputBuffer)"
            ) { $0.line("swap(&buffer, &other)") }
            for plan in fields.sorted(by: { $0.field.number < $1.field.number }) {
                emit(plan, to: &source)
            }
        }
    }

    private func emit(_ plan: FieldPlan, to source: inout SourceText) {
        switch (plan.field.cardinality, plan.shape) {
        case (.map, _): emitMap(plan, to: &source)
        case (.packed, _):
            emitMethod(
                plan,
                "add\(plan.capitalizedName)(_ values: [\(plan.elementType)])",
                "buffer.appendPacked(tag: \(plan.packedTag), values, as: \(plan.coding).self)",
                to: &source
            )
        case (_, .message):
            let verb = plan.field.cardinality == .repeated ? "add" : "set"
            emitMethod(
                plan,
                "\(verb)\(plan.capitalizedName)<Failure: Error>("
                    + "_ write: (inout \(plan.typeName).Writer) throws(Failure) -> Void"
                    + ") throws(Failure)",
                "try buffer.appendMessage(tag: \(plan.tag), write)",
                to: &source
            )
            emitMethod(
                plan,
                "\(verb)\(plan.capitalizedName)(_ value: \(plan.typeName))",
                "buffer.appendMessage(tag: \(plan.tag), value)",
                to: &source
            )
        default:
            for parameter in parameters(plan) { emitField(plan, parameter, to: &source) }
        }
    }

    /// What a scalar or text may be given as: its type in Swift, what is appended, and whether it
    /// is set.
    private func parameters(_ plan: FieldPlan) -> [(type: String, contents: String, isSet: String)]
    {
        switch plan.shape {
        case .scalar(let coding, let type):
            [(type, "value, as: \(coding).self", ValueEmitter.isSet(plan, "value"))]
        case .string:
            [
                ("String", "value", "!value.isEmpty"),
                ("Text", "value.utf8", "!value.isEmpty"),
            ]
        case .bytes: [("RawSpan", "value", "!value.isEmpty")]
        case .message: []
        }
    }

    private func emitField(
        _ plan: FieldPlan,
        _ parameter: (type: String, contents: String, isSet: String),
        to source: inout SourceText
    ) {
        let verb = plan.field.cardinality == .repeated ? "add" : "set"
        let append = "buffer.appendField(tag: \(plan.tag), \(parameter.contents))"
        let isImplicit = plan.field.cardinality == .implicit
        emitMethod(
            plan,
            "\(verb)\(plan.capitalizedName)(_ value: \(parameter.type))",
            isImplicit ? "if \(parameter.isSet) { \(append) }" : append,
            to: &source
        )
    }

    private func emitMap(_ plan: FieldPlan, to source: inout SourceText) {
        let (key, value) = (plan.entry[0], plan.entry[1])
        for keyParameter in parameters(key) {
            let append =
                "buffer.appendField(tag: \(key.tag), "
                + keyParameter.contents.replacingFirstWord("value", with: "key") + ")"
            var values: [(type: String, line: String)] = parameters(value).map {
                ($0.type, "buffer.appendField(tag: \(value.tag), \($0.contents))")
            }
            if values.isEmpty {
                values = [(value.typeName, "buffer.appendMessage(tag: \(value.tag), value)")]
            }
            for parameter in values {
                emitMethod(
                    plan,
                    "put\(plan.capitalizedName)(_ key: \(keyParameter.type), "
                        + "_ value: \(parameter.type))",
                    [
                        "let mark = buffer.beginMessage(tag: \(plan.tag))",
                        append, parameter.line, "buffer.endMessage(mark)",
                    ].joined(separator: "\n"),
                    to: &source
                )
            }
        }
    }

    private func emitMethod(
        _ plan: FieldPlan,
        _ signature: String,
        _ body: String,
        to source: inout SourceText
    ) {
        source.line()
        source.comment(plan.field.comment, orElse: plan.fallbackComment)
        source.line("@inlinable")
        source.block("public mutating func \(signature)") { source in
            for line in body.split(separator: "\n") { source.line(String(line)) }
        }
    }
}

extension String {
    /// The string with another word at its start, if it starts with `word`.
    fileprivate func replacingFirstWord(_ word: String, with other: String) -> String {
        hasPrefix(word) ? other + dropFirst(word.count) : self
    }
}
