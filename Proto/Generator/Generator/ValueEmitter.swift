internal import Wire

/// Writes a message's owned value: its properties, how it copies a view, how it encodes.
struct ValueEmitter {
    let fields: [FieldPlan]
    let oneofs: [OneofPlan]
    /// Whether the message may lie inside itself, so that its code must be sparing of the stack.
    let isCyclic: Bool

    private var plainFields: [FieldPlan] { fields.filter { $0.field.oneof == nil } }

    // MARK: Properties

    func emitProperties(to source: inout SourceText) {
        for plan in plainFields {
            source.line()
            source.comment(plan.field.comment, orElse: plan.fallbackComment)
            emitProperty(plan, to: &source)
        }
        for oneof in oneofs {
            source.line()
            source.comment(oneof.comment, orElse: oneof.fallbackComment)
            source.line("public var \(oneof.property): \(oneof.typeName)?")
            source.line()
            source.line("/// The members of `\(oneof.name)`.")
            let keyword = oneof.isRecursive ? "public indirect enum" : "public enum"
            source.block("\(keyword) \(oneof.typeName): Hashable, Sendable") { source in
                for member in oneof.members {
                    source.comment(member.field.comment, orElse: member.fallbackComment)
                    source.line("case \(member.property)(\(member.elementType))")
                }
            }
        }
        source.line()
        source.line("/// Fields the schema does not name, kept as they were sent.")
        source.line("public var unknownFields = UnknownFields()")
        source.line()
        source.line("/// The message with every field at its default.")
        source.line("public init() {}")
    }

    private func emitProperty(_ plan: FieldPlan, to source: inout SourceText) {
        let type = plan.elementType
        switch plan.field.cardinality {
        case .implicit:
            source.line("public var \(plan.property): \(type) = \(plan.defaultValue)")
        case .explicit where plan.isRecursive:
            source.block("public var \(plan.property): \(type)?") { source in
                source.line("get { _\(plan.name).value }")
                source.line("set { _\(plan.name) = Indirect(newValue) }")
            }
            source.line("private var _\(plan.name) = Indirect<\(type)>()")
        case .explicit:
            source.line("public var \(plan.property): \(type)?")
        case .packed, .repeated:
            source.line("public var \(plan.property): [\(type)] = []")
        case .map:
            source.line("public var \(plan.property): \(mapType(plan)) = [:]")
        }
    }

    private func mapType(_ plan: FieldPlan) -> String {
        "MapField<\(plan.entry[0].elementType), \(plan.entry[1].elementType)>"
    }

    // MARK: From a view

    func emitInitializers(to source: inout SourceText) {
        source.line("/// Copies the fields of a view.")
        source.block("public init(_ view: View)") {
            $0.line("unsafe self.init(validated: view.bytes)")
        }
        source.line()
        source.line("/// Copies the fields of a message.")
        source.line("///")
        source.line("/// - Parameter bytes: a validated message of this type.")
        source.line("@unsafe")
        source.block("public init(validated bytes: RawSpan)") { source in
            source.line("let view = unsafe View(validated: bytes)")
            if isCyclic {
                source.line("_copy_contents(view)")
                source.line("_copy_messages(view)")
            } else {
                emitCopies(plainFields, oneofs, to: &source)
                source.line("self.unknownFields = view.unknownFields")
            }
        }
        if isCyclic { emitSplitCopies(to: &source) }
    }

    /// Writes the copying in two parts, so that little is on the stack while messages inside are
    /// copied.
    private func emitSplitCopies(to source: inout SourceText) {
        source.line()
        source.line("@inline(never)")
        source.block("private mutating func _copy_contents(_ view: View)") { source in
            emitCopies(
                plainFields.filter { !$0.isMessage },
                oneofs.filter { !$0.hasMessage },
                to: &source
            )
            source.line("self.unknownFields = view.unknownFields")
        }
        source.line()
        source.line("@inline(never)")
        source.block("private mutating func _copy_messages(_ view: View)") { source in
            emitCopies(
                plainFields.filter(\.isMessage),
                oneofs.filter(\.hasMessage),
                to: &source
            )
        }
    }

    private func emitCopies(
        _ fields: [FieldPlan],
        _ oneofs: [OneofPlan],
        to source: inout SourceText
    ) {
        for plan in fields { emitCopy(plan, to: &source) }
        for oneof in oneofs { emitCopy(oneof, to: &source) }
    }

    private func emitCopy(_ plan: FieldPlan, to source: inout SourceText) {
        let target = "self.\(plan.property)"
        let viewed = "view.\(plan.property)"
        let stored = "view._\(plan.name)"
        switch (plan.field.cardinality, plan.shape) {
        case (.implicit, .scalar), (.explicit, .scalar): source.line("\(target) = \(viewed)")
        case (.implicit, .string): source.line("\(target) = String(\(viewed))")
        case (.implicit, _): source.line("\(target) = Array(copying: \(viewed))")
        case (.explicit, .string):
            source.line("if let text = \(viewed) { \(target) = String(text) }")
        case (.explicit, .bytes):
            source.line("if let inner = \(viewed) { \(target) = Array(copying: inner) }")
        case (.explicit, .message):
            let inner = "\(stored).bytes(in: view.bytes)"
            let made =
                plan.isRecursive
                ? "self._\(plan.name) = unsafe Indirect(validated: \(inner))"
                : "unsafe \(target).decode(validated: \(inner))"
            source.line("if \(stored).isPresent { \(made) }")
        case (.packed, _), (.repeated, .scalar): source.line("\(target) = \(viewed).values()")
        case (.repeated, .string): source.line("\(target) = \(viewed).strings()")
        case (.repeated, .bytes): source.line("\(target) = \(viewed).arrays()")
        case (.repeated, .message):
            source.line("\(target) = \(viewed).values()")
        case (.map, _):
            let pair = plan.entry.map(entryCopy).joined(separator: ", ")
            let mark = plan.entry[1].isMessage ? "unsafe " : ""
            source.line("\(target) = MapField(\(viewed).map { entry in \(mark)(\(pair)) })")
        }
    }

    /// What copies a map entry's key or value.
    private func entryCopy(_ plan: FieldPlan) -> String {
        switch plan.shape {
        case .scalar: "entry.\(plan.property)"
        case .string: "String(entry.\(plan.property))"
        case .bytes: "Array(copying: entry.\(plan.property))"
        case .message: "\(plan.typeName)(validated: entry._\(plan.name).bytes(in: entry.bytes))"
        }
    }

    private func emitCopy(_ oneof: OneofPlan, to source: inout SourceText) {
        let stored = "view._\(oneof.name)"
        source.block("switch \(stored)_tag") { source in
            for member in oneof.members {
                let value: String
                switch member.shape {
                case .scalar(let coding, _):
                    value = "\(coding).value(at: \(stored), in: view.bytes)"
                case .string: value = "String(\(stored).text(in: view.bytes))"
                case .bytes: value = "Array(copying: \(stored).bytes(in: view.bytes))"
                case .message: value = ""
                }
                source.line("case \(member.tag):")
                if member.isMessage {
                    source.line(
                        "    self.\(oneof.property) = unsafe \(member.typeName).decode("
                            + "validated: \(stored).bytes(in: view.bytes)) "
                            + "{ .\(member.property)($0) }"
                    )
                } else {
                    let mark = member.isText ? "unsafe " : ""
                    source.line(
                        "    self.\(oneof.property) = \(mark).\(member.property)(\(value))"
                    )
                }
            }
            source.line("default: break")
        }
    }

    // MARK: To bytes

    func emitWrite(to source: inout SourceText) {
        source.line("/// Appends the message's fields to a buffer.")
        source.block("public func write(to buffer: inout OutputBuffer)") { source in
            for plan in fields.sorted(by: { $0.field.number < $1.field.number }) {
                if isWrittenApart(plan) {
                    source.line("_write_\(plan.name)(to: &buffer)")
                } else {
                    emitWrite(plan, to: &source)
                }
            }
            source.line(
                "if !unknownFields.isEmpty { buffer.append(unknownFields.bytes.rawBytes) }"
            )
        }
        for plan in fields where isWrittenApart(plan) {
            source.line()
            source.line("@inline(never)")
            source.block(
                "private func _write_\(plan.name)(to buffer: inout OutputBuffer)"
            ) { emitWrite(plan, to: &$0) }
        }
    }

    /// Whether a field is written by a function of its own: a message taken out of an enum or a map
    /// needs room on the stack, and `write` may be on it a hundred times.
    private func isWrittenApart(_ plan: FieldPlan) -> Bool {
        isCyclic && plan.isMessage && (plan.field.oneof != nil || plan.field.cardinality == .map)
    }

    private func oneof(of plan: FieldPlan) -> OneofPlan? {
        oneofs.first { $0.members.contains { $0.name == plan.name } }
    }

    private func emitWrite(_ plan: FieldPlan, to source: inout SourceText) {
        if let oneof = oneof(of: plan) {
            let pattern = "if case .\(plan.property)(let value)? = self.\(oneof.property)"
            return source.line("\(pattern) { \(append(plan, "value")) }")
        }
        let value = "self.\(plan.property)"
        switch plan.field.cardinality {
        case .implicit: source.line("if \(Self.isSet(plan, value)) { \(append(plan, value)) }")
        case .explicit where plan.isMessage:
            let holder = plan.isRecursive ? "self._\(plan.name)" : value
            source.line("\(holder).write(tag: \(plan.tag), to: &buffer)")
        case .explicit: source.line("if let value = \(value) { \(append(plan, "value")) }")
        case .packed:
            source.line(
                "buffer.appendPacked(tag: \(plan.packedTag), \(value), as: \(plan.coding).self)"
            )
        case .repeated where plan.isMessage:
            source.line("buffer.appendMessages(tag: \(plan.tag), \(value))")
        case .repeated: source.line("for value in \(value) { \(append(plan, "value")) }")
        case .map:
            source.block("for (key, value) in \(value)") { source in
                source.line("let mark = buffer.beginMessage(tag: \(plan.tag))")
                source.line(append(plan.entry[0], "key"))
                source.line(append(plan.entry[1], "value"))
                source.line("buffer.endMessage(mark)")
            }
        }
    }

    /// Whether a field without presence differs from its default.
    static func isSet(_ plan: FieldPlan, _ value: String) -> String {
        switch (plan.shape, plan.field.kind) {
        case (.scalar, .double), (.scalar, .float): "\(value).bitPattern != 0"
        case (.scalar, .bool): value
        case (.scalar, .enumeration): "\(value).rawValue != 0"
        case (.scalar, _): "\(value) != 0"
        default: "!\(value).isEmpty"
        }
    }

    private func append(_ plan: FieldPlan, _ value: String) -> String {
        switch plan.shape {
        case .scalar(let coding, _):
            "buffer.appendField(tag: \(plan.tag), \(value), as: \(coding).self)"
        case .string: "buffer.appendField(tag: \(plan.tag), \(value))"
        case .bytes: "buffer.appendField(tag: \(plan.tag), \(value).rawBytes)"
        case .message: "buffer.appendMessage(tag: \(plan.tag), \(value))"
        }
    }
}
