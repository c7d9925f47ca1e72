extension JSONParser {
    /// Reads the fields of an Any: an object with its type's URL under `@type` and either the
    /// fields of the message or, if that has a form of its own, that form under `value`.
    ///
    /// - Parameter depth: how deep the Any lies; its contents lie one deeper.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    mutating func any(depth: Int) throws(CodecError) {
        guard scanner.peek() == UInt8(ascii: "{") else { throw scanner.unexpected() }
        let start = scanner.position
        scanner.position = start &+ 1
        if scanner.consume(UInt8(ascii: "}")) { return }
        let (url, urlStart) = try typeURL(ofObject: start, depth: depth)
        guard let schema = options.types.schema(forURL: url.text) else {
            throw CodecError(.unknownType, at: urlStart, detail: scanner.excerpt(url.string))
        }
        output.appendField(tag: AnyTag.typeURL, url.text)
        let before = output.count
        let mark = output.beginMessage(tag: AnyTag.value)
        let body = output.count
        scanner.position = start
        if schema.wellKnownType.hasOwnForm || schema.fullName == "google.protobuf.Empty" {
            try valueMember(schema, depth: depth &+ 1)
        } else if depth &+ 1 > options.limits.maximumDepth {
            throw CodecError(.tooDeep, at: start, detail: "limit \(options.limits.maximumDepth)")
        } else {
            try object(schema, depth: depth &+ 1, isInAny: true)
        }
        let isEmpty = output.count == body
        output.endMessage(mark)
        if isEmpty { output.truncate(to: before) }
    }

    /// Finds an Any's type.
    ///
    /// - Parameters:
    ///   - start: the offset of the object's brace; the object is not empty.
    ///   - depth: how deep the Any lies.
    /// - Returns: the URL, and where its string starts.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    private mutating func typeURL(
        ofObject start: Int,
        depth: Int
    ) throws(CodecError) -> (url: (string: JSONString, text: String), start: Int) {
        let first = try scanner.name()
        if !scanner.isTypeName(first) {
            guard let value = try laterType(ofObject: start) else {
                throw CodecError(.invalidWellKnownType, at: start, detail: "an Any without @type")
            }
            scanner.position = value
        }
        _ = scanner.peek()
        let urlStart = scanner.position
        let url = try scanner.string()
        let text =
            url.isEscaped
            ? scanner.unescaped(url) : Array(copying: scanner.bytes.extracting(url.range))
        return ((url, String(decoding: text, as: UTF8.self)), urlStart)
    }

    /// Finds an `@type` that is not the first member of its object.
    ///
    /// - Returns: the offset after its colon, or nil if there is none.
    @_lifetime(self: copy self)
    private mutating func laterType(ofObject start: Int) throws(CodecError) -> Int? {
        if start >= anyTypes.end {
            var limits = options.limits
            limits.maximumDepth = Self.doubledDepth(limits)
            var elements = 0
            scanner.position = start
            anyTypes.isRecording = true
            try scanner.skipValue(depth: 0, limits: limits, elements: &elements, types: &anyTypes)
            anyTypes.isRecording = false
            anyTypes.end = scanner.position
        }
        return anyTypes.value(ofObject: start)
    }

    /// Reads an object whose members are `@type` and `value`.
    ///
    /// - Parameters:
    ///   - schema: the type of the value; may be Empty, whose value need not be there.
    ///   - depth: how deep the value lies.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    private mutating func valueMember(
        _ schema: MessageSchema,
        depth: Int
    ) throws(CodecError) {
        let object = scanner.position
        try scanner.expect(UInt8(ascii: "{"))
        var hasType = false
        var hasValue = false
        repeat {
            _ = scanner.peek()
            let start = scanner.position
            let name = try scanner.name()
            let isType = scanner.isTypeName(name)
            guard isType || scanner.excerpt(name) == "value" else {
                try unknownMember(name, at: start, depth: depth)
                continue
            }
            if isType ? hasType : hasValue {
                throw CodecError(.duplicateField, at: start, detail: scanner.excerpt(name))
            }
            if isType {
                hasType = true
                _ = try scanner.string()
            } else {
                hasValue = true
                do {
                    try message(schema, depth: depth)
                } catch {
                    throw error.within("value")
                }
            }
        } while try scanner.hasNext(before: UInt8(ascii: "}"))
        if !hasValue && schema.wellKnownType.hasOwnForm {
            throw CodecError(.invalidWellKnownType, at: object, detail: "an Any without value")
        }
    }
}

/// The tags of `google.protobuf.Any`.
enum AnyTag {
    static let typeURL: UInt32 = 1 << 3 | 2
    static let value: UInt32 = 2 << 3 | 2
}
