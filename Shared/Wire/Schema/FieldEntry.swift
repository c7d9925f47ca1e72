internal import Synchronization

/// A field of a ``MessageSchema`` in the form the codec reads: a pointer, free to copy.
@safe
struct FieldEntry {
    let storage: UnsafePointer<Storage>

    /// The field number.
    var number: UInt32 { unsafe storage.pointee.number }

    /// What an element is.
    var kind: FieldKind { unsafe storage.pointee.kind }

    /// The wire type of one element outside a packed run.
    var wireType: WireType { unsafe storage.pointee.wireType }

    /// How many elements there may be.
    var cardinality: Cardinality { unsafe storage.pointee.cardinality }

    /// Whether there may be more than one element.
    var isRepeated: Bool { cardinality.rawValue >= Cardinality.packed.rawValue }

    /// The position of the field's oneof, or -1.
    var oneof: Int { unsafe Int(storage.pointee.oneof) }

    /// Which bit of the validator's set stands for the field, or ``untracked``.
    var trackedBit: UInt16 { unsafe storage.pointee.trackedBit }

    /// The field as declared, for its names.
    var declared: FieldSchema { unsafe storage.pointee.names.pointee.declared }

    /// The tag of one element outside a packed run.
    @inline(__always)
    var tag: UInt32 { number &<< 3 | UInt32(wireType.rawValue) }

    /// The field's name in JSON with its quotes and colon, ready to be written.
    var jsonKey: RawSpan {
        @_lifetime(immortal)
        get { unsafe storage.pointee.names.pointee.jsonKey.bytes }
    }

    /// The field's name in the `.proto` file with its quotes and colon.
    var protoKey: RawSpan {
        @_lifetime(immortal)
        get { unsafe storage.pointee.names.pointee.protoKey.bytes }
    }

    /// Whether the two keys differ.
    var hasTwoNames: Bool { unsafe storage.pointee.names.pointee.hasTwoNames }

    /// The names of the enum an element is, of a field of kind enumeration.
    var enumNames: EnumNames? { unsafe storage.pointee.names.pointee.enumNames }

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

    /// Resolves the message the first time it is needed.
    ///
    /// Two threads may both do so; they store the same pointer.
    @inline(never)
    private func link() -> MessageSchema {
        guard case .message(let resolve) = declared.type else {
            preconditionFailure("\(declared.name) is not a message field")
        }
        let schema = resolve()
        let address = unsafe UInt(bitPattern: schema.storage)
        unsafe storage.pointee.link.store(address, ordering: .releasing)
        return schema
    }

    static let untracked = UInt16.max

    /// What the validator reads of each field: half a cache line, so that the fields of most
    /// messages fit a few lines.
    @safe
    struct Storage: ~Copyable {
        let number: UInt32
        let oneof: Int16
        let trackedBit: UInt16
        let kind: FieldKind
        let wireType: WireType
        let cardinality: Cardinality
        let link: Atomic<UInt>
        let names: UnsafePointer<Names>

        /// - Parameters:
        ///   - field: the field.
        ///   - tracked: how many fields before this one have a bit of their own.
        init(_ field: FieldSchema, _ tracked: inout UInt16) {
            number = UInt32(field.number)
            oneof = Int16(field.oneof ?? -1)
            kind = FieldKind(field.type)
            wireType = kind.wireType
            cardinality = field.cardinality
            link = Atomic(0)
            if field.cardinality.rawValue >= Cardinality.packed.rawValue || kind == .message {
                trackedBit = tracked
                tracked += 1
            } else {
                trackedBit = FieldEntry.untracked
            }
            let names = UnsafeMutablePointer<Names>.allocate(capacity: 1)
            unsafe names.initialize(to: Names(field))
            unsafe self.names = UnsafePointer(names)
        }
    }

    /// What only JSON and errors need.
    @safe
    struct Names {
        let declared: FieldSchema
        let jsonKey: ImmortalBytes
        let protoKey: ImmortalBytes
        let hasTwoNames: Bool
        let enumNames: EnumNames?

        init(_ field: FieldSchema) {
            declared = field
            jsonKey = ImmortalBytes(jsonText: field.jsonName, end: ":")
            protoKey = ImmortalBytes(jsonText: field.name, end: ":")
            hasTwoNames = field.jsonName != field.name
            if case .enumeration(let schema) = field.type {
                enumNames = schema.names
            } else {
                enumNames = nil
            }
        }
    }
}

extension FieldEntry: Equatable {
    /// Whether both are the same field of the same declaration.
    @inline(__always)
    static func == (left: FieldEntry, right: FieldEntry) -> Bool {
        unsafe left.storage == right.storage
    }
}
