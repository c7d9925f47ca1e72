public import Wire

/// A method and what runs when it is called.
///
/// Generated code makes one for each method of a service.
public final class RPCMethod: Sendable {
    /// Runs one call: reads its messages, and sends its answers.
    @usableFromInline typealias Run = @Sendable (ServerCall) async throws -> Void

    /// The method's table.
    public let schema: MethodSchema
    let run: Run

    @usableFromInline
    init(_ schema: MethodSchema, _ run: @escaping Run) {
        self.schema = schema
        self.run = run
    }

    /// The service's name, as `sextant.ingest.v1.Ingest`.
    public var service: String { schema.service }
    /// The path that it is called by, as `/sextant.ingest.v1.Ingest/RecordEvents`.
    public var path: String { schema.path }

    /// A method that takes one message and gives one.
    ///
    /// - Parameters:
    ///   - schema: the method's table.
    ///   - body: what runs.
    /// - Returns: the method.
    @inlinable
    public static func unary<Request: MessageView & ~Escapable, Answer: MessageValue>(
        _ schema: MethodSchema,
        _ body: @escaping @Sendable (Message<Request>, ServerCall) async throws -> Reply<Answer>
    ) -> RPCMethod {
        RPCMethod(schema) { call in
            if !call.isRequestComplete { try await call.collectRequest() }
            let frame = try call.takeOnlyFrame()
            let request: Message<Request> =
                MessageDecoder.isQuick(frame)
                ? try Message<Request>(of: frame.bytes) : try await call.decoder.decode(frame)
            try call.expectRunning()
            let reply = try await body(request, call)
            try call.finish(with: reply.frame)
        }
    }

    /// A method that takes any number of messages and gives one.
    ///
    /// - Parameters: as for ``unary(_:_:)``.
    /// - Returns: the method.
    @inlinable
    public static func clientStreaming<Request: MessageView & ~Escapable, Answer: MessageValue>(
        _ schema: MethodSchema,
        _ body:
            @escaping @Sendable (RequestStream<Request>, ServerCall) async throws -> Reply<Answer>
    ) -> RPCMethod {
        RPCMethod(schema) { call in
            let reply = try await body(RequestStream(call), call)
            try call.finish(with: reply.frame)
        }
    }

    /// A method that takes one message and gives any number.
    ///
    /// - Parameters: as for ``unary(_:_:)``.
    /// - Returns: the method.
    @inlinable
    public static func serverStreaming<Request: MessageView & ~Escapable, Answer: MessageValue>(
        _ schema: MethodSchema,
        _ body:
            @escaping @Sendable (Message<Request>, ResponseStream<Answer>, ServerCall) async throws
            -> Void
    ) -> RPCMethod {
        RPCMethod(schema) { call in
            if !call.isRequestComplete { try await call.collectRequest() }
            let frame = try call.takeOnlyFrame()
            let request: Message<Request> =
                MessageDecoder.isQuick(frame)
                ? try Message<Request>(of: frame.bytes) : try await call.decoder.decode(frame)
            try call.expectRunning()
            try await body(request, ResponseStream(call), call)
        }
    }

    /// A method that takes and gives any number of messages.
    ///
    /// - Parameters: as for ``unary(_:_:)``.
    /// - Returns: the method.
    @inlinable
    public static func bidirectional<Request: MessageView & ~Escapable, Answer: MessageValue>(
        _ schema: MethodSchema,
        _ body:
            @escaping @Sendable (RequestStream<Request>, ResponseStream<Answer>, ServerCall)
            async throws -> Void
    ) -> RPCMethod {
        RPCMethod(schema) { call in
            try await body(RequestStream(call), ResponseStream(call), call)
        }
    }
}

/// One answer, in its binary form.
public struct Reply<Answer: MessageValue>: Sendable {
    @usableFromInline let frame: SharedBytes

    /// Encodes a value.
    @inlinable
    public init(_ value: Answer) {
        var buffer = MessageFrame.begin()
        value.write(to: &buffer)
        frame = MessageFrame.end(buffer)
    }

    /// Passes a message on as it is.
    public init<View: MessageView & ~Escapable>(
        _ message: Message<View>
    ) where View.Value == Answer {
        frame = MessageFrame.make(of: message.bytes)
    }
}

/// The messages that a caller sends, one after the other.
///
/// One task reads at a time.
public struct RequestStream<View: MessageView & ~Escapable>: Sendable {
    private let call: ServerCall

    @usableFromInline
    init(_ call: ServerCall) { self.call = call }

    /// Waits for the next message.
    ///
    /// Let each message go before the next is awaited: the caller may send on only when the bytes
    /// of those before are no longer held, and waits for ever for one who keeps them.
    ///
    /// - Returns: the message; nil when the caller has sent its last.
    /// - Throws: ``RPCError`` for bytes that are no such message, or when the call is over.
    public func next() async throws -> Message<View>? { try await call.nextMessage() }
}

/// Where the messages go that answer a call.
///
/// One task sends at a time.
public struct ResponseStream<Answer: MessageValue>: Sendable {
    private let call: ServerCall

    @usableFromInline
    init(_ call: ServerCall) { self.call = call }

    /// Sends a message, and waits while the caller takes no more.
    ///
    /// - Parameter value: the message.
    /// - Throws: ``RPCError`` when the call is over.
    public func send(_ value: Answer) async throws { try await send(Reply(value)) }

    /// Sends a message that is encoded already, and waits while the caller takes no more.
    ///
    /// - Parameters:
    ///   - reply: the message.
    ///   - isCompressed: whether to compress it, if ``ServerCall/compression`` says how.
    /// - Throws: ``RPCError`` when the call is over.
    public func send(_ reply: Reply<Answer>, isCompressed: Bool = true) async throws {
        try await call.send(reply.frame, isCompressed: isCompressed)
    }
}
