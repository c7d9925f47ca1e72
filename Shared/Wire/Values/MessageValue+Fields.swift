// What generated values decode and encode their message fields with. All of it is kept out of line:
// inlined, each field would take room for a whole value on the stack of the message it is in, and
// messages may be nested a hundred deep.

extension Optional where Wrapped: MessageValue {
    /// Copies the fields of a message.
    ///
    /// - Parameter bytes: a validated message of the value's type; see ``MessageValue``.
    @unsafe
    @inlinable
    @inline(never)
    public mutating func decode(validated bytes: RawSpan) {
        self = unsafe Wrapped(validated: bytes)
    }

    /// Appends the value as a message field; nothing if there is none.
    @inlinable
    @inline(never)
    public func write(tag: UInt32, to buffer: inout OutputBuffer) {
        if let value = self { buffer.appendMessage(tag: tag, value) }
    }
}

extension MessageValue {
    /// Copies the fields of a message and wraps the value, as in a member of a oneof.
    ///
    /// - Parameters:
    ///   - bytes: a validated message of the value's type.
    ///   - wrap: receives the value.
    /// - Returns: what `wrap` makes of it.
    @unsafe
    @inlinable
    @inline(never)
    public static func decode<Wrapper>(
        validated bytes: RawSpan,
        _ wrap: (Self) -> Wrapper
    ) -> Wrapper {
        wrap(unsafe Self(validated: bytes))
    }
}

extension OutputBuffer {
    /// Appends a message field for each value.
    ///
    /// - Parameters:
    ///   - tag: the field's tag.
    ///   - values: the messages.
    @inlinable
    @inline(never)
    public mutating func appendMessages(tag: UInt32, _ values: [some MessageValue]) {
        for index in values.indices { appendMessage(tag: tag, values[index]) }
    }
}
