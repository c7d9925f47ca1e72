internal import Wire

/// protoc's plugin: a serialized `CodeGeneratorRequest` in, a `CodeGeneratorResponse` out.
///
/// Parameters (`--sextant_opt=…`, separated by commas): `parts=` with one or more of `messages`,
/// `services` (method tables) and `calls` (clients and server protocols) joined by `+` says what is
/// written (default: `messages+services`), or `openapi` alone, for one document of the routes of
/// all files; `import=Module` makes the code import a module, any
/// number, and `import=Module:package` only where something of that package, or of one inside it,
/// is named; `proto2=descriptors` allows proto2 files, of which only the descriptor is kept, for
/// reflection.
public enum Plugin {
    /// Answers a request.
    ///
    /// What is wrong with it becomes the response's error, which protoc shows.
    public static func respond(to request: [UInt8]) -> [UInt8] {
        var response = OutputBuffer()
        do throws(GeneratorError) {
            let request = try DescriptorReader.read(request)
            for (name, content) in try generate(request) {
                let mark = response.beginMessage(tag: 122)  // file = 15
                response.appendField(tag: 10, name)
                response.appendField(tag: 122, content)
                response.endMessage(mark)
            }
        } catch {
            response.removeAll()
            response.appendField(tag: 10, error.description)  // error = 1
        }
        // supported_features = 2: FEATURE_PROTO3_OPTIONAL.
        response.appendField(tag: 16, 1, as: Scalar.UInt64.self)
        return Array(copying: response.bytes)
    }

    private struct Options {
        var parts: Set<String> = ["messages", "services"]
        var proto2 = false
        var imports: [(module: String, package: String)] = []

        init(_ parameter: String) throws(GeneratorError) {
            for option in parameter.split(separator: ",") {
                let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
                switch (parts.first, parts.last) {
                case ("parts", let names?) where parts.count == 2:
                    self.parts = try Self.parts(names)
                case ("proto2", "descriptors"): proto2 = true
                case ("import", let value?) where parts.count == 2:
                    let words = value.split(separator: ":", maxSplits: 1).map(String.init)
                    imports.append((words[0], words.count == 2 ? words[1] : ""))
                default:
                    throw GeneratorError(
                        "unknown option '\(option)': use parts=messages+services+calls or some "
                            + "of them, proto2=descriptors or import=Module"
                    )
                }
            }
        }

        var messages: Bool { parts.contains("messages") }
        var services: Bool { parts.contains("services") }
        var calls: Bool { parts.contains("calls") }
        var openAPI: Bool { parts.contains("openapi") }

        private static func parts(_ names: String) throws(GeneratorError) -> Set<String> {
            let known: Set = ["messages", "services", "calls"]
            let parts = Set(names.split(separator: "+").map(String.init))
            if parts == ["openapi"] { return parts }
            guard !parts.isEmpty, parts.isSubset(of: known) else {
                throw GeneratorError(
                    "unknown parts '\(names)': use messages, services or calls, joined by '+', "
                        + "or openapi"
                )
            }
            return parts
        }
    }

    /// The files to write, by name.
    private static func generate(
        _ request: PluginRequest
    ) throws(GeneratorError) -> [(name: String, content: String)] {
        let options = try Options(request.parameter)
        let types = try TypeTable(request.files)
        let files = request.files.filter { request.pathsToGenerate.contains($0.path) }
        if options.openAPI {
            let emitter = OpenAPIEmitter(types: types, files: request.files)
            return [("OpenAPIDocument.swift", try emitter.source(of: files))]
        }
        let declared = files.reduce(into: Set<String>()) { $0.formUnion($1.declared) }
        var services = ServiceEmitter(types)
        var outputs: [(String, String)] = []
        var origins = ["Namespaces.swift": "the file of namespaces"]
        for file in files {
            if !file.isProto3 && !options.proto2 {
                throw GeneratorError("\(file.path): only proto3 is generated")
            }
            let output = outputName(file, options)
            if let other = origins.updateValue("'\(file.path)'", forKey: output) {
                throw GeneratorError(
                    "\(other) and '\(file.path)' are both generated as \(output): rename one"
                )
            }
            var source = SourceText()
            emitHead(file, imports(of: file, declared, options), to: &source)
            if options.messages || options.services {
                try emitDeclarations(of: file, options, &services, types, to: &source)
            }
            if options.calls { try emitCalls(of: file, types, to: &source) }
            if options.messages || !file.services.isEmpty {
                outputs.append((output, source.text))
            }
        }
        if options.messages { outputs.append(("Namespaces.swift", namespaces(files, options))) }
        return outputs
    }

    /// The modules that a file needs: an import that is not used is an error.
    private static func imports(
        of file: ProtoFile,
        _ declared: Set<String>,
        _ options: Options
    ) -> [String] {
        let named = options.calls ? file.callReferences : file.references
        let foreign = options.messages ? named.subtracting(declared) : named
        if options.messages && foreign.isEmpty { return [] }
        return options.imports.filter { _, package in
            package.isEmpty || foreign.contains { $0.hasPrefix(".\(package).") }
        }.map(\.module)
    }

    private static func emitDeclarations(
        of file: ProtoFile,
        _ options: Options,
        _ services: inout ServiceEmitter,
        _ types: TypeTable,
        to source: inout SourceText
    ) throws(GeneratorError) {
        let namespace = SwiftNames.namespace(ofPackage: file.package)
        try source.block("extension \(namespace)") { source throws(GeneratorError) in
            if options.messages { try emitMessages(of: file, types, to: &source) }
            guard options.services else { return }
            for service in file.services where file.isProto3 {
                source.line()
                try services.emit(service, of: file, to: &source)
            }
        }
    }

    private static func emitCalls(
        of file: ProtoFile,
        _ types: TypeTable,
        to source: inout SourceText
    ) throws(GeneratorError) {
        let emitter = CallEmitter(types: types)
        for service in file.services where file.isProto3 {
            source.line()
            try emitter.emit(service, to: &source)
        }
    }

    private static func emitMessages(
        of file: ProtoFile,
        _ types: TypeTable,
        to source: inout SourceText
    ) throws(GeneratorError) {
        for declared in file.enums where file.isProto3 {
            source.line()
            let name = try types.declaredName(declared.reference)
            SchemaEmitter.emit(declared, name, to: &source)
        }
        let emitter = MessageEmitter(types: types)
        for message in file.messages where file.isProto3 {
            source.line()
            try emitter.emit(message, to: &source)
        }
        source.line()
        try FileEmitter(types: types).emit(file, to: &source)
    }

    private static func emitHead(
        _ file: ProtoFile,
        _ imports: [String],
        to source: inout SourceText
    ) {
        source.line("// swift-format-ignore-file")
        let path = SourceText.lines(file.path).joined(separator: " ")
        source.line(
            "// Generated by protoc-gen-sextant from \(path); "
                + "run Proto/generate.sh instead of editing."
        )
        for module in ["Wire"] + imports { source.line("public import \(module)") }
        source.line()
    }

    private static func namespaces(_ files: [ProtoFile], _ options: Options) -> String {
        var source = SourceText()
        source.line("// swift-format-ignore-file")
        source.line("// Generated by protoc-gen-sextant; run Proto/generate.sh instead of editing.")
        for package in Set(files.map(\.package)).sorted() {
            source.line()
            source.line("/// What the package `\(package)` declares.")
            source.line("public enum \(SwiftNames.namespace(ofPackage: package)) {}")
        }
        return source.text
    }

    /// The file's path with dots: files of one name in several folders may be of one Swift target,
    /// where the compiler refuses two of one name.
    private static func outputName(_ file: ProtoFile, _ options: Options) -> String {
        let stem = file.path.hasSuffix(".proto") ? file.path.dropLast(6) : file.path[...]
        let base = stem.split(separator: "/").joined(separator: ".")
        if options.messages { return "\(base).swift" }
        return options.services ? "\(base).services.swift" : "\(base).calls.swift"
    }
}
