public import Wire

/// Makes random bytes that are a valid message of a type, from its schema alone.
///
/// Made for tests that compare two codecs: without traits the bytes are as a plain encoder writes
/// them, and each trait adds one liberty that senders have and readers must cope with. Values
/// favour the edges of their types. The size is bounded by a number of fields, nested ones
/// included, so that recursive types end.
public struct RandomWireMessage {
    /// The liberties a message takes.
    public struct Traits: OptionSet, Sendable {
        /// A bit for each trait.
        public let rawValue: Int

        /// Traits by their bits.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Fields in any order; singular ones, but not messages, members of a oneof and map keys
        /// more than once; repeated ones in several places.
        public static let scattered = Traits(rawValue: 1 << 0)
        /// Numbers packed that are declared unpacked, and the other way round.
        public static let mixedPacking = Traits(rawValue: 1 << 1)
        /// Fields whose number the schema does not have.
        public static let unknownFields = Traits(rawValue: 1 << 2)
        /// Groups among the unknown fields.
        public static let groups = Traits(rawValue: 1 << 3)
        /// Known numbers with a wire type their field cannot have, which makes them unknown.
        public static let strayWireTypes = Traits(rawValue: 1 << 4)
        /// Varints longer than they need be, or wider than their field.
        public static let wideVarints = Traits(rawValue: 1 << 5)
        /// U+0000 in strings.
        public static let nulCharacters = Traits(rawValue: 1 << 6)
        /// -0.0 in fields without presence: not their default, though it equals it.
        public static let implicitNegativeZero = Traits(rawValue: 1 << 7)
        /// Well-known types hold only what canonical JSON can show, and NaN has no payload.
        public static let jsonForm = Traits(rawValue: 1 << 8)
        /// With ``scattered``: singular messages in several pieces.
        public static let splitMessages = Traits(rawValue: 1 << 9)
        /// Unknown fields, stray ones too, beside the key and value of a map entry.
        public static let unknownFieldsInEntries = Traits(rawValue: 1 << 10)

        /// Every liberty that the binary form gives.
        public static let anyBinary: Traits = [
            .scattered, .mixedPacking, .unknownFields, .groups, .strayWireTypes, .wideVarints,
            .nulCharacters, .implicitNegativeZero, .splitMessages,
            .unknownFieldsInEntries,
        ]
    }

    var generator: SeededGenerator
    let traits: Traits

    /// The types that may stand inside a `google.protobuf.Any` in JSON form.
    let anyTypes: [MessageSchema]

    /// How many fields may still be written.
    var remainingFields: Int

    static let maximumDepth = 8

    /// Makes a message.
    ///
    /// - Parameters:
    ///   - schema: its type.
    ///   - traits: the liberties it takes.
    ///   - anyTypes: the types that may stand inside an Any in JSON form.
    ///   - fieldCount: how many fields it has at most, nested ones included.
    ///   - generator: where the randomness comes from.
    /// - Returns: its binary form.
    public static func bytes(
        of schema: MessageSchema,
        _ traits: Traits = [],
        anyTypes: [MessageSchema] = [],
        fieldCount: Int = 80,
        using generator: inout SeededGenerator
    ) -> [UInt8] {
        // Many small ones: in a large message one liberty hides behind another.
        let limit = generator.happens(onceIn: 2) ? min(fieldCount, 6) : fieldCount
        let remainingFields = generator.number(in: 0...limit)
        var random = RandomWireMessage(
            generator: generator,
            traits: traits,
            anyTypes: anyTypes,
            remainingFields: remainingFields
        )
        var buffer = OutputBuffer()
        random.writeMessage(schema, depth: 1, to: &buffer)
        generator = random.generator
        return Array(copying: buffer.bytes)
    }

    // MARK: Messages

    /// Writes the fields of a message.
    mutating func writeMessage(_ schema: MessageSchema, depth: Int, to buffer: inout OutputBuffer) {
        if traits.contains(.jsonForm), writeWellKnown(schema, depth: depth, to: &buffer) { return }
        // The outermost message takes most of the fields; those inside it a few each.
        let count = depth == 1 ? remainingFields : nestedFieldCount()
        for field in chooseFields(of: schema, count) {
            maybeWriteUnknown(schema, to: &buffer)
            write(field, depth: depth, to: &buffer)
        }
        maybeWriteUnknown(schema, to: &buffer)
    }

    private mutating func nestedFieldCount() -> Int {
        generator.number(in: 0...max(0, min(remainingFields, 6)))
    }

    /// Chooses fields, each as often as it will be written.
    private mutating func chooseFields(of schema: MessageSchema, _ count: Int) -> [FieldSchema] {
        let fields = schema.fields
        if fields.isEmpty { return [] }
        let chosen = (0..<count).map { _ in generator.number(in: 0...fields.count - 1) }
        if traits.contains([.scattered, .splitMessages]) {
            // Now and then the next piece at once: nothing but the second tag tells the two apart.
            return chosen.flatMap { index in
                Array(repeating: fields[index], count: generator.happens(onceIn: 8) ? 2 : 1)
            }
        }
        if traits.contains(.scattered) {
            var messages = Set<Int>()
            return chosen.map { fields[$0] }.filter { field in
                !field.isSingularMessage || messages.insert(field.number).inserted
            }
        }
        var oneofs = Set<Int>()
        return Set(chosen).sorted().map { fields[$0] }.filter { field in
            field.oneof.map { oneofs.insert($0).inserted } ?? true
        }
    }

    /// Writes a field: one value, or a few elements.
    private mutating func write(
        _ field: FieldSchema,
        depth: Int,
        to buffer: inout OutputBuffer
    ) {
        remainingFields -= 1
        let isMixed = traits.contains(.mixedPacking) && generator.happens(onceIn: 2)
        let count = generator.number(in: 1...4)
        switch field.cardinality {
        case .implicit, .explicit:
            writeElement(field, depth: depth, to: &buffer)
        case .packed where !isMixed:
            writePacked(field, count, to: &buffer)
        case .repeated where isMixed && field.type.isPackable:
            writePacked(field, count, to: &buffer)
        case .packed, .repeated:
            for _ in 0..<count { writeElement(field, depth: depth, to: &buffer) }
        case .map:
            writeEntries(field, count, depth: depth, to: &buffer)
        }
    }

    private mutating func writeElement(
        _ field: FieldSchema,
        depth: Int,
        to buffer: inout OutputBuffer
    ) {
        if case .message(let schema) = field.type {
            if depth >= Self.maximumDepth { return }
            let mark = buffer.beginMessage(tag: UInt32(field.number) << 3 | 2)
            writeMessage(schema(), depth: depth + 1, to: &buffer)
            buffer.endMessage(mark)
            return
        }
        writeTag(UInt64(field.number) << 3 | field.type.wireType, to: &buffer)
        writeScalar(field, to: &buffer)
    }

    /// Writes a packed run, now and then an empty one.
    private mutating func writePacked(
        _ field: FieldSchema,
        _ count: Int,
        to buffer: inout OutputBuffer
    ) {
        let mark = buffer.beginMessage(tag: UInt32(field.number) << 3 | 2)
        for _ in 0..<count - 1 { writeScalar(field, to: &buffer) }
        buffer.endMessage(mark)
    }

    // MARK: Maps

    /// Writes entries of a map, with distinct keys unless fields may be scattered.
    private mutating func writeEntries(
        _ field: FieldSchema,
        _ count: Int,
        depth: Int,
        to buffer: inout OutputBuffer
    ) {
        // Deep enough for the entry and, if it is a message, its value.
        guard case .message(let resolve) = field.type, depth < Self.maximumDepth - 1 else { return }
        let entry = resolve()
        let isScattered = traits.contains(.scattered)
        var keys = Set<[UInt8]>()
        for _ in 0..<count {
            var key = OutputBuffer()
            writeElement(entry.fields[0], depth: depth + 1, to: &key)
            let isNew = keys.insert(Array(copying: key.bytes)).inserted
            if !isNew && !isScattered { continue }
            let hasKey = !isScattered || !generator.happens(onceIn: 10)
            let hasValue = traits.contains(.jsonForm) || !generator.happens(onceIn: 10)
            let isReversed = isScattered && generator.happens(onceIn: 5)
            let mark = buffer.beginMessage(tag: UInt32(field.number) << 3 | 2)
            if hasKey && !isReversed { buffer.append(key.bytes) }
            if hasValue { writeElement(entry.fields[1], depth: depth + 1, to: &buffer) }
            if traits.contains(.unknownFieldsInEntries) { maybeWriteUnknown(entry, to: &buffer) }
            if hasKey && isReversed { buffer.append(key.bytes) }
            buffer.endMessage(mark)
        }
    }
}

extension FieldSchema {
    /// Whether there may be more than one element.
    var isRepeated: Bool { cardinality != .implicit && cardinality != .explicit }

    /// Whether the field is a message of which there may be one.
    var isSingularMessage: Bool {
        if case .message = type { !isRepeated } else { false }
    }
}

extension FieldType {
    /// The wire type of one element outside a packed run.
    var wireType: UInt64 {
        switch self {
        case .double, .fixed64, .sfixed64: 1
        case .string, .bytes, .message: 2
        case .float, .fixed32, .sfixed32: 5
        default: 0
        }
    }

    /// Whether elements may be packed.
    var isPackable: Bool { wireType != 2 }
}
