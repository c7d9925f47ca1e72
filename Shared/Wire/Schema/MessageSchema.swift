internal import Synchronization

/// The table of a message type that the validator and the JSON codec work from.
///
/// A schema is a pointer to storage that lives as long as the process: following one costs no
/// reference counting. Generated code makes one for each message, once.
@safe
public struct MessageSchema: @unchecked Sendable {
    // `@unchecked`: the storage is written before it is published; its links are atomic.
    let storage: UnsafePointer<Storage>

    /// Declares a message.
    ///
    /// - Parameters:
    ///   - fullName: the full name, as `sextant.ingest.v1.Event`.
    ///   - fields: its fields, in any order.
    ///   - valueStride: the memory one owned value takes in a collection, in bytes.
    public init(_ fullName: String, _ fields: [FieldSchema], valueStride: Int = 0) {
        let memory = UnsafeMutablePointer<Storage>.allocate(capacity: 1)
        unsafe memory.initialize(to: Storage(fullName, fields, valueStride: valueStride))
        unsafe storage = UnsafePointer(memory)
    }

    init(linked storage: UnsafePointer<Storage>) {
        unsafe self.storage = storage
    }

    /// The full name, as `sextant.ingest.v1.Event`.
    public var fullName: String { unsafe storage.pointee.fullName }

    /// The fields, in order of their numbers.
    public var fields: [FieldSchema] { unsafe storage.pointee.declared }

    /// How the message differs from others in JSON.
    var wellKnownType: WellKnownType { unsafe storage.pointee.wellKnownType }

    var entryCount: Int { unsafe storage.pointee.entryCount }
    var valueStride: Int { unsafe storage.pointee.valueStride }

    /// The entry at a position of ``fields``.
    @inline(__always)
    func entry(_ index: Int) -> FieldEntry {
        precondition(index >= 0 && index < entryCount, "no such field")
        return unsafe FieldEntry(storage: storage.pointee.entries + index)
    }

    /// The position in ``fields`` of the field with a number, or nil.
    @inline(__always)
    func index(ofNumber number: UInt32) -> Int? {
        if number < Self.directLimit {
            // `direct` has an element for each number below the limit; 0 says there is none.
            let position = unsafe storage.pointee.direct[Int(number)]
            return position == 0 ? nil : Int(position) &- 1
        }
        return searchIndex(ofNumber: number)
    }

    /// Binary search among the numbers too large for the direct table.
    private func searchIndex(ofNumber number: UInt32) -> Int? {
        var low = 0
        var high = entryCount
        while low < high {
            let middle = (low + high) / 2
            if entry(middle).number < number { low = middle + 1 } else { high = middle }
        }
        return low < entryCount && entry(low).number == number ? low : nil
    }

    /// Numbers below this are looked up in a table of their own.
    static let directLimit: UInt32 = 128

    @safe
    struct Storage: ~Copyable {
        let fullName: String
        let declared: [FieldSchema]
        let valueStride: Int
        let wellKnownType: WellKnownType
        let entryCount: Int
        let entries: UnsafePointer<FieldEntry.Storage>
        let direct: UnsafePointer<UInt16>
        let names: FieldNameTable

        init(_ fullName: String, _ fields: [FieldSchema], valueStride: Int) {
            precondition(fields.count < Int(UInt16.max), "\(fullName) has too many fields")
            self.fullName = fullName
            self.valueStride = valueStride
            declared = fields.sorted { $0.number < $1.number }
            wellKnownType = WellKnownType(rawValue: fullName) ?? .none
            entryCount = fields.count
            let entries = UnsafeMutablePointer<FieldEntry.Storage>.allocate(capacity: fields.count)
            let direct = UnsafeMutablePointer<UInt16>.allocate(capacity: Int(MessageSchema.directLimit))
            unsafe direct.initialize(repeating: 0, count: Int(MessageSchema.directLimit))
            var tracked: UInt16 = 0
            for (index, field) in declared.enumerated() {
                unsafe (entries + index).initialize(to: FieldEntry.Storage(field, &tracked))
                if field.number < MessageSchema.directLimit {
                    unsafe direct[field.number] = UInt16(index + 1)
                }
            }
            unsafe self.entries = UnsafePointer(entries)
            unsafe self.direct = UnsafePointer(direct)
            names = FieldNameTable(declared)
        }
    }
}

extension MessageSchema: Hashable {
    /// Whether both are the same declaration.
    public static func == (left: MessageSchema, right: MessageSchema) -> Bool {
        unsafe left.storage == right.storage
    }

    /// Hashes the identity of the declaration.
    public func hash(into hasher: inout Hasher) {
        unsafe hasher.combine(storage)
    }
}

/// A field of a ``MessageSchema`` in the form the codec reads: a pointer, free to copy.
@safe
struct FieldEntry {
    let storage: UnsafePointer<Storage>

    var number: UInt32 { unsafe storage.pointee.number }
    var kind: FieldKind { unsafe storage.pointee.kind }
    var cardinality: Cardinality { unsafe storage.pointee.cardinality }
    var isRepeated: Bool { cardinality.rawValue >= Cardinality.packed.rawValue }

    /// The position of the field's oneof, or -1.
    var oneof: Int { unsafe Int(storage.pointee.oneof) }

    /// Which bit of the validator's set stands for the field, or ``untracked``.
    var trackedBit: UInt16 { unsafe storage.pointee.trackedBit }

    /// The field as declared, for its names.
    var declared: FieldSchema { unsafe storage.pointee.declared }

    /// The field's name in JSON with its quotes and colon, ready to be written.
    var jsonKey: RawSpan {
        @_lifetime(immortal)
        get {
            let key = unsafe RawSpan(_unsafeBytes: storage.pointee.jsonKey)
            return unsafe _overrideLifetime(key, copying: ())
        }
    }

    /// The message an element is, of a field of kind message.
    @inline(__always)
    var message: MessageSchema {
        if let linked = unsafe UnsafePointer<MessageSchema.Storage>(
            bitPattern: storage.pointee.link.load(ordering: .acquiring)
        ) {
            return unsafe MessageSchema(linked: linked)
        }
        return link()
    }

    /// The enum an element is, of a field of kind enumeration.
    var enumeration: EnumSchema? {
        if case .enumeration(let schema) = declared.type { schema } else { nil }
    }

    /// Resolves the message the first time it is needed. Two threads may both do so; they store the
    /// same pointer.
    @inline(never)
    private func link() -> MessageSchema {
        guard case .message(let resolve) = declared.type else {
            preconditionFailure("\(declared.name) is not a message field")
        }
        let schema = resolve()
        unsafe storage.pointee.link.store(UInt(bitPattern: schema.storage), ordering: .releasing)
        return schema
    }

    static let untracked = UInt16.max

    @safe
    struct Storage: ~Copyable {
        let number: UInt32
        let kind: FieldKind
        let cardinality: Cardinality
        let oneof: Int16
        let trackedBit: UInt16
        let link: Atomic<UInt>
        let jsonKey: UnsafeRawBufferPointer
        let declared: FieldSchema

        /// - Parameter tracked: how many fields before this one have a bit of their own.
        init(_ field: FieldSchema, _ tracked: inout UInt16) {
            number = UInt32(field.number)
            kind = FieldKind(field.type)
            cardinality = field.cardinality
            oneof = Int16(field.oneof ?? -1)
            link = Atomic(0)
            declared = field
            if field.cardinality.rawValue >= Cardinality.packed.rawValue || kind == .message {
                trackedBit = tracked
                tracked += 1
            } else {
                trackedBit = FieldEntry.untracked
            }
            let key = Array("\"\(field.jsonName)\":".utf8)
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: key.count, alignment: 1)
            unsafe memory.copyBytes(from: key)
            unsafe jsonKey = UnsafeRawBufferPointer(memory)
        }
    }
}

/// The messages of `google.protobuf` that JSON shows in a form of their own.
enum WellKnownType: String {
    case none = ""
    case any = "google.protobuf.Any"
    case duration = "google.protobuf.Duration"
    case fieldMask = "google.protobuf.FieldMask"
    case listValue = "google.protobuf.ListValue"
    case structure = "google.protobuf.Struct"
    case timestamp = "google.protobuf.Timestamp"
    case value = "google.protobuf.Value"
    case boolValue = "google.protobuf.BoolValue"
    case bytesValue = "google.protobuf.BytesValue"
    case doubleValue = "google.protobuf.DoubleValue"
    case floatValue = "google.protobuf.FloatValue"
    case int32Value = "google.protobuf.Int32Value"
    case int64Value = "google.protobuf.Int64Value"
    case stringValue = "google.protobuf.StringValue"
    case uint32Value = "google.protobuf.UInt32Value"
    case uint64Value = "google.protobuf.UInt64Value"

    /// Whether the message is a wrapper, shown as the bare value of its only field.
    var isWrapper: Bool {
        switch self {
        case .boolValue, .bytesValue, .doubleValue, .floatValue, .int32Value, .int64Value,
            .stringValue, .uint32Value, .uint64Value:
            true
        default: false
        }
    }

    /// Whether JSON shows the message as anything but an object of its fields.
    var hasOwnForm: Bool { self != .none }
}
