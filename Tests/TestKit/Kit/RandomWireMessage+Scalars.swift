internal import Wire

extension RandomWireMessage {
    /// Writes the value of a field that is no message.
    mutating func writeScalar(_ field: FieldSchema, to buffer: inout OutputBuffer) {
        switch field.type {
        case .double: writeDouble(field, to: &buffer)
        case .float: writeFloat(field, to: &buffer)
        case .int32: writeNarrow(Int32(truncatingIfNeeded: generator.integerBits()), to: &buffer)
        case .int64, .uint64: writeVarint(generator.integerBits(), to: &buffer)
        case .uint32:
            writeNarrow(UInt64(UInt32(truncatingIfNeeded: generator.integerBits())), to: &buffer)
        case .sint32:
            let value = Int32(truncatingIfNeeded: generator.integerBits())
            writeNarrow(UInt64(ZigZag.encode(value)), to: &buffer)
        case .sint64:
            writeVarint(ZigZag.encode(Int64(bitPattern: generator.integerBits())), to: &buffer)
        case .fixed32, .sfixed32:
            buffer.appendFixed(UInt32(truncatingIfNeeded: generator.integerBits()))
        case .fixed64, .sfixed64: buffer.appendFixed(generator.integerBits())
        case .bool:
            let isWide = traits.contains(.wideVarints) && generator.happens(onceIn: 4)
            let bits = generator.integerBits()
            writeVarint(isWide ? bits : bits & 1, to: &buffer)
        case .string:
            let text = generator.text(withNUL: traits.contains(.nulCharacters))
            writeContents(Array(text.utf8), to: &buffer)
        case .bytes: writeContents(generator.bytes(), to: &buffer)
        case .enumeration(let schema): writeEnumeration(schema, to: &buffer)
        case .message: preconditionFailure("\(field.name) is a message")
        }
    }

    // MARK: Numbers

    private mutating func writeDouble(_ field: FieldSchema, to buffer: inout OutputBuffer) {
        let value = generator.double()
        let isPlainZero = value == 0 && !mayBeNegativeZero(field)
        let isPlainNaN = value.isNaN && traits.contains(.jsonForm)
        buffer.appendFixed((isPlainZero ? 0 : isPlainNaN ? .nan : value).bitPattern)
    }

    private mutating func writeFloat(_ field: FieldSchema, to buffer: inout OutputBuffer) {
        var value = generator.float()
        // google.protobuf cannot read the largest float from the JSON it prints.
        if traits.contains(.jsonForm), value.isFinite, value.magnitude > 3.4e38 { value = 3.4e38 }
        let isPlainZero = value == 0 && !mayBeNegativeZero(field)
        let isPlainNaN = value.isNaN && traits.contains(.jsonForm)
        buffer.appendFixed((isPlainZero ? 0 : isPlainNaN ? .nan : value).bitPattern)
    }

    private func mayBeNegativeZero(_ field: FieldSchema) -> Bool {
        field.cardinality != .implicit || traits.contains(.implicitNegativeZero)
    }

    /// Writes a number the enum names, or one it does not.
    private mutating func writeEnumeration(_ schema: EnumSchema, to buffer: inout OutputBuffer) {
        // JSON shows this one as null, whatever its number.
        let isNull = schema.fullName == "google.protobuf.NullValue" && traits.contains(.jsonForm)
        let value =
            isNull || !generator.happens(onceIn: 3)
            ? generator.pick(schema.values).number
            : Int32(truncatingIfNeeded: generator.integerBits())
        writeNarrow(value, to: &buffer)
    }

    private mutating func writeNarrow(_ value: Int32, to buffer: inout OutputBuffer) {
        writeNarrow(UInt64(bitPattern: Int64(value)), to: &buffer)
    }

    /// Writes a number of which the reader looks at the lower 32 bits only.
    private mutating func writeNarrow(_ value: UInt64, to buffer: inout OutputBuffer) {
        let isWide = traits.contains(.wideVarints) && generator.happens(onceIn: 4)
        writeVarint(isWide ? value ^ generator.next() << 32 : value, to: &buffer)
    }

    private mutating func writeVarint(_ value: UInt64, to buffer: inout OutputBuffer) {
        writePadded(value, maximumLength: 10, to: &buffer)
    }

    /// Writes a tag; no reader looks beyond its fifth byte.
    mutating func writeTag(_ tag: UInt64, to buffer: inout OutputBuffer) {
        writePadded(tag, maximumLength: 5, to: &buffer)
    }

    /// Writes a varint, with the trait now and then in more bytes than it needs.
    private mutating func writePadded(
        _ value: UInt64,
        maximumLength: Int,
        to buffer: inout OutputBuffer
    ) {
        let length = OutputBuffer.varintWidth(value)
        let isPadded = traits.contains(.wideVarints) && generator.happens(onceIn: 8)
        guard isPadded, length < maximumLength else { return buffer.appendVarint(value) }
        let padded = generator.number(in: length + 1...maximumLength)
        for index in 0..<padded {
            let group = UInt8(truncatingIfNeeded: value >> UInt64(7 * index)) & 0x7F
            buffer.append(index == padded - 1 ? group : group | 0x80)
        }
    }

    /// Writes a length and as many bytes.
    private mutating func writeContents(_ contents: [UInt8], to buffer: inout OutputBuffer) {
        writePadded(UInt64(contents.count), maximumLength: 5, to: &buffer)
        buffer.append(contents.rawBytes)
    }

    // MARK: Unknown fields

    /// Writes, now and then, a field the schema does not know, if the traits allow it.
    mutating func maybeWriteUnknown(_ schema: MessageSchema, to buffer: inout OutputBuffer) {
        guard generator.happens(onceIn: 8) else { return }
        if traits.contains(.strayWireTypes), generator.happens(onceIn: 2), !schema.fields.isEmpty {
            let field = generator.pick(schema.fields)
            let wireTypes: [UInt64] = [0, 1, 2, 5].filter {
                $0 != field.type.wireType && !(field.isRepeated && $0 == 2)
            }
            writeUnknown(field.number, generator.pick(wireTypes), to: &buffer)
        } else if traits.contains(.unknownFields) {
            let isSmall = !generator.happens(onceIn: 4)
            let number = generator.number(in: isSmall ? 1...200 : 200...536_870_911)
            if schema.fields.contains(where: { $0.number == number }) { return }
            writeUnknown(number, generator.pick(unknownWireTypes), to: &buffer)
        }
    }

    private var unknownWireTypes: [UInt64] {
        traits.contains(.groups) ? [0, 1, 2, 3, 5] : [0, 1, 2, 5]
    }

    private mutating func writeUnknown(
        _ number: Int,
        _ wireType: UInt64,
        to buffer: inout OutputBuffer
    ) {
        writeTag(UInt64(number) << 3 | wireType, to: &buffer)
        switch wireType {
        case 0: writeVarint(generator.integerBits(), to: &buffer)
        case 1: buffer.appendFixed(generator.integerBits())
        case 2: writeContents(generator.bytes(), to: &buffer)
        case 5: buffer.appendFixed(UInt32(truncatingIfNeeded: generator.integerBits()))
        default:
            for _ in 0..<generator.number(in: 0...3) {
                let inner = generator.number(in: 1...200)
                writeUnknown(inner, generator.pick(unknownWireTypes), to: &buffer)
            }
            writeTag(UInt64(number) << 3 | 4, to: &buffer)
        }
    }
}
