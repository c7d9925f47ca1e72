extension Message where View: ~Escapable {
    /// Reads a message from JSON.
    ///
    /// - Parameters:
    ///   - json: the text, in UTF-8 without a byte-order mark.
    ///   - options: how to read it.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset in the text.
    /// - Complexity: linear in the text.
    public init(json: RawSpan, options: JSONOptions = JSONOptions()) throws(CodecError) {
        let output = try JSONParser.parse(json, as: View.schema, options: options)
        bytes = SharedBytes(adopting: output)
    }

    /// Reads a message from JSON.
    ///
    /// - Parameters:
    ///   - json: the text.
    ///   - options: how to read it.
    /// - Throws: ``CodecError``; its offset is in the text's UTF-8.
    public init(json: String, options: JSONOptions = JSONOptions()) throws(CodecError) {
        try self.init(json: json.utf8Span.span.asRawSpan, options: options)
    }

    /// The message as JSON, in UTF-8.
    ///
    /// - Parameter options: how to print it.
    /// - Returns: the text, in UTF-8.
    /// - Throws: ``CodecError`` if a well-known type holds what JSON has no form for, an Any a type
    ///   that is not known, or the text exceeds ``JSONOptions/maximumPrintedBytes``; its offset is
    ///   in the message's bytes.
    public func json(options: JSONOptions = JSONOptions()) throws(CodecError) -> SharedBytes {
        var buffer = OutputBuffer(minimumCapacity: bytes.count * 2)
        try writeJSON(to: &buffer, options: options)
        return SharedBytes(adopting: buffer)
    }

    /// The message as JSON text.
    ///
    /// - Parameter options: how to print it.
    /// - Returns: the text.
    /// - Throws: ``CodecError`` as ``json(options:)`` does.
    public func jsonText(options: JSONOptions = JSONOptions()) throws(CodecError) -> String {
        var buffer = OutputBuffer(minimumCapacity: bytes.count * 2)
        try writeJSON(to: &buffer, options: options)
        return buffer.text
    }

    /// Appends the message as JSON, in UTF-8.
    ///
    /// - Parameters:
    ///   - buffer: where the text goes; unchanged if an error is thrown.
    ///   - options: how to print it.
    /// - Throws: ``CodecError`` as ``json(options:)`` does.
    public func writeJSON(
        to buffer: inout OutputBuffer,
        options: JSONOptions = JSONOptions()
    ) throws(CodecError) {
        let message = bytes.bytes
        try JSONPrinter.print(message, as: View.schema, options: options, to: &buffer)
    }
}

extension MessageValue {
    /// Reads a value from JSON.
    ///
    /// The text becomes the binary form, and the value is made of that. In between a second pass
    /// adds up what the value will need, of which the text says nothing.
    ///
    /// - Parameters:
    ///   - json: the text, in UTF-8 without a byte-order mark.
    ///   - options: how to read it.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset in the text; at offset 0,
    ///   if the value would need more than ``DecodingLimits/maximumValueBytes``.
    /// - Complexity: linear in the text.
    public init(json: RawSpan, options: JSONOptions = JSONOptions()) throws(CodecError) {
        let output = try JSONParser.parse(json, as: Self.schema, options: options)
        let message = output.bytes
        // The bytes are valid; all this can refuse is what the value would cost.
        _ = try WireValidator.validate(
            message,
            as: Self.schema,
            limits: options.limits,
            forValues: true
        )
        unsafe self.init(validated: message)
    }

    /// Reads a value from JSON.
    ///
    /// - Parameters:
    ///   - json: the text.
    ///   - options: how to read it.
    /// - Throws: ``CodecError``; its offset is in the text's UTF-8.
    public init(json: String, options: JSONOptions = JSONOptions()) throws(CodecError) {
        try self.init(json: json.utf8Span.span.asRawSpan, options: options)
    }

    /// The value as JSON, in UTF-8.
    ///
    /// - Parameter options: how to print it.
    /// - Returns: the text, in UTF-8.
    /// - Throws: ``CodecError`` if a well-known type holds what JSON has no form for, an Any a type
    ///   that is not known, or the text exceeds ``JSONOptions/maximumPrintedBytes``; its offset is
    ///   in the value's binary form.
    public func json(options: JSONOptions = JSONOptions()) throws(CodecError) -> SharedBytes {
        var buffer = OutputBuffer()
        try writeJSON(to: &buffer, options: options)
        return SharedBytes(adopting: buffer)
    }

    /// The value as JSON text.
    ///
    /// - Parameter options: how to print it.
    /// - Returns: the text.
    /// - Throws: ``CodecError`` as ``json(options:)`` does.
    public func jsonText(options: JSONOptions = JSONOptions()) throws(CodecError) -> String {
        var buffer = OutputBuffer()
        try writeJSON(to: &buffer, options: options)
        return buffer.text
    }

    /// Appends the value as JSON, in UTF-8.
    ///
    /// - Parameters:
    ///   - buffer: where the text goes; unchanged if an error is thrown.
    ///   - options: how to print it.
    /// - Throws: ``CodecError`` as ``json(options:)`` does.
    public func writeJSON(
        to buffer: inout OutputBuffer,
        options: JSONOptions = JSONOptions()
    ) throws(CodecError) {
        var message = OutputBuffer()
        write(to: &message)
        try JSONPrinter.print(message.bytes, as: Self.schema, options: options, to: &buffer)
    }
}

extension OutputBuffer {
    /// What was written, as text.
    fileprivate var text: String {
        // The printer writes valid UTF-8: ASCII of its own and text that has been validated.
        unsafe String(Text(validated: bytes))
    }
}
