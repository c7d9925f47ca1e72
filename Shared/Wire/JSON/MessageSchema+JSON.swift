// Messages whose type is known by its table only: those of a method found by reflection, and those
// that are passed on.
extension MessageSchema {
    /// Reads a message of this type from JSON.
    ///
    /// - Parameters:
    ///   - json: the text, in UTF-8 without a byte-order mark.
    ///   - options: how to read it.
    /// - Returns: its binary form, which needs no second look.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset in the text.
    /// - Complexity: linear in the text.
    public func message(
        json: RawSpan,
        options: JSONOptions = JSONOptions()
    ) throws(CodecError) -> SharedBytes {
        SharedBytes(adopting: try binary(ofJSON: json, options: options))
    }

    /// Reads a message of this type from JSON, as ``message(json:options:)``, to be added to.
    package func binary(
        ofJSON json: RawSpan,
        options: JSONOptions
    ) throws(CodecError) -> OutputBuffer {
        try JSONParser.parse(json, as: self, options: options)
    }

    /// Shows a message of this type as JSON, in UTF-8.
    ///
    /// - Parameters:
    ///   - message: its binary form, which nobody need have checked.
    ///   - options: how to print it.
    /// - Returns: the text.
    /// - Throws: ``CodecError`` for bytes that are no such message, or what JSON has no form for;
    ///   its offset is in the message.
    /// - Complexity: linear in the message.
    public func json(
        of message: SharedBytes,
        options: JSONOptions = JSONOptions()
    ) throws(CodecError) -> SharedBytes {
        let checked = try message.checked(as: self, limits: options.limits)
        var text = OutputBuffer(minimumCapacity: message.count * 2 + 64)
        try JSONPrinter.print(checked.bytes, as: self, options: options, to: &text)
        return SharedBytes(adopting: text)
    }

    /// Checks that bytes are a message of this type, which a ``WireReader`` may then read.
    ///
    /// - Parameters:
    ///   - message: the bytes.
    ///   - limits: what it may cost.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset.
    public func validate(
        _ message: RawSpan,
        limits: DecodingLimits = .standard
    ) throws(CodecError) {
        _ = try WireValidator.validate(message, as: self, limits: limits)
    }

    /// The member of a oneof that a message has, the first of several.
    ///
    /// - Parameter message: its binary form, which is valid.
    /// - Returns: the field; nil if there is none.
    package func member(ofOneofIn message: SharedBytes) -> FieldSchema? {
        var reader = WireReader(message.bytes)
        while let tag = reader.nextTag() {
            if let index = knownIndex(ofTag: tag), entry(index).oneof >= 0 { return fields[index] }
            reader.skip(tag)
        }
        return nil
    }
}
