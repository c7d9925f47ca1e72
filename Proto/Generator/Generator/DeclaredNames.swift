/// The Swift names of all that the files of a request declare.
///
/// Two declarations whose names would be one in Swift, or one that would hide a namespace, are
/// refused: no number after a type's name would tell a reader which of the two it is.
struct DeclaredNames {
    /// By reference: packages aside, what a `.proto` declares has a full name of its own.
    private var swiftNames: [String: String] = [:]
    /// What has a full Swift name already, as an error calls it.
    private var owners: [String: String] = [:]
    /// The namespaces that a file and what it imports declare in, by path.
    private var namespaces: [String: Set<String>] = [:]

    init(_ files: [ProtoFile]) throws(GeneratorError) {
        for file in files {
            let namespace = SwiftNames.namespace(ofPackage: file.package)
            try claim(namespace, for: "package '\(file.package)'")
            namespaces[file.path] = file.imports.reduce(into: [namespace]) {
                $0.formUnion(namespaces[$1, default: []])
            }
            let table = SwiftNames.fileTable(ofPath: file.path)
            try claim("\(namespace).\(table)", for: "file '\(file.path)'")
        }
        for file in files where file.isProto3 { try declare(file) }
        for file in files { try checkNothingHides(namespacesOf: file) }
    }

    /// The full Swift name of what has that reference: a message, enum or service, or, after its
    /// message's reference and a dot, a oneof.
    func fullName(_ reference: String) throws(GeneratorError) -> String {
        if let name = swiftNames[reference] { return name }
        throw GeneratorError("'\(reference)' is not declared in any proto3 file that was read")
    }

    private mutating func declare(_ file: ProtoFile) throws(GeneratorError) {
        let scope = SwiftNames.namespace(ofPackage: file.package)
        let namespaces = namespaces[file.path, default: []]
        for declared in file.enums { try declare(declared, in: scope, namespaces) }
        for message in file.messages { try declare(message, in: scope, namespaces) }
        for service in file.services {
            let type = SwiftNames.type(service.name, suffix: "Service", besides: namespaces)
            try declare(service.reference, "service", "\(scope).\(type)")
            for method in service.methods {
                let name = SwiftNames.method(method.name)
                let declared = "method '\(service.fullName).\(method.name)'"
                try claim("\(scope).\(type).\(name)", for: declared)
            }
        }
    }

    private mutating func declare(
        _ message: ProtoMessage,
        in scope: String,
        _ namespaces: Set<String>
    ) throws(GeneratorError) {
        let type = SwiftNames.type(message.name, suffix: "Message", besides: namespaces)
        let name = "\(scope).\(type)"
        try declare(message.reference, "message", name)
        for declared in message.enums { try declare(declared, in: name, namespaces) }
        for nested in message.messages { try declare(nested, in: name, namespaces) }
        let nested = Set(owners.keys)
        for index in message.realOneofs {
            let oneof = message.oneofs[index]
            var choice = "\(name).\(SwiftNames.choice(oneof.name, besides: namespaces))"
            // A message or enum inside keeps its name.
            if nested.contains(choice) { choice += "Choice" }
            try declare(oneof.reference, "oneof", choice)
        }
    }

    private mutating func declare(
        _ declared: ProtoEnum,
        in scope: String,
        _ namespaces: Set<String>
    ) throws(GeneratorError) {
        let type = SwiftNames.type(declared.name, suffix: "Enum", besides: namespaces)
        try declare(declared.reference, "enum", "\(scope).\(type)")
    }

    private mutating func declare(
        _ reference: String,
        _ kind: String,
        _ name: String
    ) throws(GeneratorError) {
        try claim(name, for: "\(kind) '\(reference.dropFirst())'")
        swiftNames[reference] = name
    }

    private mutating func claim(_ name: String, for declared: String) throws(GeneratorError) {
        let owner = owners.updateValue(declared, forKey: name)
        // Any number of files may have one package.
        if let owner, owner != declared || !declared.hasPrefix("package ") {
            throw GeneratorError(
                "\(owner) and \(declared) are both '\(name)' in Swift: rename one"
            )
        }
    }

    /// A type of another file in the same package may have the name of a namespace that this file
    /// needs; inside one file such a type got a suffix.
    private func checkNothingHides(namespacesOf file: ProtoFile) throws(GeneratorError) {
        let scope = SwiftNames.namespace(ofPackage: file.package)
        for namespace in namespaces[file.path, default: []].sorted() {
            guard let hiding = owners["\(scope).\(namespace)"] else { continue }
            let package = owners[namespace, default: namespace]
            throw GeneratorError("\(file.path): \(hiding) hides \(package): rename one")
        }
    }
}
