/// One field of a message, as its `.proto` declares it.
public struct FieldSchema: Sendable {
    /// The field number, in 1…536,870,911.
    public let number: Int

    /// The name in the `.proto` file, as `occurred_at`.
    public let name: String

    /// The name in JSON, as `occurredAt`.
    public let jsonName: String

    /// What an element of the field is.
    public let type: FieldType

    /// How many elements there may be, and whether absence can be told from the default.
    public let cardinality: Cardinality

    /// The position of the oneof the field is a member of, among its message's oneofs.
    public let oneof: Int?

    /// Declares a field.
    ///
    /// - Parameters:
    ///   - number: the field number.
    ///   - name: the name in the `.proto` file.
    ///   - type: what an element is.
    ///   - cardinality: how many there may be.
    ///   - json: the name in JSON; by default `name` in lower camel case.
    ///   - oneof: the position of the oneof it is a member of.
    public init(
        _ number: Int,
        _ name: String,
        _ type: FieldType,
        _ cardinality: Cardinality = .implicit,
        json: String? = nil,
        oneof: Int? = nil
    ) {
        self.number = number
        self.name = name
        self.jsonName = json ?? Self.lowerCamelCase(name)
        self.type = type
        self.cardinality = cardinality
        self.oneof = oneof
    }

    /// The JSON name protobuf derives from a field's name: each `_` is dropped and the letter after
    /// it made upper case.
    public static func lowerCamelCase(_ name: String) -> String {
        var result = ""
        var capitalizeNext = false
        for scalar in name.unicodeScalars {
            if scalar == "_" {
                capitalizeNext = true
            } else if capitalizeNext && ("a"..."z").contains(scalar) {
                result += scalar.properties.uppercaseMapping
                capitalizeNext = false
            } else {
                result.unicodeScalars.append(scalar)
                capitalizeNext = false
            }
        }
        return result
    }
}

/// How many elements a field may have.
public enum Cardinality: UInt8, Sendable {
    /// At most one; a default value is the same as absence (proto3 without `optional`).
    case implicit
    /// At most one; presence is tracked (`optional`, messages, members of a oneof).
    case explicit
    /// Any number; numbers are written packed.
    case packed
    /// Any number; each element is written with its own tag.
    case repeated
    /// Any number of entries with distinct keys, each written as a message of `key` and `value`.
    case map
}

/// What an element of a field is.
public enum FieldType: Sendable {
    case double, float
    case int32, int64, uint32, uint64, sint32, sint64
    case fixed32, fixed64, sfixed32, sfixed64
    case bool, string, bytes
    /// An open enum: numbers it does not name are kept.
    case enumeration(EnumSchema)
    /// A message; a closure, since messages may contain themselves.
    case message(@Sendable () -> MessageSchema)
}

/// The kinds of ``FieldType`` without what they refer to.
@usableFromInline
enum FieldKind: UInt8 {
    case double, float
    case int32, int64, uint32, uint64, sint32, sint64
    case fixed32, fixed64, sfixed32, sfixed64
    case bool, string, bytes
    case enumeration, message

    init(_ type: FieldType) {
        switch type {
        case .double: self = .double
        case .float: self = .float
        case .int32: self = .int32
        case .int64: self = .int64
        case .uint32: self = .uint32
        case .uint64: self = .uint64
        case .sint32: self = .sint32
        case .sint64: self = .sint64
        case .fixed32: self = .fixed32
        case .fixed64: self = .fixed64
        case .sfixed32: self = .sfixed32
        case .sfixed64: self = .sfixed64
        case .bool: self = .bool
        case .string: self = .string
        case .bytes: self = .bytes
        case .enumeration: self = .enumeration
        case .message: self = .message
        }
    }

    /// The wire type of one element outside a packed run.
    var wireType: WireType {
        switch self {
        case .double, .fixed64, .sfixed64: .fixed64
        case .float, .fixed32, .sfixed32: .fixed32
        case .string, .bytes, .message: .lengthDelimited
        default: .varint
        }
    }
}
