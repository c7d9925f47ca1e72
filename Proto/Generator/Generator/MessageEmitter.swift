internal import Wire

/// Writes all there is of a message: value, table, view, writer, and what is declared inside it.
struct MessageEmitter {
    let types: TypeTable

    func emit(_ message: ProtoMessage, to source: inout SourceText) throws(GeneratorError) {
        if message.isMapEntry { return try emitEntry(message, to: &source) }
        let fields = try FieldPlan.plans(for: message, types)
        let oneofs = try OneofPlan.plans(for: message, fields, types)
        let typeName = try types.declaredName(message.reference)
        let fullName = try types.swiftName(message.reference)
        let value = ValueEmitter(
            fields: fields,
            oneofs: oneofs,
            isCyclic: types.isCyclic(message)
        )
        source.comment(message.comment, orElse: "The message `\(message.fullName)`.")
        try source.block("public struct \(typeName): MessageValue") {
            source throws(GeneratorError) in
            value.emitProperties(to: &source)
            source.line()
            value.emitInitializers(to: &source)
            source.line()
            value.emitWrite(to: &source)
            source.line()
            SchemaEmitter.emit(
                message,
                fields,
                stride: "MemoryLayout<\(fullName)>.stride",
                to: &source
            )
            source.line()
            ViewEmitter(fields: fields, oneofs: oneofs, schemaOwner: fullName)
                .emit(typeName, to: &source)
            source.line()
            WriterEmitter(fields: fields).emit(typeName, to: &source)
            for declared in message.enums {
                source.line()
                let name = try types.declaredName(declared.reference)
                SchemaEmitter.emit(declared, name, to: &source)
            }
            for nested in message.messages {
                source.line()
                try emit(nested, to: &source)
            }
        }
    }

    /// Writes the view of a map's entries; entries have no values of their own.
    private func emitEntry(
        _ message: ProtoMessage,
        to source: inout SourceText
    ) throws(GeneratorError) {
        let fields = try FieldPlan.plans(for: message, types).map(\.withDefaultForAbsence)
        let typeName = try types.declaredName(message.reference)
        let role: String
        if case .scalar = fields[0].shape {
            role = "ScalarKeyedEntry"
        } else {
            role = "TextKeyedEntry"
        }
        source.line("/// An entry of a map, read where it lies.")
        source.block("public struct \(typeName): \(role), ~Escapable") { source in
            SchemaEmitter.emit(message, fields, stride: nil, to: &source)
            source.line()
            ViewEmitter(fields: fields, oneofs: [], schemaOwner: typeName)
                .emitBody(hasUnknown: false, to: &source)
        }
    }
}

extension FieldPlan {
    /// The field of a map's entry, whose absence means its default, also of a message.
    fileprivate var withDefaultForAbsence: FieldPlan {
        FieldPlan(
            field: ProtoField(
                number: field.number,
                name: field.name,
                jsonName: field.jsonName,
                comment: field.comment,
                kind: field.kind,
                cardinality: .implicit,
                oneof: nil
            ),
            name: name,
            shape: shape,
            typeName: typeName,
            entry: entry,
            isRecursive: false
        )
    }
}
