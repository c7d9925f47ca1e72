extension JSONParser {
    /// Reads the fields of a message that JSON shows in a form of its own.
    @_lifetime(self: copy self)
    mutating func wellKnownType(_ schema: MessageSchema, depth: Int) throws(CodecError) {
        switch schema.wellKnownType {
        case .any:
            try any(depth: depth)
        case .timestamp:
            try time(TimestampText.parse)
        case .duration:
            try time(DurationText.parse)
        case .fieldMask:
            try fieldMask()
        case .structure:
            try map(schema.entry(0), depth: depth)
        case .listValue:
            try repeated(schema.entry(0), depth: depth)
        case .value:
            try dynamicValue(schema, depth: depth)
        default:
            let value = schema.entry(0)
            _ = try self.value(value, tag: value.tag, keepsDefault: false, depth: depth)
        }
    }

    /// Reads the `seconds` and `nanos` of a Timestamp or Duration.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func time(
        _ parse: (RawSpan) -> (seconds: Int64, nanoseconds: Int32)?
    ) throws(CodecError) {
        _ = scanner.peek()
        let start = scanner.position
        let string = try scanner.string()
        let time: (seconds: Int64, nanoseconds: Int32)?
        if string.isEscaped {
            let text = scanner.unescaped(string)
            time = parse(text.rawBytes)
        } else {
            time = parse(scanner.bytes.extracting(string.range))
        }
        guard let time else {
            throw CodecError(.invalidWellKnownType, at: start, detail: scanner.excerpt(string))
        }
        if time.seconds != 0 {
            output.append(1 << 3)
            output.appendVarint(UInt64(bitPattern: time.seconds))
        }
        if time.nanoseconds != 0 {
            output.append(2 << 3)
            output.appendVarint(UInt64(bitPattern: Int64(time.nanoseconds)))
        }
    }

    /// Reads the `paths` of a FieldMask.
    @_lifetime(self: copy self)
    private mutating func fieldMask() throws(CodecError) {
        _ = scanner.peek()
        let start = scanner.position
        let string = try scanner.string()
        var count = 0
        let isValid: Bool
        if string.isEscaped {
            let text = scanner.unescaped(string)
            isValid = FieldMaskText.parse(text.rawBytes, to: &output, count: &count)
        } else {
            let text = scanner.bytes.extracting(string.range)
            isValid = FieldMaskText.parse(text, to: &output, count: &count)
        }
        guard isValid else {
            throw CodecError(.invalidWellKnownType, at: start, detail: scanner.excerpt(string))
        }
        for _ in 0..<count { try countElement() }
    }

    /// Reads any JSON value as the one member of a Value's oneof.
    ///
    /// - Parameters:
    ///   - schema: the type Value, for the tables of Struct and ListValue.
    ///   - depth: how deep the Value lies.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    private mutating func dynamicValue(
        _ schema: MessageSchema,
        depth: Int
    ) throws(CodecError) {
        switch scanner.peek() {
        case UInt8(ascii: "n"):
            try scanner.null()
            output.append(ValueTag.null)
            output.append(0)
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            let value = try scanner.boolean()
            output.append(ValueTag.bool)
            output.append(value ? 1 : 0)
        case UInt8(ascii: "\""):
            try text(tag: UInt32(ValueTag.string), keepsDefault: true)
        case UInt8(ascii: "{"):
            try dynamicValue(schema, ValueTag.structure, depth: depth)
        case UInt8(ascii: "["):
            try dynamicValue(schema, ValueTag.list, depth: depth)
        default:
            let value = try floatingPoint(Double.self)
            output.append(ValueTag.number)
            output.appendFixed(value.bitPattern)
        }
    }

    /// Reads a Value that is a message.
    @_lifetime(self: copy self)
    private mutating func dynamicValue(
        _ schema: MessageSchema,
        _ tag: UInt8,
        depth: Int
    ) throws(CodecError) {
        guard let index = schema.index(ofNumber: UInt32(tag >> 3)) else {
            throw CodecError(.invalidWellKnownType, at: scanner.position)
        }
        let mark = output.beginMessage(tag: UInt32(tag))
        try message(schema.entry(index).message, depth: depth &+ 1)
        output.endMessage(mark)
    }
}

/// The tags of the members of `google.protobuf.Value`.
enum ValueTag {
    static let null: UInt8 = 1 << 3
    static let number: UInt8 = 2 << 3 | 1
    static let string: UInt8 = 3 << 3 | 2
    static let bool: UInt8 = 4 << 3
    static let structure: UInt8 = 5 << 3 | 2
    static let list: UInt8 = 6 << 3 | 2
}
