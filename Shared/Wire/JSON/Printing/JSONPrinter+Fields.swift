extension JSONPrinter {
    /// Prints one field as a member of an object; nothing if it tracks no presence and holds its
    /// default.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - tag: its tag, or its first element's.
    ///   - reader: after the tag; moved behind the field.
    ///   - depth: how deep the field's message lies.
    ///   - output: where the text goes.
    /// - Throws: ``CodecError``; its offset is in the message's bytes.
    mutating func member(
        _ field: FieldEntry,
        _ tag: UInt32,
        _ reader: inout WireReader,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        let start = output.count
        if field.isRepeated {
            key(of: field, to: &output)
            let count =
                field.cardinality == .map
                ? try map(field, &reader, depth: depth, to: &output)
                : try repeated(field, tag, &reader, depth: depth, to: &output)
            // A packed field may be sent with no elements in it.
            if count == 0 && !options.printsDefaults { output.truncate(to: start) }
            return
        }
        if field.cardinality == .implicit && !options.printsDefaults {
            let before = reader
            if reader.passDefault(of: field.kind) { return }
            reader = before
        }
        key(of: field, to: &output)
        do {
            let start = reader.position
            try value(field, &reader, depth: depth, to: &output)
            try checkSize(output, at: start)
        } catch {
            throw error.within(field.declared.name)
        }
    }

    /// Prints the fields in a range of positions that do not track presence, at their defaults.
    func defaults(_ schema: MessageSchema, _ range: Range<Int>, to output: inout OutputBuffer) {
        for index in range {
            let field = schema.entry(index)
            switch field.cardinality {
            case .explicit:
                continue
            case .map:
                key(of: field, to: &output)
                output.append(UInt8(ascii: "{"))
                output.append(UInt8(ascii: "}"))
            case .packed, .repeated:
                key(of: field, to: &output)
                output.append(UInt8(ascii: "["))
                output.append(UInt8(ascii: "]"))
            case .implicit:
                // A message tracks presence, whatever its table says.
                if field.kind == .message { continue }
                key(of: field, to: &output)
                defaultScalar(field, to: &output)
            }
        }
    }

    /// Appends a member's name, after a comma unless it is the first of its object.
    @inline(__always)
    func key(of field: FieldEntry, to output: inout OutputBuffer) {
        separate(&output)
        output.append(options.usesProtoNames ? field.protoKey : field.jsonKey)
    }

    /// Appends a comma unless an object or array has just been opened.
    @inline(__always)
    func separate(_ output: inout OutputBuffer) {
        let last = output.last
        if last != UInt8(ascii: "{") && last != UInt8(ascii: "[") {
            output.append(UInt8(ascii: ","))
        }
    }

    // MARK: Repeated fields and maps

    /// Prints the elements of a repeated field.
    ///
    /// - Returns: how many there are.
    mutating func repeated(
        _ field: FieldEntry,
        _ firstTag: UInt32,
        _ reader: inout WireReader,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) -> Int {
        output.append(UInt8(ascii: "["))
        let kind = field.kind
        let packed = field.number << 3 | UInt32(WireType.lengthDelimited.rawValue)
        let isPackable = field.tag != packed
        var tag = firstTag
        var count = 0
        while true {
            do {
                if isPackable && tag == packed {
                    let elements = reader.slice()
                    var inner = WireReader(reader.bytes, from: elements)
                    while !inner.isAtEnd {
                        let start = inner.position
                        separate(&output)
                        scalar(field, inner.bits(of: kind), to: &output)
                        try checkSize(output, at: start)
                        count &+= 1
                    }
                } else {
                    let start = reader.position
                    separate(&output)
                    try value(field, &reader, depth: depth, to: &output)
                    try checkSize(output, at: start)
                    count &+= 1
                }
            } catch {
                throw error.within("\(field.declared.name)[\(count)]")
            }
            let before = reader
            guard let next = reader.nextTag(), next == field.tag || next == packed
            else {
                reader = before
                break
            }
            tag = next
        }
        output.append(UInt8(ascii: "]"))
        return count
    }

    /// Prints the entries of a map.
    ///
    /// - Returns: how many there are.
    mutating func map(
        _ field: FieldEntry,
        _ reader: inout WireReader,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) -> Int {
        output.append(UInt8(ascii: "{"))
        let schema = field.message
        var count = 0
        while true {
            let slice = reader.slice()
            if count > 0 { output.append(UInt8(ascii: ",")) }
            do {
                try entry(reader.bytes, slice, schema, depth: depth &+ 1, to: &output)
                try checkSize(output, at: Int(slice.start))
            } catch {
                throw error.within(component(field, reader.bytes, slice))
            }
            count &+= 1
            let before = reader
            guard let next = reader.nextTag(), next == field.tag else {
                reader = before
                break
            }
        }
        output.append(UInt8(ascii: "}"))
        return count
    }

    /// Prints a map's entry; an absent key or value is printed as its default.
    private mutating func entry(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        let key = schema.entry(0)
        let value = schema.entry(1)
        var reader = WireReader(bytes, from: slice)
        var keyReader = WireReader(bytes, from: FieldSlice())
        var valueReader = WireReader(bytes, from: FieldSlice())
        while let tag = reader.nextTag() {
            if tag == key.tag { keyReader = reader }
            if tag == value.tag { valueReader = reader }
            reader.skip(tag)
        }
        if key.kind == .string {
            let text = keyReader.isAtEnd ? FieldSlice() : keyReader.slice()
            output.appendJSON(text.bytes(in: bytes))
        } else {
            if !key.kind.isQuoted { output.append(UInt8(ascii: "\"")) }
            scalar(key, keyReader.isAtEnd ? 0 : keyReader.bits(of: key.kind), to: &output)
            if !key.kind.isQuoted { output.append(UInt8(ascii: "\"")) }
        }
        output.append(UInt8(ascii: ":"))
        if !valueReader.isAtEnd {
            try self.value(value, &valueReader, depth: depth, to: &output)
        } else if value.kind == .message {
            try message(bytes, FieldSlice(), value.message, depth: depth &+ 1, to: &output)
        } else {
            defaultScalar(value, to: &output)
        }
    }

    /// The entry in a path, as `attributes["key"]`.
    @inline(never)
    private func component(_ field: FieldEntry, _ bytes: RawSpan, _ slice: FieldSlice) -> String {
        let key = field.message.entry(0)
        var reader = Self.last(key.tag, bytes, slice)
        if key.kind == .string {
            let text = reader?.slice() ?? FieldSlice()
            return CodecError.component(field.declared.name, key: text.bytes(in: bytes))
        }
        var text = OutputBuffer()
        scalar(key, reader?.bits(of: key.kind) ?? 0, to: &text)
        let unquoted = key.kind.isQuoted ? 1..<text.count - 1 : 0..<text.count
        return CodecError.component(
            field.declared.name,
            key: text.bytes.extracting(unquoted)
        )
    }
}

extension OutputBuffer {
    /// The last byte written, or 0.
    @inline(__always)
    fileprivate var last: UInt8 {
        // A byte before `written` has been written.
        written > 0 ? unsafe base.load(fromByteOffset: written &- 1, as: UInt8.self) : 0
    }
}
