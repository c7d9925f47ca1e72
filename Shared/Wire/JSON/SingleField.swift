/// A field of a message that is read or printed alone.
package struct SingleField: Sendable {
    /// The table of a message that has this field only.
    private let table: MessageSchema

    /// Finds a field; nil if there is none.
    ///
    /// Made once: what it makes lives as long as the process.
    ///
    /// - Parameters:
    ///   - name: the field's, as in the `.proto`.
    ///   - schema: the type of the messages.
    package init?(_ name: String, of schema: MessageSchema) {
        guard let field = schema.fields.first(where: { $0.name == name }) else { return nil }
        table = MessageSchema(schema.fullName, [field])
    }

    /// The field in the form the codec reads.
    private var entry: FieldEntry { table.entry(0) }

    // MARK: As JSON

    /// Checks a message, and prints the field.
    ///
    /// - Parameters:
    ///   - message: its binary form, from whomever.
    ///   - options: how to print it.
    /// - Returns: the field's value as JSON; nil if the message does not have it, or has its
    ///   default and defaults are not printed.
    /// - Throws: ``CodecError`` if what the message has of the field breaks a rule, or has no form.
    /// - Complexity: linear in the message.
    package func json(
        in message: SharedBytes,
        options: JSONOptions
    ) throws(CodecError) -> SharedBytes? {
        let checked = try message.checked(as: table, limits: options.limits)
        return try json(inChecked: checked.bytes, options: options)
    }

    /// Prints the field of a message that has been checked; as ``json(in:options:)``.
    func json(
        inChecked message: RawSpan,
        options: JSONOptions
    ) throws(CodecError) -> SharedBytes? {
        var text = OutputBuffer()
        try JSONPrinter.print(message, as: table, options: options, to: &text)
        let key = options.usesProtoNames ? entry.protoKey : entry.jsonKey
        // What was printed is `{"name":…}`, or `{}` for a field that is not there.
        guard text.count > key.byteCount + 2 else { return nil }
        let object = SharedBytes(adopting: text)
        return object.extracting(key.byteCount + 1..<object.count - 1)
    }

    // MARK: As an integer

    /// Whether it is one integer.
    package var isInteger: Bool {
        guard !entry.isRepeated else { return false }
        switch entry.kind {
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64, .sfixed32,
            .sfixed64:
            return true
        default: return false
        }
    }

    /// The decimal digits of a field that is one integer.
    ///
    /// - Parameter message: the binary form of a message that has been checked.
    /// - Returns: the digits, after a `-` for what is below zero; `0` if the field is not there.
    /// - Complexity: linear in the number of the message's fields.
    package func digits(in message: SharedBytes) -> String {
        var reader = WireReader(message.bytes)
        var bits: UInt64 = 0
        while let tag = reader.nextTag() {
            if tag == entry.tag { bits = reader.bits(of: entry.kind) } else { reader.skip(tag) }
        }
        return switch entry.kind {
        case .int32, .sfixed32: "\(Int32(truncatingIfNeeded: bits))"
        case .sint32: "\(ZigZag.decode(UInt32(truncatingIfNeeded: bits)))"
        case .int64, .sfixed64: "\(Int64(bitPattern: bits))"
        case .sint64: "\(ZigZag.decode(bits))"
        default: "\(bits)"
        }
    }
}
