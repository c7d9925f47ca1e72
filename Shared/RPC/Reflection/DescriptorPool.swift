internal import Net
public import Wire

/// The types and methods that descriptors of `.proto` files declare, made at run time.
///
/// Each message becomes a table that lives as long as the process, as generated ones do: a pool is
/// for programs that look at a server, not for servers.
public struct DescriptorPool: Sendable {
    /// Why descriptors declare nothing.
    public enum Fault: Error, Equatable, CustomStringConvertible {
        /// The bytes are no descriptor.
        case malformed(String)
        /// A field or a method has a type that no file declares.
        case unknownType(String, of: String)

        /// What is wrong.
        public var description: String {
            switch self {
            case .malformed(let reason): "a descriptor cannot be read: \(reason)"
            case .unknownType(let name, let user): "'\(user)' has the unknown type '\(name)'"
            }
        }
    }

    /// The services, by their full names.
    public let services: [String: ServiceSchema]
    /// The messages that may stand in a `google.protobuf.Any`.
    public let types: TypeRegistry

    /// Makes what files declare.
    ///
    /// - Parameter files: serialized `google.protobuf.FileDescriptorProto`s, with all that they
    ///   import.
    /// - Throws: ``Fault``.
    public init(files: [[UInt8]]) throws(Fault) {
        var declared: [DeclaredFile] = []
        for bytes in files {
            do throws(CodecError) {
                try DeclaredFile.schema.validate(bytes.rawBytes)
            } catch {
                throw .malformed("\(error)")
            }
            declared.append(DeclaredFile(bytes.rawBytes))
        }
        let enums = Dictionary(
            declared.flatMap(\.enums).map { ($0.fullName, EnumSchema($0.fullName, $0.values)) }
        ) { first, _ in first }
        let messages = Dictionary(
            declared.flatMap(\.messages).map { ($0.fullName, $0) }
        ) { first, _ in first }
        let linker = Linker()
        for message in messages.values {
            var fields: [FieldSchema] = []
            for field in message.fields {
                fields.append(try field.schema(of: message, messages, enums, linker))
            }
            linker.add(MessageSchema(message.fullName, fields))
        }
        var services: [String: ServiceSchema] = [:]
        for file in declared {
            for service in file.services {
                var methods: [MethodSchema] = []
                for method in service.methods {
                    methods.append(try method.schema(of: service.fullName, linker))
                }
                services[service.fullName] =
                    ServiceSchema(service.fullName, file: file.path, methods)
            }
        }
        self.services = services
        types = TypeRegistry(linker.all)
    }
}

/// Finds messages by their names, once all of them are made.
private final class Linker: Sendable {
    private let schemas = Locked<[String: MessageSchema]>([:])

    func add(_ schema: MessageSchema) { schemas.withLock { $0[schema.fullName] = schema } }

    func find(_ name: String) -> MessageSchema? { schemas.withLock { $0[name] } }

    var all: [MessageSchema] { schemas.withLock { Array($0.values) } }
}

extension DeclaredField {
    fileprivate func schema(
        of message: DeclaredMessage,
        _ messages: [String: DeclaredMessage],
        _ enums: [String: EnumSchema],
        _ linker: Linker
    ) throws(DescriptorPool.Fault) -> FieldSchema {
        let type: FieldType
        var isMap = false
        switch kind {
        case .scalar(let scalar): type = scalar
        case .enumeration(let name):
            guard let schema = enums[name] else {
                throw .unknownType(name, of: "\(message.fullName).\(self.name)")
            }
            type = .enumeration(schema)
        case .message(let name):
            guard let target = messages[name] else {
                throw .unknownType(name, of: "\(message.fullName).\(self.name)")
            }
            isMap = target.isMapEntry && isRepeated
            // By the time a field is read all messages are there.
            type = .message { linker.find(name) ?? MessageSchema(name, []) }
        case .unknown(let number):
            throw .malformed("\(message.fullName).\(self.name) is of type \(number)")
        }
        guard (1..<1 << 29).contains(number) else {
            throw .malformed("\(message.fullName).\(self.name) has the number \(number)")
        }
        return FieldSchema(
            number,
            self.name,
            type,
            isMap ? .map : message.isMapEntry ? .implicit : cardinality,
            json: jsonName,
            oneof: isOptional ? nil : oneof
        )
    }

    private var cardinality: Cardinality {
        if isRepeated {
            if case .scalar(let scalar) = kind {
                switch scalar {
                case .string, .bytes: return .repeated
                default: return isPacked ? .packed : .repeated
                }
            }
            if case .enumeration = kind { return isPacked ? .packed : .repeated }
            return .repeated
        }
        if case .message = kind { return .explicit }
        return isOptional || oneof != nil ? .explicit : .implicit
    }
}

extension DeclaredMethod {
    fileprivate func schema(
        of service: String,
        _ linker: Linker
    ) throws(DescriptorPool.Fault) -> MethodSchema {
        guard let input = linker.find(input) else {
            throw .unknownType(self.input, of: "\(service).\(name)")
        }
        guard let output = linker.find(output) else {
            throw .unknownType(self.output, of: "\(service).\(name)")
        }
        return MethodSchema(
            name,
            of: service,
            from: input,
            to: output,
            streaming: streamsRequests
                ? streamsResponses ? .both : .client : streamsResponses ? .server : .none,
            idempotency: idempotency,
            access: access
        )
    }
}
