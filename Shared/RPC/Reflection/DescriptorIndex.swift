internal import Messages
internal import Wire

/// The `.proto` files behind a server's services, by what they declare.
struct DescriptorIndex: Sendable {
    private var files: [String: FileSchema] = [:]
    private var fileBySymbol: [String: String] = [:]
    /// By the extended message, then by number, the file that declares the extension.
    private var extensions: [String: [Int32: String]] = [:]

    /// The full names of the services.
    let services: [String]

    /// Reads what files declare.
    ///
    /// - Parameters:
    ///   - files: those of the services and all that they import.
    ///   - services: the services that are served.
    init(_ files: [FileSchema], _ services: [ServiceSchema]) {
        self.services = services.map(\.fullName).sorted()
        for file in files {
            self.files[file.path] = file
            for message in file.messages {
                fileBySymbol[message.fullName] = file.path
                for field in message.fields {
                    fileBySymbol["\(message.fullName).\(field.name)"] = file.path
                }
            }
            for declared in file.enums {
                fileBySymbol[declared.fullName] = file.path
                // The values of an enum are named beside it.
                let scope = declared.fullName.split(separator: ".").dropLast()
                for value in declared.values {
                    fileBySymbol[(scope + [Substring(value.name)]).joined(separator: ".")] =
                        file.path
                }
            }
            addExtensions(of: file)
        }
        for service in services {
            fileBySymbol[service.fullName] = service.file
            for method in service.methods {
                fileBySymbol["\(service.fullName).\(method.name)"] = service.file
            }
        }
    }

    /// The descriptors of a file and of all that it imports, each once, the file first.
    func descriptors(ofFile path: String) -> [[UInt8]]? {
        guard files[path] != nil else { return nil }
        var found: [[UInt8]] = []
        var seen: Set<String> = [path]
        var pending = [path]
        while !pending.isEmpty {
            guard let file = files[pending.removeFirst()] else { continue }
            found.append(file.descriptor)
            for next in file.imports where seen.insert(next).inserted { pending.append(next) }
        }
        return found
    }

    /// The same by the full name of something that a file declares.
    func descriptors(ofSymbol name: String) -> [[UInt8]]? {
        fileBySymbol[name].flatMap { descriptors(ofFile: $0) }
    }

    /// The same by an extension of a message.
    func descriptors(ofExtension number: Int32, of message: String) -> [[UInt8]]? {
        extensions[message]?[number].flatMap { descriptors(ofFile: $0) }
    }

    /// The numbers of all extensions of a message, in order; nil if no file declares the message.
    func extensionNumbers(of message: String) -> [Int32]? {
        if let found = extensions[message] { return found.keys.sorted() }
        return fileBySymbol[message] == nil ? nil : []
    }

    /// Reads `FileDescriptorProto.extension` (7), whose elements have `extendee` (2) and `number`
    /// (3).
    private mutating func addExtensions(of file: FileSchema) {
        let descriptor = file.descriptor
        let bytes = descriptor.rawBytes
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            guard tag == 7 << 3 | 2 else {
                reader.skip(tag)
                continue
            }
            let declaration = reader.slice().bytes(in: bytes)
            var extendee = ""
            var number: Int32 = 0
            var fields = WireReader(declaration)
            while let tag = fields.nextTag() {
                switch tag {
                case 2 << 3 | 2: extendee = String(repairing: fields.slice().bytes(in: declaration))
                case 3 << 3: number = Int32(truncatingIfNeeded: fields.varint())
                default: fields.skip(tag)
                }
            }
            // Full names in descriptors begin with a dot.
            extensions[String(extendee.drop { $0 == "." }), default: [:]][number] = file.path
        }
    }
}
