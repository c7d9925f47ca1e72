internal import Wire

/// A field with all the names and types that the code for it needs.
struct FieldPlan {
    let field: ProtoField
    /// The property, as `eventID`; not in back-ticks.
    let name: String
    let shape: Shape
    /// The Swift name of the message or enum, or of the map's entry view.
    let typeName: String
    /// Of a map: its entry's key and value.
    let entry: [FieldPlan]
    let isRecursive: Bool

    /// What an element is, as far as the generated code differs.
    enum Shape {
        case scalar(coding: String, type: String)
        case string, bytes, message
    }

    /// The property as declared or used.
    var property: String { SwiftNames.escaped(name) }

    /// The name with a capital, for `set…` and `add…`.
    var capitalizedName: String { name.prefix(1).uppercased() + name.dropFirst() }

    /// The tag an element is written with outside a packed run.
    var tag: UInt32 { UInt32(field.number) << 3 | elementWireType }

    /// The tag of a packed run.
    var packedTag: UInt32 { UInt32(field.number) << 3 | 2 }

    var isScalar: Bool { if case .scalar = shape { true } else { false } }

    var isText: Bool { if case .string = shape { true } else { false } }
    var isMessage: Bool { if case .message = shape { true } else { false } }

    private var elementWireType: UInt32 {
        switch field.kind {
        case .double, .fixed64, .sfixed64: 1
        case .float, .fixed32, .sfixed32: 5
        case .string, .bytes, .message: 2
        default: 0
        }
    }

    /// The coding type of a scalar.
    var coding: String { if case .scalar(let coding, _) = shape { coding } else { "" } }

    /// The type of one element in an owned value.
    var elementType: String {
        switch shape {
        case .scalar(_, let type): type
        case .string: "String"
        case .bytes: "[UInt8]"
        case .message: typeName
        }
    }

    /// The type of one element in a view.
    var viewType: String {
        switch shape {
        case .scalar(_, let type): type
        case .string: "Text"
        case .bytes: "RawSpan"
        case .message: "\(typeName).View"
        }
    }

    /// The default of an element in an owned value.
    var defaultValue: String {
        switch shape {
        case .scalar(_, let type):
            if case .enumeration = field.kind { return "\(type)(rawValue: 0)" }
            return type == "Bool" ? "false" : "0"
        case .string: return "\"\""
        case .bytes: return "[]"
        case .message: return "\(typeName)()"
        }
    }

    /// Says which field this is, where the `.proto` has no comment.
    var fallbackComment: String { "Field \(field.number), `\(field.name)`." }
}

extension FieldPlan {
    /// Plans all fields of a message.
    static func plans(
        for message: ProtoMessage,
        _ types: TypeTable
    ) throws(GeneratorError) -> [FieldPlan] {
        let oneofs = message.realOneofs.map { SwiftNames.property(message.oneofs[$0].name) }
        let fields = message.fields.map { field in
            field.oneof == nil ? SwiftNames.property(field.name) : SwiftNames.member(field.name)
        }
        let names = SwiftNames.distinct(oneofs + fields).dropFirst(oneofs.count)
        var plans: [FieldPlan] = []
        for (field, name) in zip(message.fields, names) {
            plans.append(try FieldPlan(field, name, of: message, types))
        }
        return plans
    }

    private init(
        _ field: ProtoField,
        _ name: String,
        of message: ProtoMessage,
        _ types: TypeTable
    ) throws(GeneratorError) {
        self.field = field
        self.name = name
        isRecursive = types.isRecursive(field, in: message)
        switch field.kind {
        case .string:
            (shape, typeName, entry) = (.string, "", [])
        case .bytes:
            (shape, typeName, entry) = (.bytes, "", [])
        case .message(let reference):
            shape = .message
            typeName = try types.swiftName(reference)
            if field.cardinality == .map {
                entry = try Self.plans(for: types.message(reference), types)
            } else {
                entry = []
            }
        case .enumeration(let reference):
            typeName = try types.swiftName(reference)
            shape = .scalar(coding: "Scalar.Enumeration<\(typeName)>", type: typeName)
            entry = []
        default:
            let (coding, type) = Self.scalarTypes(field.kind)
            (shape, typeName, entry) = (.scalar(coding: "Scalar.\(coding)", type: type), "", [])
        }
    }

    private static func scalarTypes(_ kind: ProtoField.Kind) -> (coding: String, type: String) {
        switch kind {
        case .double: ("Double", "Double")
        case .float: ("Float", "Float")
        case .int32: ("Int32", "Int32")
        case .int64: ("Int64", "Int64")
        case .uint32: ("UInt32", "UInt32")
        case .uint64: ("UInt64", "UInt64")
        case .sint32: ("SInt32", "Int32")
        case .sint64: ("SInt64", "Int64")
        case .fixed32: ("Fixed32", "UInt32")
        case .fixed64: ("Fixed64", "UInt64")
        case .sfixed32: ("SFixed32", "Int32")
        case .sfixed64: ("SFixed64", "Int64")
        default: ("Bool", "Bool")
        }
    }
}

/// A oneof with its members.
struct OneofPlan {
    /// The property, as `choice`; not in back-ticks.
    let name: String
    /// The enum of its members, as `Choice`.
    let typeName: String
    let comment: String
    let members: [FieldPlan]

    var property: String { SwiftNames.escaped(name) }
    var isRecursive: Bool { members.contains(where: \.isRecursive) }
    var hasMessage: Bool { members.contains(where: \.isMessage) }

    /// Says which oneof this is, where the `.proto` has no comment.
    var fallbackComment: String { "The member of `\(name)` that is set, or nil." }

    /// Plans the oneofs of a message.
    static func plans(
        for message: ProtoMessage,
        _ fields: [FieldPlan],
        _ types: TypeTable
    ) throws(GeneratorError) -> [OneofPlan] {
        let names = SwiftNames.distinct(
            message.realOneofs.map { SwiftNames.property(message.oneofs[$0].name) }
        )
        var plans: [OneofPlan] = []
        for (index, name) in zip(message.realOneofs, names) {
            let oneof = message.oneofs[index]
            plans.append(
                OneofPlan(
                    name: name,
                    typeName: try types.declaredName(oneof.reference),
                    comment: oneof.comment,
                    members: fields.filter { $0.field.oneof == index }
                )
            )
        }
        return plans
    }
}
