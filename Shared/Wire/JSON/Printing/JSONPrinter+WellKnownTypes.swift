extension JSONPrinter {
    /// Prints a message that JSON shows in a form of its own.
    mutating func wellKnownType(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        switch schema.wellKnownType {
        case .any:
            try any(bytes, slice, depth: depth, to: &output)
        case .timestamp, .duration:
            try time(bytes, slice, schema, to: &output)
        case .fieldMask:
            try fieldMask(bytes, slice, to: &output)
        case .structure:
            if var fields = Self.first(schema.entry(0).tag, bytes, slice) {
                _ = try map(schema.entry(0), &fields, depth: depth, to: &output)
            } else {
                output.append(word: "{}")
            }
        case .listValue:
            let values = schema.entry(0)
            if var elements = Self.first(values.tag, bytes, slice) {
                _ = try repeated(values, values.tag, &elements, depth: depth, to: &output)
            } else {
                output.append(word: "[]")
            }
        case .value:
            try dynamicValue(bytes, slice, schema, depth: depth, to: &output)
        default:
            let field = schema.entry(0)
            if var value = Self.last(field.tag, bytes, slice) {
                try self.value(field, &value, depth: depth, to: &output)
            } else {
                defaultScalar(field, to: &output)
            }
        }
    }

    /// A reader after the first tag of that kind in a message, or nil if there is none.
    @_lifetime(copy bytes)
    private static func first(_ tag: UInt32, _ bytes: RawSpan, _ slice: FieldSlice) -> WireReader? {
        var reader = WireReader(bytes, from: slice)
        while let next = reader.nextTag() {
            if next == tag { return reader }
            reader.skip(next)
        }
        return nil
    }

    /// A reader after the last tag of that kind in a message, or nil if there is none.
    @_lifetime(copy bytes)
    static func last(_ tag: UInt32, _ bytes: RawSpan, _ slice: FieldSlice) -> WireReader? {
        var reader = WireReader(bytes, from: slice)
        var found = WireReader(bytes, from: FieldSlice())
        while let next = reader.nextTag() {
            if next == tag { found = reader }
            reader.skip(next)
        }
        return found.isAtEnd ? nil : found
    }

    /// Prints a Timestamp or Duration.
    private func time(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        var seconds: Int64 = 0
        var nanoseconds: Int32 = 0
        var reader = WireReader(bytes, from: slice)
        while let tag = reader.nextTag() {
            switch tag {
            case 1 << 3: seconds = Int64(bitPattern: reader.varint())
            case 2 << 3: nanoseconds = Int32(truncatingIfNeeded: reader.varint())
            default: reader.skip(tag)
            }
        }
        let isValid =
            schema.wellKnownType == .timestamp
            ? TimestampText.append(seconds: seconds, nanoseconds: nanoseconds, to: &output)
            : DurationText.append(seconds: seconds, nanoseconds: nanoseconds, to: &output)
        if !isValid {
            throw CodecError(
                .invalidWellKnownType,
                at: Int(slice.start),
                detail: "\(seconds) s and \(nanoseconds) ns"
            )
        }
    }

    /// Prints a FieldMask.
    private func fieldMask(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        output.append(UInt8(ascii: "\""))
        var isFirst = true
        var reader = WireReader(bytes, from: slice)
        while let tag = reader.nextTag() {
            guard tag == FieldMaskText.pathsTag else {
                reader.skip(tag)
                continue
            }
            let path = reader.slice()
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            if !FieldMaskText.append(path: path.bytes(in: bytes), to: &output) {
                throw CodecError(
                    .invalidWellKnownType,
                    at: Int(path.start),
                    detail: "a path that lower camel case would not give back"
                )
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Prints a Value as what it holds; null if it holds nothing.
    private mutating func dynamicValue(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        var last: UInt32 = 0
        var reader = WireReader(bytes, from: slice)
        var value = reader
        while let tag = reader.nextTag() {
            if schema.knownIndex(ofTag: tag) != nil {
                last = tag
                value = reader
            }
            reader.skip(tag)
        }
        guard last != 0, last != UInt32(ValueTag.null),
            let index = schema.index(ofNumber: last >> 3)
        else {
            output.append(word: "null")
            return
        }
        if last == UInt32(ValueTag.number) {
            var number = value
            if !Double(bitPattern: number.fixed64()).isFinite {
                throw CodecError(
                    .invalidWellKnownType,
                    at: value.position,
                    detail: "a Value has no form for NaN and infinity"
                )
            }
        }
        try self.value(schema.entry(index), &value, depth: depth, to: &output)
    }
}
