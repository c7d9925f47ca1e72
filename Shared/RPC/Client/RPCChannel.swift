public import Wire

/// Where calls go: a connection, a pool of them, or a server in the same process.
public protocol RPCChannel: Sendable {
    /// Prepares a call, and says nothing to anybody.
    ///
    /// - Parameters:
    ///   - method: the method's table.
    ///   - message: the only message of a call that sends one, behind its prefix; nil if messages
    ///     follow.
    ///   - options: deadline, metadata, compression.
    /// - Returns: the call, to be made once.
    func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall
}

/// A message as it travels, behind its prefix.
public struct FramedMessage: Sendable {
    let bytes: SharedBytes

    @usableFromInline
    init(frame: SharedBytes) { bytes = frame }

    /// Encodes a value.
    @inlinable
    init(_ value: some MessageValue) {
        var buffer = MessageFrame.begin()
        value.write(to: &buffer)
        self.init(frame: MessageFrame.end(buffer))
    }
}

/// The answer to a call that gives one message.
public struct Answer<View: MessageView & ~Escapable>: Sendable {
    /// The message.
    public let message: Message<View>
    /// The metadata that came before it.
    public let headers: Metadata
    /// The metadata that came with the status.
    public let trailers: Metadata
    /// Whether the message came compressed.
    public let isCompressed: Bool

    @inlinable
    init(_ message: Message<View>, _ answer: OnlyAnswer) {
        self.message = message
        headers = answer.headers
        trailers = answer.trailers
        isCompressed = answer.frame.isCompressed
    }
}

/// The answers to a call that gives any number of messages.
///
/// One task reads at a time. Whoever does not read to the end calls ``ClientCall/cancel()``.
public struct AnswerStream<View: MessageView & ~Escapable>: Sendable {
    /// The call.
    public let call: ClientCall

    /// Waits for the next message.
    ///
    /// - Returns: the message; nil when the call has ended well.
    /// - Throws: ``RPCError`` when it has not.
    public func next() async throws -> Message<View>? {
        guard let frame = try await call.next() else { return nil }
        return try await call.message(frame)
    }
}

/// A call that sends any number of messages and gets one.
public struct ClientStreamingCall<Request: MessageValue, View: MessageView & ~Escapable>: Sendable {
    /// The call.
    public let call: ClientCall

    /// Sends a message, and waits while the server takes no more.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - isCompressed: whether to compress it, if the options say how.
    /// - Throws: ``RPCError`` if the call is over.
    public func send(_ request: Request, isCompressed: Bool = true) async throws {
        try await call.send(FramedMessage(request).bytes, isCompressed: isCompressed)
    }

    /// Says that no more messages go, and waits for the answer.
    ///
    /// - Returns: the answer.
    /// - Throws: ``RPCError`` if the call fails.
    public func finish() async throws -> Answer<View> {
        await call.finishSending()
        let answer = try await call.onlyAnswer()
        return Answer(
            MessageDecoder.isQuick(answer.frame)
                ? try Message<View>(answering: answer.frame.bytes)
                : try await answer.decoder.decode(answer.frame),
            answer
        )
    }
}

/// A call that sends and gets any number of messages.
public struct BidirectionalCall<Request: MessageValue, View: MessageView & ~Escapable>: Sendable {
    /// The call.
    public let call: ClientCall

    /// Sends a message, and waits while the server takes no more.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - isCompressed: whether to compress it, if the options say how.
    /// - Throws: ``RPCError`` if the call is over.
    public func send(_ request: Request, isCompressed: Bool = true) async throws {
        try await call.send(FramedMessage(request).bytes, isCompressed: isCompressed)
    }

    /// Says that no more messages go.
    public func finishSending() async { await call.finishSending() }

    /// Waits for the next message.
    ///
    /// - Returns: the message; nil when the call has ended well.
    /// - Throws: ``RPCError`` when it has not.
    public func next() async throws -> Message<View>? {
        guard let frame = try await call.next() else { return nil }
        return try await call.message(frame)
    }
}

extension ClientCall {
    /// Reads a message; bytes that are none end the call.
    func message<View: MessageView & ~Escapable>(
        _ frame: MessageReader.Frame
    ) async throws -> Message<View> {
        do {
            return MessageDecoder.isQuick(frame)
                ? try Message<View>(answering: frame.bytes) : try await decoder.decode(frame)
        } catch {
            cancel()
            throw error
        }
    }
}

extension RPCChannel {
    /// Makes a call that sends one message and gets one; generated clients call it.
    @inlinable
    public func unary<Request: MessageValue, View: MessageView & ~Escapable>(
        _ method: MethodSchema,
        _ request: Request,
        options: CallOptions
    ) async throws -> Answer<View> {
        let message = FramedMessage(request)
        let call = prepare(method, sending: message, options: options)
        let answer = try await call.onlyAnswer()
        return Answer(
            MessageDecoder.isQuick(answer.frame)
                ? try Message<View>(answering: answer.frame.bytes)
                : try await answer.decoder.decode(answer.frame),
            answer
        )
    }

    /// Makes a call that sends one message and gets any number; generated clients call it.
    public func serverStreaming<Request: MessageValue, View: MessageView & ~Escapable>(
        _ method: MethodSchema,
        _ request: Request,
        options: CallOptions
    ) async throws -> AnswerStream<View> {
        let message = FramedMessage(request)
        return AnswerStream(
            call: try await prepare(method, sending: message, options: options)
                .begin()
        )
    }

    /// Makes a call that sends any number of messages and gets one; generated clients call it.
    public func clientStreaming<Request: MessageValue, View: MessageView & ~Escapable>(
        _ method: MethodSchema,
        options: CallOptions
    ) async throws -> ClientStreamingCall<Request, View> {
        ClientStreamingCall(
            call: try await prepare(method, sending: nil, options: options).begin()
        )
    }

    /// Makes a call that sends and gets any number of messages; generated clients call it.
    public func bidirectional<Request: MessageValue, View: MessageView & ~Escapable>(
        _ method: MethodSchema,
        options: CallOptions
    ) async throws -> BidirectionalCall<Request, View> {
        BidirectionalCall(
            call: try await prepare(method, sending: nil, options: options).begin()
        )
    }
}
