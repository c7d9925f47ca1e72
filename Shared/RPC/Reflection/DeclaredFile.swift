internal import Wire

// What `google/protobuf/descriptor.proto` says of a file, as far as calls need it. Bytes have been
// validated by `DeclaredFile.schema`, which knows of the messages that are entered here.

/// A `.proto` file.
struct DeclaredFile {
    private(set) var path = ""
    private(set) var messages: [DeclaredMessage] = []
    private(set) var enums: [DeclaredEnum] = []
    private(set) var services: [DeclaredService] = []

    init(_ bytes: RawSpan) {
        var package = ""
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            switch tag {
            case 1 << 3 | 2: path = String(repairing: reader.slice().bytes(in: bytes))
            case 2 << 3 | 2: package = String(repairing: reader.slice().bytes(in: bytes))
            default: reader.skip(tag)
            }
        }
        // The package may stand behind what it is the package of.
        let scope = package.isEmpty ? "" : package + "."
        reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            switch tag {
            case 4 << 3 | 2:
                DeclaredMessage.read(
                    reader.slice().bytes(in: bytes),
                    in: scope,
                    &messages,
                    &enums
                )
            case 5 << 3 | 2:
                enums.append(DeclaredEnum(reader.slice().bytes(in: bytes), in: scope))
            case 6 << 3 | 2:
                services.append(DeclaredService(reader.slice().bytes(in: bytes), in: scope))
            default: reader.skip(tag)
            }
        }
    }

    /// What is read of descriptors; all else is passed over.
    static let schema = MessageSchema(
        "google.protobuf.FileDescriptorProto",
        [
            FieldSchema(1, "name", .string, .explicit),
            FieldSchema(2, "package", .string, .explicit),
            FieldSchema(4, "message_type", .message { DeclaredMessage.schema }, .repeated),
            FieldSchema(5, "enum_type", .message { DeclaredEnum.schema }, .repeated),
            FieldSchema(6, "service", .message { DeclaredService.schema }, .repeated),
        ]
    )
}

/// A message, without those nested in it.
struct DeclaredMessage {
    private(set) var fullName = ""
    private(set) var fields: [DeclaredField] = []
    private(set) var isMapEntry = false

    /// Reads a message and those nested in it.
    static func read(
        _ bytes: RawSpan,
        in scope: String,
        _ messages: inout [DeclaredMessage],
        _ enums: inout [DeclaredEnum]
    ) {
        var message = DeclaredMessage()
        message.fullName = scope + DeclaredName.read(bytes)
        let inner = message.fullName + "."
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            switch tag {
            case 2 << 3 | 2:
                message.fields.append(DeclaredField(reader.slice().bytes(in: bytes)))
            case 3 << 3 | 2: read(reader.slice().bytes(in: bytes), in: inner, &messages, &enums)
            case 4 << 3 | 2:
                enums.append(DeclaredEnum(reader.slice().bytes(in: bytes), in: inner))
            case 7 << 3 | 2:
                message.isMapEntry =
                    DeclaredOption.read(7, in: reader.slice().bytes(in: bytes)) == 1
            default: reader.skip(tag)
            }
        }
        messages.append(message)
    }

    static let schema: MessageSchema = MessageSchema(
        "google.protobuf.DescriptorProto",
        [
            FieldSchema(1, "name", .string, .explicit),
            FieldSchema(2, "field", .message { DeclaredField.schema }, .repeated),
            FieldSchema(3, "nested_type", .message { DeclaredMessage.schema }, .repeated),
            FieldSchema(4, "enum_type", .message { DeclaredEnum.schema }, .repeated),
            FieldSchema(7, "options", .message { DeclaredOption.schema }, .explicit),
        ]
    )
}

/// A field of a message.
struct DeclaredField {
    enum Kind {
        case scalar(FieldType)
        case enumeration(String)
        case message(String)
        case unknown(Int)
    }

    private(set) var name = ""
    private(set) var jsonName: String?
    private(set) var number = 0
    private(set) var isRepeated = false
    /// Whether it is declared `optional`.
    private(set) var isOptional = false
    private(set) var isPacked = true
    private(set) var oneof: Int?
    let kind: Kind

    init(_ bytes: RawSpan) {
        var type = 0
        var typeName = ""
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            switch tag {
            case 1 << 3 | 2: name = String(repairing: reader.slice().bytes(in: bytes))
            case 3 << 3: number = Int(truncatingIfNeeded: reader.varint())
            case 4 << 3: isRepeated = reader.varint() == 3
            case 5 << 3: type = Int(truncatingIfNeeded: reader.varint())
            case 6 << 3 | 2: typeName = String(repairing: reader.slice().bytes(in: bytes))
            case 8 << 3 | 2:
                isPacked = DeclaredOption.read(2, in: reader.slice().bytes(in: bytes)) != 0
            case 9 << 3: oneof = Int(truncatingIfNeeded: reader.varint())
            case 10 << 3 | 2: jsonName = String(repairing: reader.slice().bytes(in: bytes))
            case 17 << 3: isOptional = reader.varint() != 0
            default: reader.skip(tag)
            }
        }
        let name = DeclaredName.absolute(typeName)
        kind =
            switch type {
            case 11: .message(name)
            case 14: .enumeration(name)
            default: Self.scalars[type].map { .scalar($0) } ?? .unknown(type)
            }
    }

    /// By `FieldDescriptorProto.Type`; groups are none of proto3.
    private static let scalars: [Int: FieldType] = [
        1: .double, 2: .float, 3: .int64, 4: .uint64, 5: .int32, 6: .fixed64, 7: .fixed32,
        8: .bool, 9: .string, 12: .bytes, 13: .uint32, 15: .sfixed32, 16: .sfixed64, 17: .sint32,
        18: .sint64,
    ]

    static let schema = MessageSchema(
        "google.protobuf.FieldDescriptorProto",
        [
            FieldSchema(1, "name", .string, .explicit),
            FieldSchema(3, "number", .int32, .explicit),
            FieldSchema(4, "label", .int32, .explicit),
            FieldSchema(5, "type", .int32, .explicit),
            FieldSchema(6, "type_name", .string, .explicit),
            FieldSchema(8, "options", .message { DeclaredOption.schema }, .explicit),
            FieldSchema(9, "oneof_index", .int32, .explicit),
            FieldSchema(10, "json_name", .string, .explicit),
            FieldSchema(17, "proto3_optional", .bool, .explicit),
        ]
    )
}

/// An enum.
struct DeclaredEnum {
    let fullName: String
    private(set) var values: [(Int32, String)] = []

    init(_ bytes: RawSpan, in scope: String) {
        fullName = scope + DeclaredName.read(bytes)
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            guard tag == 2 << 3 | 2 else {
                reader.skip(tag)
                continue
            }
            let value = reader.slice().bytes(in: bytes)
            let number = DeclaredOption.read(2, in: value) ?? 0
            values.append((Int32(truncatingIfNeeded: number), DeclaredName.read(value)))
        }
    }

    static let schema = MessageSchema(
        "google.protobuf.EnumDescriptorProto",
        [
            FieldSchema(1, "name", .string, .explicit),
            FieldSchema(2, "value", .message { valueSchema }, .repeated),
        ]
    )

    private static let valueSchema = MessageSchema(
        "google.protobuf.EnumValueDescriptorProto",
        [
            FieldSchema(1, "name", .string, .explicit),
            FieldSchema(2, "number", .int32, .explicit),
        ]
    )
}

/// A service.
struct DeclaredService {
    let fullName: String
    private(set) var methods: [DeclaredMethod] = []

    init(_ bytes: RawSpan, in scope: String) {
        fullName = scope + DeclaredName.read(bytes)
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            if tag == 2 << 3 | 2 {
                methods.append(DeclaredMethod(reader.slice().bytes(in: bytes)))
            } else {
                reader.skip(tag)
            }
        }
    }

    static let schema = MessageSchema(
        "google.protobuf.ServiceDescriptorProto",
        [
            FieldSchema(1, "name", .string, .explicit),
            FieldSchema(2, "method", .message { DeclaredMethod.schema }, .repeated),
        ]
    )
}

/// A method of a service.
struct DeclaredMethod {
    let name: String
    private(set) var input = ""
    private(set) var output = ""
    private(set) var streamsRequests = false
    private(set) var streamsResponses = false
    private(set) var idempotency = MethodSchema.Idempotency.unknown
    private(set) var access: MethodAccess?

    init(_ bytes: RawSpan) {
        name = DeclaredName.read(bytes)
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            switch tag {
            case 2 << 3 | 2:
                input = DeclaredName.absolute(String(repairing: reader.slice().bytes(in: bytes)))
            case 3 << 3 | 2:
                output = DeclaredName.absolute(String(repairing: reader.slice().bytes(in: bytes)))
            case 4 << 3 | 2:
                let options = reader.slice().bytes(in: bytes)
                switch DeclaredOption.read(34, in: options) {
                case 1: idempotency = .noSideEffects
                case 2: idempotency = .idempotent
                default: break
                }
                access = Self.access(in: options)
            case 5 << 3: streamsRequests = reader.varint() != 0
            case 6 << 3: streamsResponses = reader.varint() != 0
            default: reader.skip(tag)
            }
        }
    }

    static let schema = MessageSchema(
        "google.protobuf.MethodDescriptorProto",
        [
            FieldSchema(1, "name", .string, .explicit),
            FieldSchema(2, "input_type", .string, .explicit),
            FieldSchema(3, "output_type", .string, .explicit),
            FieldSchema(4, "options", .message { optionsSchema }, .explicit),
            FieldSchema(5, "client_streaming", .bool, .explicit),
            FieldSchema(6, "server_streaming", .bool, .explicit),
        ]
    )

    /// Options as `sextant/api/annotations.proto` extends them.
    private static let optionsSchema = MessageSchema(
        "google.protobuf.MethodOptions",
        [FieldSchema(accessNumber, "access", .message { accessSchema }, .explicit)]
    )

    private static let accessNumber = 51_202

    private static let accessSchema = MessageSchema(
        "sextant.api.Access",
        [
            FieldSchema(1, "scopes", .string, .repeated),
            FieldSchema(2, "anonymous", .bool, .implicit),
        ]
    )

    /// Who may call the method; nil if the options do not say.
    private static func access(in options: RawSpan) -> MethodAccess? {
        var access: MethodAccess?
        var reader = WireReader(options)
        while let tag = reader.nextTag() {
            guard tag == UInt32(accessNumber) << 3 | 2 else {
                reader.skip(tag)
                continue
            }
            let bytes = reader.slice().bytes(in: options)
            var scopes: [String] = []
            var fields = WireReader(bytes)
            while let tag = fields.nextTag() {
                if tag == 1 << 3 | 2 {
                    scopes.append(String(repairing: fields.slice().bytes(in: bytes)))
                } else {
                    fields.skip(tag)
                }
            }
            access = DeclaredOption.read(2, in: bytes) == 1 ? .anonymous : .scopes(scopes)
        }
        return access
    }
}

/// Names in descriptors.
private enum DeclaredName {
    /// The `name` (1) of a declaration.
    static func read(_ bytes: RawSpan) -> String {
        var name = ""
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            if tag == 1 << 3 | 2 {
                name = String(repairing: reader.slice().bytes(in: bytes))
            } else {
                reader.skip(tag)
            }
        }
        return name
    }

    /// A full name, which begins with a dot in descriptors.
    static func absolute(_ name: String) -> String { String(name.drop { $0 == "." }) }
}

/// Numbers among options, of which there are too many to name.
private enum DeclaredOption {
    /// The varint of a number, nil if there is none.
    static func read(_ number: UInt32, in bytes: RawSpan) -> UInt64? {
        var found: UInt64?
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            if tag == number << 3 { found = reader.varint() } else { reader.skip(tag) }
        }
        return found
    }

    /// Any options: whatever they are, they are well-formed.
    static let schema = MessageSchema("google.protobuf.Options", [])
}
