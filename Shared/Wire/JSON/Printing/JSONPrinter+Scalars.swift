extension JSONPrinter {
    /// Prints one element of a field.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - reader: after the element's tag; moved behind the element.
    ///   - depth: how deep the field's message lies.
    ///   - output: where the text goes.
    /// - Throws: ``CodecError``; its offset is in the message's bytes.
    @inline(__always)
    mutating func value(
        _ field: FieldEntry,
        _ reader: inout WireReader,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        switch field.kind {
        case .string:
            let slice = reader.slice()
            try checkSize(output, adding: Int(slice.count), at: Int(slice.start))
            output.appendJSON(slice.bytes(in: reader.bytes))
        case .bytes:
            let slice = reader.slice()
            try checkSize(output, adding: Int(slice.count), at: Int(slice.start))
            output.append(UInt8(ascii: "\""))
            Base64.append(slice.bytes(in: reader.bytes), to: &output)
            output.append(UInt8(ascii: "\""))
        case .message:
            let slice = reader.slice()
            try message(reader.bytes, slice, field.message, depth: depth &+ 1, to: &output)
        default:
            scalar(field, reader.bits(of: field.kind), to: &output)
        }
    }

    /// Prints a number, Boolean or enum.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - bits: its value as the wire has it.
    ///   - output: where the text goes.
    @inline(__always)
    func scalar(_ field: FieldEntry, _ bits: UInt64, to output: inout OutputBuffer) {
        let kind = field.kind
        if kind.isQuoted { output.append(UInt8(ascii: "\"")) }
        switch kind {
        case .int32: output.appendDecimal(Int64(Int32(truncatingIfNeeded: bits)))
        case .sint32:
            output.appendDecimal(Int64(ZigZag.decode(UInt32(truncatingIfNeeded: bits))))
        case .sfixed32: output.appendDecimal(Int64(Int32(truncatingIfNeeded: bits)))
        case .uint32, .fixed32, .uint64, .fixed64: output.appendDecimal(bits)
        case .int64, .sfixed64: output.appendDecimal(Int64(bitPattern: bits))
        case .sint64: output.appendDecimal(ZigZag.decode(bits))
        case .bool: output.append(word: bits != 0 ? "true" : "false")
        case .double: number(Double(bitPattern: bits), to: &output)
        case .float: number(Float(bitPattern: UInt32(truncatingIfNeeded: bits)), to: &output)
        case .enumeration: enumeration(field, Int32(truncatingIfNeeded: bits), to: &output)
        case .string, .bytes, .message: break
        }
        if kind.isQuoted { output.append(UInt8(ascii: "\"")) }
    }

    /// Prints the default of a field that is no message.
    func defaultScalar(_ field: FieldEntry, to output: inout OutputBuffer) {
        if field.kind == .string || field.kind == .bytes {
            output.append(word: "\"\"")
        } else {
            scalar(field, 0, to: &output)
        }
    }

    private func number(_ value: Double, to output: inout OutputBuffer) {
        if value.isFinite {
            output.appendDecimal(value)
        } else {
            output.append(word: Self.name(value.isNaN, value.sign))
        }
    }

    private func number(_ value: Float, to output: inout OutputBuffer) {
        if value.isFinite {
            output.appendDecimal(value)
        } else {
            output.append(word: Self.name(value.isNaN, value.sign))
        }
    }

    /// What JSON shows for a number that is not finite.
    private static func name(_ isNaN: Bool, _ sign: FloatingPointSign) -> StaticString {
        isNaN ? "\"NaN\"" : sign == .minus ? "\"-Infinity\"" : "\"Infinity\""
    }

    private func enumeration(_ field: FieldEntry, _ number: Int32, to output: inout OutputBuffer) {
        if let names = field.enumNames {
            if names.isNullValue && number == 0 {
                output.append(word: "null")
                return
            }
            if !options.printsEnumsAsNumbers,
                let name = names.quotedName(
                    of: number,
                    isShort: options.usesShortEnumNames
                )
            {
                output.append(name.bytes)
                return
            }
        }
        output.appendDecimal(Int64(number))
    }
}

extension FieldKind {
    /// Whether JSON shows the kind's numbers as strings, since JavaScript's numbers would not hold
    /// them all.
    @inline(__always)
    var isQuoted: Bool {
        switch self {
        case .int64, .uint64, .sint64, .fixed64, .sfixed64: true
        default: false
        }
    }

    /// Whether only 32 bits of a number on the wire count.
    @inline(__always)
    fileprivate var isNarrow: Bool {
        switch self {
        case .int32, .uint32, .sint32, .enumeration: true
        default: false
        }
    }
}

extension WireReader {
    /// Whether nothing is left to read.
    @inline(__always)
    var isAtEnd: Bool { offset >= end }

    /// Reads one number, Boolean or enum: its bits on the wire, those that count.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func bits(of kind: FieldKind) -> UInt64 {
        switch kind.wireType {
        case .fixed64: fixed64()
        case .fixed32: UInt64(fixed32())
        default: kind.isNarrow ? varint() & 0xFFFF_FFFF : varint()
        }
    }

    /// Passes over the value of a field after its tag.
    ///
    /// - Returns: whether it was the default of its kind.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func passDefault(of kind: FieldKind) -> Bool {
        switch kind {
        case .string, .bytes: slice().count == 0
        case .message: false
        default: bits(of: kind) == 0
        }
    }
}

extension OutputBuffer {
    /// Appends a fixed ASCII text.
    @inline(__always)
    mutating func append(word: StaticString) {
        // A static string's bytes are never freed.
        append(unsafe RawSpan(_unsafeStart: word.utf8Start, byteCount: word.utf8CodeUnitCount))
    }
}
