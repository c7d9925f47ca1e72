/// Turns JSON text into a message's binary form, as the message's table says.
///
/// One pass over the text, with no values between: numbers, text and nested messages go straight to
/// the buffer. Since an object names each member once, what comes out has each field in one place
/// and each map key once, and passes ``WireValidator`` under the same limits: it needs no second
/// look. Time is linear in the text; memory is the message itself, and for a map of more than eight
/// entries a set of their keys' hashes.
struct JSONParser: ~Copyable, ~Escapable {
    var scanner: JSONScanner
    var output = OutputBuffer()
    let options: JSONOptions
    var elements = 0
    var anyTypes = AnyTypeIndex()

    /// Reads a whole text.
    ///
    /// - Parameters:
    ///   - json: the text, in UTF-8.
    ///   - schema: the type of the message.
    ///   - options: how to read it.
    /// - Returns: the message's binary form.
    /// - Throws: ``CodecError``; its offset is in the text.
    static func parse(
        _ json: RawSpan,
        as schema: MessageSchema,
        options: JSONOptions
    ) throws(CodecError) -> OutputBuffer {
        try checkLength(json, options)
        var parser = JSONParser(json, options)
        try parser.message(schema, depth: 0)
        try parser.end()
        return parser.output
    }

    /// Reads a text that is the value of a field.
    ///
    /// - Parameters:
    ///   - json: the text, in UTF-8.
    ///   - field: the field.
    ///   - options: how to read it.
    /// - Returns: the field's binary form, tags included.
    /// - Throws: ``CodecError``; its offset is in the text.
    static func parse(
        _ json: RawSpan,
        of field: FieldEntry,
        options: JSONOptions
    ) throws(CodecError) -> OutputBuffer {
        try checkLength(json, options)
        var parser = JSONParser(json, options)
        _ = try parser.field(field, depth: 0)
        try parser.end()
        return parser.output
    }

    /// Reads a text that is one element of a field; see ``parse(_:of:options:)``.
    static func parse(
        element json: RawSpan,
        of field: FieldEntry,
        options: JSONOptions
    ) throws(CodecError) -> OutputBuffer {
        try checkLength(json, options)
        var parser = JSONParser(json, options)
        _ = try parser.value(field, tag: field.tag, keepsDefault: true, depth: 0)
        try parser.end()
        return parser.output
    }

    private static func checkLength(
        _ json: RawSpan,
        _ options: JSONOptions
    ) throws(CodecError) {
        let limit = options.limits.maximumBytes
        if json.byteCount > limit {
            throw CodecError(
                .tooLarge,
                at: limit,
                detail: "\(json.byteCount) bytes, limit \(limit)"
            )
        }
    }

    /// Checks that nothing follows, and what has come of it.
    @_lifetime(self: copy self)
    private mutating func end() throws(CodecError) {
        _ = scanner.peek()
        let end = scanner.position
        if end < scanner.bytes.byteCount {
            throw CodecError(.invalidJSON, at: end, detail: "more text after the message")
        }
        try checkSize()
    }

    @_lifetime(copy json)
    private init(_ json: RawSpan, _ options: JSONOptions) {
        scanner = JSONScanner(json)
        self.options = options
    }

    // MARK: Messages

    /// Reads a message's fields, in the form its type has in JSON.
    ///
    /// - Parameters:
    ///   - schema: the type of the message.
    ///   - depth: how deep it lies; the outermost message is at depth 0.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    mutating func message(_ schema: MessageSchema, depth: Int) throws(CodecError) {
        if depth > options.limits.maximumDepth {
            throw CodecError(
                .tooDeep,
                at: scanner.position,
                detail: "limit \(options.limits.maximumDepth)"
            )
        }
        if schema.wellKnownType.hasOwnForm {
            try wellKnownType(schema, depth: depth)
        } else {
            try object(schema, depth: depth)
        }
    }

    /// Reads a message that JSON shows as an object of its fields.
    ///
    /// - Parameters:
    ///   - schema: the type of the message.
    ///   - depth: how deep it lies.
    ///   - isInAny: whether the object is that of an Any, and has an `@type` member beside.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    mutating func object(
        _ schema: MessageSchema,
        depth: Int,
        isInAny: Bool = false
    ) throws(CodecError) {
        try scanner.expect(UInt8(ascii: "{"))
        if scanner.consume(UInt8(ascii: "}")) { return }
        var seen = BitSet()
        var next = 0
        var hasType = false
        repeat {
            _ = scanner.peek()
            let start = scanner.position
            let index: Int
            if let guess = consumeKey(of: schema, from: next) {
                index = guess
            } else {
                let name = try scanner.name()
                guard let found = fieldIndex(in: schema, named: name) else {
                    if isInAny && scanner.isTypeName(name) {
                        if hasType { throw CodecError(.duplicateField, at: start, detail: "@type") }
                        hasType = true
                        _ = try scanner.string()
                    } else {
                        try unknownMember(name, at: start, depth: depth)
                    }
                    continue
                }
                index = found
            }
            next = index &+ 1
            let field = schema.entry(index)
            guard seen.insert(index) else {
                throw CodecError(.duplicateField, at: start, in: field.declared.name)
            }
            let isPresent = try self.field(field, depth: depth)
            if isPresent, field.oneof >= 0, !seen.insert(schema.entryCount &+ field.oneof) {
                throw CodecError(.duplicateField, at: start, in: field.declared.name)
            }
        } while try scanner.hasNext(before: UInt8(ascii: "}"))
    }

    /// Passes over a field's name and colon if the field is one of those expected next.
    ///
    /// Senders keep to one order and leave some fields out, so nearly always the next few fields
    /// hold the one that comes; comparing is faster than looking up.
    ///
    /// - Returns: the field's position, or nil if it is another.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func consumeKey(of schema: MessageSchema, from next: Int) -> Int? {
        let end = Swift.min(next &+ 4, schema.entryCount)
        var index = next
        while index < end {
            let field = schema.entry(index)
            if scanner.consume(key: field.jsonKey) { return index }
            if field.hasTwoNames, scanner.consume(key: field.protoKey) { return index }
            index &+= 1
        }
        return nil
    }

    private func fieldIndex(in schema: MessageSchema, named name: JSONString) -> Int? {
        if !name.isEscaped { return schema.names.index(of: scanner.bytes.extracting(name.range)) }
        let text = scanner.unescaped(name)
        return schema.names.index(of: text.rawBytes)
    }

    /// Passes over the value of a member the message has no field for.
    ///
    /// - Parameters:
    ///   - name: the member's name.
    ///   - start: where the name starts.
    ///   - depth: how deep the message lies.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    mutating func unknownMember(
        _ name: JSONString,
        at start: Int,
        depth: Int
    ) throws(CodecError) {
        guard options.ignoresUnknownFields else {
            throw CodecError(.unknownField, at: start, detail: scanner.excerpt(name))
        }
        try scanner.skipValue(
            depth: depth &+ 1,
            limits: options.limits,
            elements: &elements,
            types: &anyTypes
        )
    }

    // MARK: Limits

    /// Counts one element of a repeated field or a map.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func countElement() throws(CodecError) {
        elements &+= 1
        if elements > options.limits.maximumElements {
            throw CodecError(
                .tooManyElements,
                at: scanner.position,
                detail: "limit \(options.limits.maximumElements)"
            )
        }
        try checkSize()
    }

    /// Checks that the message is no larger than its readers would take: binary form may need
    /// several times the bytes of the text, as for `1,1,1` in a `ListValue`.
    @inline(__always)
    func checkSize() throws(CodecError) {
        if output.count > options.limits.maximumBytes {
            throw CodecError(
                .tooLarge,
                at: scanner.position,
                detail: "limit \(options.limits.maximumBytes)"
            )
        }
    }
}
