internal import Wire

/// A `.proto` file as the generator works with it: plain values, names resolved.
struct ProtoFile {
    let path: String
    let isProto3: Bool
    let package: String
    let imports: [String]
    let messages: [ProtoMessage]
    let enums: [ProtoEnum]
    let services: [ProtoService]
    /// The serialized descriptor, without source positions.
    let descriptor: [UInt8]

    /// The references to all types that fields and methods name.
    var references: Set<String> {
        var found: Set<String> = []
        for message in messages { message.collectReferences(into: &found) }
        for method in services.flatMap(\.methods) {
            found.formUnion([method.input, method.output])
        }
        return found
    }

    /// The references to all types that methods take and give, and to their services.
    var callReferences: Set<String> {
        var found: Set<String> = []
        for service in services {
            found.insert(service.reference)
            for method in service.methods { found.formUnion([method.input, method.output]) }
        }
        return found
    }

    /// The references to all types the file declares.
    var declared: Set<String> {
        var found = Set(enums.map(\.reference))
        for message in messages { message.collectDeclared(into: &found) }
        return found
    }
}

/// A message and what is declared inside it.
struct ProtoMessage {
    /// The full name with a leading dot, as descriptors refer to it.
    let reference: String
    let name: String
    let comment: String
    let fields: [ProtoField]
    let oneofs: [ProtoOneof]
    let messages: [ProtoMessage]
    let enums: [ProtoEnum]
    /// Whether protoc made the message for a map's entries.
    let isMapEntry: Bool

    var fullName: String { String(reference.dropFirst()) }

    fileprivate func collectReferences(into found: inout Set<String>) {
        for field in fields {
            switch field.kind {
            case .enumeration(let reference), .message(let reference): found.insert(reference)
            default: break
            }
        }
        for message in messages { message.collectReferences(into: &found) }
    }

    fileprivate func collectDeclared(into found: inout Set<String>) {
        found.insert(reference)
        found.formUnion(enums.map(\.reference))
        for message in messages { message.collectDeclared(into: &found) }
    }

    /// The positions of the oneofs the file declares; what `optional` makes is not among them.
    var realOneofs: [Int] {
        oneofs.indices.filter { index in fields.contains { $0.oneof == index } }
    }
}

/// A oneof of a message, or what `optional` makes of a field.
struct ProtoOneof {
    /// Its message's reference, a dot and its name.
    let reference: String
    let name: String
    let comment: String
}

/// A field of a message.
struct ProtoField {
    let number: Int
    let name: String
    let jsonName: String
    let comment: String
    let kind: Kind
    let cardinality: Cardinality
    /// The position of its oneof among its message's; nil also for what `optional` makes.
    let oneof: Int?

    enum Kind: Hashable {
        case double, float, int32, int64, uint32, uint64, sint32, sint64
        case fixed32, fixed64, sfixed32, sfixed64, bool, string, bytes
        case enumeration(String)
        case message(String)
    }
}

/// An enum and its values.
struct ProtoEnum {
    /// The full name with a leading dot, as descriptors refer to it.
    let reference: String
    let name: String
    let comment: String
    let values: [(name: String, number: Int32, comment: String)]

    var fullName: String { String(reference.dropFirst()) }
}

/// A service and its methods.
struct ProtoService {
    /// The full name with a leading dot, as descriptors refer to it.
    let reference: String
    let name: String
    let comment: String
    let methods: [ProtoMethod]

    var fullName: String { String(reference.dropFirst()) }

    /// The name without the root and the version of the package, as in `attribution.Models`.
    ///
    /// Two packages may each have a service of one name.
    var nameInDocument: String {
        let parts = fullName.split(separator: ".")
        let isVersion = { (part: Substring) in
            part.first == "v" && part.dropFirst().allSatisfy(\.isWholeNumber)
        }
        return parts.dropFirst(parts.count > 1 ? 1 : 0)
            .filter { !isVersion($0) }
            .joined(separator: ".")
    }
}

/// One method of a service.
struct ProtoMethod {
    let name: String
    let comment: String
    let input: String
    let output: String
    let streaming: MethodSchema.Streaming
    let idempotency: MethodSchema.Idempotency
    let access: MethodAccess?
    /// How many seconds an answer is good; nil if it is not said.
    let lifetime: UInt32?
    let rules: [Rule]

    /// An HTTP rule as it stands in the options.
    struct Rule {
        let verb: String
        let template: String
        let body: String
        let responseBody: String
    }
}

/// Why code cannot be generated; shown by protoc.
struct GeneratorError: Error {
    let description: String

    init(_ description: String) { self.description = description }
}
