internal import Wire

/// Writes the table of a `.proto` file: what it declares, and its descriptor for reflection.
///
/// Of a proto2 file, whose types have no code, only the descriptor.
struct FileEmitter {
    let types: TypeTable

    func emit(_ file: ProtoFile, to source: inout SourceText) throws(GeneratorError) {
        var messages: [String] = []
        var enums: [String] = []
        if file.isProto3 {
            for declared in file.enums { enums.append(try types.swiftName(declared.reference)) }
            for message in file.messages { try collect(message, &messages, &enums) }
        }
        let name = SwiftNames.fileTable(ofPath: file.path)
        source.comment("", orElse: "The file `\(file.path)`.")
        source.list("public static let \(name): FileSchema = FileSchema(", ")") { source in
            source.line("\(SourceText.literal(file.path)),")
            let imports = file.imports.map(SourceText.literal).joined(separator: ", ")
            source.line("imports: [\(imports)],")
            source.line("messages: [\(messages.map { "\($0).schema" }.joined(separator: ", "))],")
            source.line("enums: [\(enums.map { "\($0).schema" }.joined(separator: ", "))],")
            source.line("descriptor: \(SourceText.literal(base64(file.descriptor)))")
        }
    }

    private func collect(
        _ message: ProtoMessage,
        _ messages: inout [String],
        _ enums: inout [String]
    ) throws(GeneratorError) {
        if message.isMapEntry { return }
        messages.append(try types.swiftName(message.reference))
        for declared in message.enums { enums.append(try types.swiftName(declared.reference)) }
        for nested in message.messages { try collect(nested, &messages, &enums) }
    }

    private func base64(_ bytes: [UInt8]) -> String {
        var text = OutputBuffer()
        Base64.append(bytes.rawBytes, to: &text)
        return String(decoding: Array(copying: text.bytes), as: UTF8.self)
    }
}
