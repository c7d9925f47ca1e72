internal import Wire

/// Writes a message's view: where its fields lie, found in one pass, and accessors that read them.
struct ViewEmitter {
    let fields: [FieldPlan]
    let oneofs: [OneofPlan]
    let schemaOwner: String

    private var plainFields: [FieldPlan] { fields.filter { $0.field.oneof == nil } }

    /// Writes the `View` of a message.
    func emit(_ typeName: String, to source: inout SourceText) {
        source.line("/// The fields of a `\(typeName)`, read where they lie.")
        source.block("public struct View: MessageView, ~Escapable") { source in
            source.line("/// The message as a plain value.")
            source.line("public typealias Value = \(schemaOwner)")
            source.line()
            source.line("/// The message's table.")
            source.line("public static var schema: MessageSchema { \(schemaOwner).schema }")
            source.line()
            emitBody(hasUnknown: true, to: &source)
            source.line()
            source.line(
                "/// The fields the schema does not name. Linear in the message's own fields."
            )
            source.block("public var unknownFields: UnknownFields") { source in
                source.line(
                    "_has_unknown ? UnknownFields(of: bytes, schema: Self.schema) : UnknownFields()"
                )
            }
        }
    }

    /// Writes the stored properties, the pass over the bytes and the accessors.
    func emitBody(hasUnknown: Bool, to source: inout SourceText) {
        source.line("/// The message's bytes.")
        source.line("public let bytes: RawSpan")
        for plan in plainFields { emitStorage(plan, to: &source) }
        for oneof in oneofs {
            source.line("fileprivate var _\(oneof.name)_tag: UInt32 = 0")
            source.line("fileprivate var _\(oneof.name) = FieldSlice()")
        }
        if hasUnknown { source.line("fileprivate var _has_unknown = false") }
        source.line()
        emitInitializer(hasUnknown: hasUnknown, to: &source)
        for plan in plainFields { emitAccessor(plan, to: &source) }
        for oneof in oneofs { emitChoice(oneof, to: &source) }
    }

    // MARK: Storage

    private func emitStorage(_ plan: FieldPlan, to source: inout SourceText) {
        switch (plan.field.cardinality, plan.shape) {
        case (.implicit, .scalar(_, let type)):
            source.line()
            source.comment(plan.field.comment, orElse: plan.fallbackComment)
            source.line("public private(set) var \(plan.property): \(type) = \(plan.defaultValue)")
        case (.explicit, .scalar(_, let type)):
            source.line()
            source.comment(plan.field.comment, orElse: plan.fallbackComment)
            source.line("public private(set) var \(plan.property): \(type)?")
        case (.implicit, _), (.explicit, _):
            source.line("fileprivate var _\(plan.name) = FieldSlice()")
        case (.packed, _), (.repeated, _), (.map, _):
            source.line("fileprivate var _\(plan.name) = FieldRun()")
        }
    }

    // MARK: The pass over the bytes

    private func emitInitializer(hasUnknown: Bool, to source: inout SourceText) {
        source.line("/// Finds the fields.")
        source.line("///")
        source.line("/// - Parameter bytes: a validated message of this type.")
        source.line("@unsafe")
        source.line("@_lifetime(copy bytes)")
        source.block("public init(validated bytes: RawSpan)") { source in
            source.line("self.bytes = bytes")
            source.line("var reader = WireReader(bytes)")
            let needsStart = plainFields.contains { $0.field.cardinality.rawValue > 1 }
            if needsStart { source.line("var start = 0") }
            source.block("while let tag = reader.nextTag()") { source in
                source.block("switch tag") { source in
                    for plan in plainFields { emitCase(plan, to: &source) }
                    for oneof in oneofs { emitCase(oneof, to: &source) }
                    source.line("default:")
                    source.line("    reader.skip(tag)")
                    if hasUnknown { source.line("    _has_unknown = true") }
                }
                if needsStart { source.line("start = reader.position") }
            }
        }
    }

    private func emitCase(_ plan: FieldPlan, to source: inout SourceText) {
        switch (plan.field.cardinality, plan.shape) {
        case (.implicit, .scalar(let coding, _)), (.explicit, .scalar(let coding, _)):
            source.line("case \(plan.tag): \(selfQualified(plan)) = \(coding).read(&reader)")
        case (.implicit, _), (.explicit, _):
            source.line("case \(plan.tag): _\(plan.name) = reader.slice()")
        case (.packed, _), (.repeated, _), (.map, _):
            let tags = plan.isScalar ? "\(plan.tag), \(plan.packedTag)" : "\(plan.tag)"
            source.line("case \(tags):")
            source.line("    \(plan.isScalar ? "reader.skip(tag)" : "_ = reader.slice()")")
            source.line("    _\(plan.name).extend(from: start, to: reader.position)")
        }
    }

    private func selfQualified(_ plan: FieldPlan) -> String { "self.\(plan.property)" }

    private func emitCase(_ oneof: OneofPlan, to source: inout SourceText) {
        source.line("case \(oneof.members.map { "\($0.tag)" }.joined(separator: ", ")):")
        source.line("    _\(oneof.name)_tag = tag")
        source.line("    _\(oneof.name) = reader.valueSlice(tag)")
    }

    // MARK: Accessors

    private func emitAccessor(_ plan: FieldPlan, to source: inout SourceText) {
        guard let (type, expression) = accessor(plan) else { return }
        source.line()
        source.comment(plan.field.comment, orElse: plan.fallbackComment)
        emitGetter("public var \(plan.property): \(type)", [expression], to: &source)
    }

    private func emitGetter(_ head: String, _ lines: [String], to source: inout SourceText) {
        source.block(head) { source in
            source.line("@_lifetime(copy self)")
            source.block("get") { source in
                for line in lines { source.line(line) }
            }
        }
    }

    /// The type of a field's accessor and what it returns; nil for what is stored decoded.
    private func accessor(_ plan: FieldPlan) -> (type: String, expression: String)? {
        let stored = "_\(plan.name)"
        switch (plan.field.cardinality, plan.shape) {
        case (.implicit, .scalar), (.explicit, .scalar): return nil
        case (.implicit, .string): return ("Text", "unsafe \(stored).text(in: bytes)")
        case (.implicit, .bytes): return ("RawSpan", "\(stored).bytes(in: bytes)")
        case (.implicit, .message):
            // A map entry's value: absence means the default.
            return (plan.viewType, "unsafe \(plan.viewType)(validated: \(stored).bytes(in: bytes))")
        case (.explicit, .string):
            return ("Text?", "unsafe \(stored).isPresent ? \(stored).text(in: bytes) : nil")
        case (.explicit, .bytes):
            return ("RawSpan?", "\(stored).isPresent ? \(stored).bytes(in: bytes) : nil")
        case (.explicit, .message):
            return (
                "\(plan.viewType)?",
                "unsafe \(stored).isPresent "
                    + "? \(plan.viewType)(validated: \(stored).bytes(in: bytes)) : nil"
            )
        case (.packed, _), (.repeated, .scalar):
            let type = "RepeatedScalars<\(plan.coding)>"
            return (type, "\(type)(\(stored), in: bytes)")
        case (.repeated, .string):
            return ("RepeatedText", "unsafe RepeatedText(\(stored), in: bytes)")
        case (.repeated, .bytes): return ("RepeatedSlices", "RepeatedSlices(\(stored), in: bytes)")
        case (.repeated, .message):
            let type = "RepeatedMessages<\(plan.viewType)>"
            return (type, "unsafe \(type)(\(stored), in: bytes)")
        case (.map, _):
            let type = "RepeatedMessages<\(plan.typeName)>"
            return (type, "unsafe \(type)(\(stored), in: bytes)")
        }
    }

    private func emitChoice(_ oneof: OneofPlan, to source: inout SourceText) {
        source.line()
        source.line("/// The members of `\(oneof.name)`.")
        source.block("public enum \(oneof.typeName): ~Escapable") { source in
            for member in oneof.members {
                source.comment(member.field.comment, orElse: member.fallbackComment)
                source.line("case \(member.property)(\(member.viewType))")
            }
        }
        source.line()
        source.comment(oneof.comment, orElse: oneof.fallbackComment)
        let stored = "_\(oneof.name)"
        var lines = ["switch \(stored)_tag {"]
        for member in oneof.members {
            let value: String
            switch member.shape {
            case .scalar(let coding, _): value = "\(coding).value(at: \(stored), in: bytes)"
            case .string: value = "unsafe \(stored).text(in: bytes)"
            case .bytes: value = "\(stored).bytes(in: bytes)"
            case .message:
                value = "unsafe \(member.viewType)(validated: \(stored).bytes(in: bytes))"
            }
            let mark = value.hasPrefix("unsafe ") ? "unsafe " : ""
            lines.append(
                "case \(member.tag): \(mark).\(member.property)(\(value.dropFirst(mark.count)))"
            )
        }
        lines += ["default: nil", "}"]
        emitGetter("public var \(oneof.property): \(oneof.typeName)?", lines, to: &source)
    }
}
