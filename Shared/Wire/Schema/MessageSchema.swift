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

    /// The positions of the fields by name.
    var names: NameTable { unsafe storage.pointee.names }

    var entryCount: Int { unsafe storage.pointee.entryCount }
    var valueStride: Int { unsafe storage.pointee.valueStride }

    /// The entry at a position of ``fields``.
    @inline(__always)
    func entry(_ index: Int) -> FieldEntry {
        precondition(index >= 0 && index < entryCount, "no such field")
        return unsafe FieldEntry(storage: storage.pointee.entries + index)
    }

    /// What a tag says of the bytes after it.
    @inline(__always)
    func rule(ofTag tag: UInt32) -> TagRule {
        // `rules` has an element for each of the 128 one-byte tags.
        if tag < 0x80 { return unsafe storage.pointee.rules[Int(tag)] }
        return searchRule(ofTag: tag)
    }

    private func searchRule(ofTag tag: UInt32) -> TagRule {
        guard let index = index(ofNumber: tag >> 3) else { return .unknown }
        return TagRule(of: entry(index), at: index, wireType: UInt8(tag & 7))
    }

    /// The field with a number, or nil.
    @inline(__always)
    func entry(ofNumber number: UInt32) -> FieldEntry? {
        guard let index = index(ofNumber: number) else { return nil }
        // What `index(ofNumber:)` finds is the position of an entry.
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
        /// For each number below ``directLimit``, the position of its field plus one, or 0.
        let direct: UnsafePointer<UInt16>
        let rules: UnsafePointer<TagRule>
        let names: NameTable

        init(_ fullName: String, _ fields: [FieldSchema], valueStride: Int) {
            precondition(fields.count < Int(UInt16.max), "\(fullName) has too many fields")
            self.fullName = fullName
            self.valueStride = valueStride
            declared = fields.sorted { $0.number < $1.number }
            wellKnownType = WellKnownType(rawValue: fullName) ?? .none
            entryCount = fields.count
            let entries = UnsafeMutablePointer<FieldEntry.Storage>.allocate(capacity: fields.count)
            let direct = UnsafeMutablePointer<UInt16>.allocate(
                capacity: Int(MessageSchema.directLimit)
            )
            unsafe direct.initialize(repeating: 0, count: Int(MessageSchema.directLimit))
            let rules = UnsafeMutablePointer<TagRule>.allocate(capacity: 128)
            unsafe rules.initialize(repeating: .unknown, count: 128)
            var tracked: UInt16 = 0
            for (index, field) in declared.enumerated() {
                unsafe (entries + index).initialize(to: FieldEntry.Storage(field, &tracked))
                if field.number < MessageSchema.directLimit {
                    unsafe direct[field.number] = UInt16(index + 1)
                }
                guard field.number < 16 else { continue }
                for wireType in UInt8(0)...5 {
                    let entry = unsafe FieldEntry(storage: entries + index)
                    unsafe rules[field.number << 3 | Int(wireType)] = TagRule(
                        of: entry,
                        at: index,
                        wireType: wireType
                    )
                }
            }
            unsafe self.entries = UnsafePointer(entries)
            unsafe self.direct = UnsafePointer(direct)
            unsafe self.rules = UnsafePointer(rules)
            names = NameTable(declared)
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
