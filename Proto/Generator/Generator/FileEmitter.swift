internal import Wire

/// Writes the table of a `.proto` file: what it declares, and its descriptor for reflection.
struct FileEmitter {
    let types: TypeTable

    func emit(_ file: ProtoFile, to source: inout SourceText) throws(GeneratorError) {
        var messages: [String] = []
        var enums: [String] = []
        for declared in file.enums { enums.append(try types.swiftName(declared.reference)) }
        for message in file.messages { try collect(message, &messages, &enums) }
        let base = file.path.split(separator: "/").last.map(String.init) ?? file.path
        let name = SwiftNames.lowerCamelCase(String(base.prefix { $0 != "." })) + "File"
        source.line("/// The file `\(file.path)`.")
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
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for index in 0..<3 {
                bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0)
            }
            for index in 0..<4 {
                let sextet = Int(bits >> UInt32(18 - 6 * index)) & 63
                result.append(index <= group.count ? alphabet[sextet] : "=")
            }
        }
        return result
    }
}
