/// Writes a message's fields straight into a buffer, without making the message first.
///
/// Generated writers conform. Fields may be written in any order; each `set…` is called at most
/// once, and the elements of a repeated field one after the other. A reader merges what is not so,
/// at a price.
public protocol MessageWriter: ~Copyable {
    /// Makes a writer with an empty buffer.
    init()

    /// Exchanges the writer's buffer for another: lends it one to go on with, or takes it back.
    ///
    /// For what runs the writer, not for the closure that receives it: a closure that exchanges the
    /// buffer, or assigns another writer, leaves a field without its end and stops the process.
    mutating func exchange(_ buffer: inout OutputBuffer)
}

extension OutputBuffer {
    /// Appends a message field.
    ///
    /// - Parameters:
    ///   - tag: the field's tag.
    ///   - write: receives the writer of the message inside.
    /// - Throws: what `write` throws; the field stands as far as it was written.
    @inlinable
    public mutating func appendMessage<Writer: MessageWriter & ~Copyable, Failure: Error>(
        tag: UInt32,
        _ write: (inout Writer) throws(Failure) -> Void
    ) throws(Failure) {
        let mark = beginMessage(tag: tag)
        var writer = Writer()
        writer.exchange(&self)
        defer {
            writer.exchange(&self)
            endMessage(mark)
        }
        try write(&writer)
    }

    /// Appends a message field.
    ///
    /// - Parameters:
    ///   - tag: the field's tag.
    ///   - value: the message inside.
    @inlinable
    public mutating func appendMessage(tag: UInt32, _ value: some MessageValue) {
        let mark = beginMessage(tag: tag)
        value.write(to: &self)
        endMessage(mark)
    }
}

extension SharedBytes {
    /// Writes a message.
    ///
    /// - Parameters:
    ///   - capacity: bytes to reserve at once.
    ///   - write: receives the message's writer.
    /// - Returns: the message's binary form.
    /// - Throws: what `write` throws.
    @inlinable
    public static func encode<Writer: MessageWriter & ~Copyable, Failure: Error>(
        capacity: Int = 0,
        _ write: (inout Writer) throws(Failure) -> Void
    ) throws(Failure) -> SharedBytes {
        var buffer = OutputBuffer(minimumCapacity: capacity)
        var writer = Writer()
        writer.exchange(&buffer)
        try write(&writer)
        writer.exchange(&buffer)
        return SharedBytes(adopting: buffer)
    }
}
