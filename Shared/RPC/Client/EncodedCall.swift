public import Wire

// Calls of methods whose messages are known at run time only: they go and come in binary form.

extension FramedMessage {
    /// A message that is encoded already.
    ///
    /// - Parameter message: its binary form.
    public init(encoded message: RawSpan) {
        var buffer = MessageFrame.begin(capacity: message.byteCount)
        buffer.append(message)
        self.init(frame: MessageFrame.end(buffer))
    }
}

extension RPCChannel {
    /// Makes a call that sends one message, in binary form.
    ///
    /// - Parameters:
    ///   - method: what is called; its server gives one message or any number.
    ///   - message: what is sent.
    ///   - options: deadline, metadata, compression.
    /// - Returns: the call, whose answers are read by ``ClientCall/nextEncoded()``.
    /// - Throws: ``RPCError`` if it cannot begin.
    public func encoded(
        _ method: MethodSchema,
        _ message: RawSpan,
        options: CallOptions
    ) async throws(RPCError) -> ClientCall {
        // A span cannot outlive a suspension; what is made of it can.
        let framed = FramedMessage(encoded: message)
        return try await prepare(method, sending: framed, options: options).begin()
    }
}

extension ClientCall {
    /// Waits for the next message, in binary form.
    ///
    /// - Returns: its bytes, which nobody has checked; nil when the call has ended well.
    /// - Throws: ``RPCError`` when it has not.
    public func nextEncoded() async throws -> SharedBytes? {
        guard let frame = try await next() else { return nil }
        return try await decoder.unfolded(frame)
    }
}
