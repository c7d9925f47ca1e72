public import HTTP2
public import Wire

/// Why an exchange cannot go on.
public enum HTTP2ExchangeError: Error, Equatable {
    /// The stream is closed. REFUSED_STREAM: the request was not processed and may be sent again.
    case closed(HTTP2ErrorCode)
    /// The connection was lost before the stream was over: whether the request was processed is not
    /// known. One that was not sent yet is closed with REFUSED_STREAM instead.
    case connectionLost
    /// The body has more bytes than the limit.
    case bodyTooLarge(limit: Int)
    /// Output was handed in before it had begun, or after its end.
    case outOfOrder
    /// Another task waits for the same: one may in each direction.
    case alreadyWaiting
    /// No request can be made on the connection.
    case request(HTTP2Session.RequestError)
}

/// One request and its response, at either side, with waiting and back-pressure.
///
/// A wait ends with the stream, not with the task that waits: whoever cancels the task resets the
/// exchange too, as ``HTTP2Client/request(_:body:upTo:)`` does; a handler whose stream ends is
/// cancelled.
///
/// It is used on the connection's own loop, where a server's handlers are started; others go there
/// by `withTaskExecutorPreference(exchange.loop)`. One task at a time may wait in each direction.
public final class HTTP2Exchange: HTTP2StreamOwner, @unchecked Sendable {
    // `@unchecked`: everything but `loop` is used on the loop only, which debug builds check.

    private let channel: HTTP2Channel
    private let stream: HTTP2Stream
    /// What those who wait or come later are told; nil while the stream is open.
    private var closure: HTTP2ExchangeError?
    private var inputWaiter = TaskWaiter()
    /// Whether the task that waits for input has no use for a part of the body.
    private var isWholeBodyAwaited = false
    private var outputWaiter = TaskWaiter()
    private var hasHeaders: Bool
    private var hasFinished = false
    private(set) var hasResponded = false

    /// The task of a server's handler, while it runs.
    private var handlerTask: Task<Void, Never>?
    private var hasHandlerEnded = false

    /// Begins with a stream, on the loop; `endsOutput` if there is no output but header fields.
    init(
        _ stream: HTTP2Stream,
        on channel: HTTP2Channel,
        hasHeaders: Bool,
        endsOutput: Bool = false
    ) {
        self.stream = stream
        self.channel = channel
        self.hasHeaders = hasHeaders
        hasFinished = endsOutput
        stream.owner = self
    }

    /// The loop of the connection, for any thread that asks.
    public var loop: EventLoop { channel.loop }

    /// The request's fields, at the server.
    public var request: HeaderBlock { stream.headers }

    /// Who is at the other end of the connection, as far as is known.
    public var peerAddress: SocketAddress? { channel.peerAddress }

    /// The response's fields, at the client, once they have come.
    public var answer: HeaderBlock? { hasHeaders ? stream.headers : nil }

    /// The trailer fields that the peer sent, once its body has ended.
    public var trailers: HeaderBlock? { stream.trailers }

    /// Whether a body that comes too slowly ends the stream; see ``HTTP2Stream/isBodyTimed``.
    public var isBodyTimed: Bool {
        get { stream.isBodyTimed }
        set { stream.isBodyTimed = newValue }
    }

    /// Has the body count against an account; see ``HTTP2Session/charge(_:to:)``.
    ///
    /// - Parameter account: a budget within that of the process.
    /// - Returns: false if the account has no room for what has come.
    public func charge(to account: MemoryBudget) -> Bool {
        loop.assertIsCurrent()
        return channel.session.charge(stream, to: account)
    }

    /// Sets how many bytes of the body may be on their way at a time.
    public func setWindow(to count: Int) {
        loop.assertIsCurrent()
        channel.session.setWindow(of: stream, to: count)
        channel.setNeedsFlush()
    }

    /// Whether the stream is closed.
    var isClosed: Bool { closure != nil }

    // MARK: Input

    /// Waits for the response's fields, at the client.
    ///
    /// - Returns: the fields of the final response.
    /// - Throws: ``HTTP2ExchangeError`` if the stream closes before they come.
    public func response() async throws(HTTP2ExchangeError) -> HeaderBlock {
        loop.assertIsCurrent()
        while !hasHeaders { try await waitForInput() }
        return stream.headers
    }

    /// Waits for the whole body.
    ///
    /// - Parameter limit: the most bytes it may have.
    /// - Returns: the bytes, in one piece.
    /// - Throws: ``HTTP2ExchangeError``.
    public func body(upTo limit: Int) async throws(HTTP2ExchangeError) -> SharedBytes {
        try await collectBody(upTo: limit)
        return try takeBody(upTo: limit)
    }

    /// Whether the whole body has come, or more than was to be collected.
    public var isBodyComplete: Bool { stream.isInputEnded || stream.isBodyTooLarge }

    /// Waits until the whole body has come, for ``takeBody(upTo:)``.
    ///
    /// - Parameters:
    ///   - limit: the most bytes it may have.
    ///   - length: tells of its first bytes how long it will be; nil if they do not say it.
    /// - Throws: ``HTTP2ExchangeError`` if the stream closes before.
    public func collectBody(
        upTo limit: Int,
        length: HTTP2Session.BodyLength? = nil
    ) async throws(HTTP2ExchangeError) {
        beginCollectingBody(upTo: limit, length: length)
        while !isBodyComplete { try await waitForInput() }
    }

    /// Has the whole body come, whoever waits for it.
    ///
    /// - Parameters: as for ``collectBody(upTo:length:)``.
    package func beginCollectingBody(
        upTo limit: Int,
        length: HTTP2Session.BodyLength? = nil
    ) {
        loop.assertIsCurrent()
        if isBodyComplete { return }
        channel.session.collectBody(of: stream, upTo: limit, length: length)
        channel.setNeedsFlush()
    }

    /// Has a task go on when the whole body has come, or the stream is closed.
    ///
    /// - Parameter task: what goes on; at once if another waits.
    @unsafe
    package func wakeAtBodyEnd(_ task: UnsafeContinuation<Void, Never>) {
        if isBodyComplete || closure != nil || inputWaiter.isWaiting {
            return unsafe task.resume()
        }
        isWholeBodyAwaited = true
        unsafe inputWaiter.wait(task)
    }

    /// Whether a task waits for input.
    package var hasReader: Bool { inputWaiter.isWaiting }

    /// How the stream was closed; nil while it is open.
    package var end: HTTP2ExchangeError? { closure }

    /// Takes the whole body, which is complete.
    ///
    /// - Parameter limit: the most bytes it may have.
    /// - Returns: the bytes, in one piece.
    /// - Throws: ``HTTP2ExchangeError/bodyTooLarge(limit:)``.
    public func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes {
        loop.assertIsCurrent()
        precondition(isBodyComplete, "part of the body has not come yet")
        if stream.isBodyTooLarge || stream.availableInput > limit {
            throw HTTP2ExchangeError.bodyTooLarge(limit: limit)
        }
        return channel.session.takeBody(of: stream) ?? SharedBytes([])
    }

    /// Waits for more of the body.
    ///
    /// - Parameter least: how many bytes are needed to go on; it may be more than the window.
    /// - Returns: what has come since the last time, with fewer bytes only if they are the last;
    ///   nil at the end.
    /// - Throws: ``HTTP2ExchangeError`` if the stream closes before the end.
    public func nextPart(
        ofAtLeast least: Int = 1
    ) async throws(HTTP2ExchangeError) -> SharedBytes? {
        loop.assertIsCurrent()
        while stream.availableInput < least && !stream.isInputEnded {
            channel.session.awaitInput(least, of: stream)
            channel.setNeedsFlush()
            try await waitForInput()
        }
        let part = channel.session.takeBody(of: stream)
        if part != nil { channel.setNeedsFlush() }
        return part
    }

    /// Puts bytes back that ``nextPart(ofAtLeast:)`` gave and that cannot be used before more has
    /// come: the stream keeps and counts them, and gives them again with what follows.
    ///
    /// - Parameter bytes: the last of the bytes that it gave.
    public func putBack(_ bytes: SharedBytes) {
        loop.assertIsCurrent()
        channel.session.putBack(bytes, on: stream)
    }

    private func waitForInput() async throws(HTTP2ExchangeError) {
        if let closure { throw closure }
        if inputWaiter.isWaiting { throw .alreadyWaiting }
        // Resumed by the next event of the stream, of which its close is the last.
        unsafe await withUnsafeContinuation { unsafe inputWaiter.wait($0) }
    }

    // MARK: Output

    /// Server: answers with header fields, unless the stream is closed.
    ///
    /// A second answer, as of one that failed half-way, resets the stream: the first is on its way.
    ///
    /// - Parameters:
    ///   - headers: `:status`, then other fields in lower case.
    ///   - endsStream: whether there is neither body nor trailers.
    public func respond(_ headers: HeaderBlock, endsStream: Bool = false) {
        loop.assertIsCurrent()
        if hasResponded { return reset(.internalError) }
        hasResponded = true
        hasFinished = endsStream
        channel.session.respond(to: stream, headers, endsStream: endsStream)
        channel.setNeedsFlush()
    }

    /// Sends more of the body, and waits while the peer takes no more.
    ///
    /// - Parameter bytes: the next part.
    /// - Throws: ``HTTP2ExchangeError`` if the stream is closed, or its output has not begun or
    ///   has ended.
    public func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError) {
        loop.assertIsCurrent()
        if let closure { throw closure }
        if hasFinished || !hasBegunOutput { throw .outOfOrder }
        channel.session.send(bytes, on: stream)
        channel.setNeedsFlush()
        while !stream.isWritable {
            if let closure { throw closure }
            if outputWaiter.isWaiting { throw .alreadyWaiting }
            // Resumed when there is room again, or the stream closes.
            unsafe await withUnsafeContinuation { unsafe outputWaiter.wait($0) }
        }
    }

    /// Ends the output; once it has ended, this does nothing.
    ///
    /// A server that has not answered yet answers 500 by this.
    ///
    /// - Parameter trailers: fields to end it with, if any.
    public func finish(trailers: HeaderBlock? = nil) {
        loop.assertIsCurrent()
        if hasFinished { return }
        guard hasBegunOutput else { return respond([":status": "500"], endsStream: true) }
        hasFinished = true
        channel.session.finish(stream, trailers: trailers)
        channel.setNeedsFlush()
    }

    /// Sends the last part of the body and ends the output, without waiting for the peer to take
    /// it; nothing happens if the output has not begun or has ended.
    ///
    /// - Parameters:
    ///   - bytes: the last part, or the whole body.
    ///   - trailers: fields to end it with, if any.
    public func finish(sending bytes: SharedBytes, trailers: HeaderBlock? = nil) {
        loop.assertIsCurrent()
        guard hasBegunOutput, !hasFinished else { return }
        hasFinished = true
        channel.session.send(bytes, on: stream)
        channel.session.finish(stream, trailers: trailers)
        channel.setNeedsFlush()
    }

    /// Ends the stream at once, in both directions.
    ///
    /// - Parameter code: what the peer is told.
    public func reset(_ code: HTTP2ErrorCode) {
        loop.assertIsCurrent()
        channel.session.reset(stream, code)
        channel.setNeedsFlush()
    }

    private var hasBegunOutput: Bool { hasResponded || channel.session.role == .client }

    // MARK: The channel's side

    /// Takes what the session told of the stream.
    package func saw(_ event: HTTP2Event) {
        switch event {
        case .response:
            hasHeaders = true
            inputArrived()
        case .input:
            inputArrived()
        case .writable:
            outputWaiter.resume()
        case .closed(_, let code):
            let session = channel.session
            let isLost = session.isAbandoned || session.hasInputEnded
            closure = isLost && code == .cancel ? .connectionLost : .closed(code)
            // A handler that has answered may tidy up in peace.
            if !hasFinished || code != .noError { handlerTask?.cancel() }
            handlerTask = nil
            inputWaiter.resume()
            outputWaiter.resume()
        default:
            break
        }
    }

    private func inputArrived() {
        if isWholeBodyAwaited && !isBodyComplete { return }
        isWholeBodyAwaited = false
        inputWaiter.resume()
    }

    /// Cancels the task of the server's handler, as the end of the stream would.
    public func cancelHandler() {
        loop.assertIsCurrent()
        handlerTask?.cancel()
    }

    /// Runs a server's handler to its end, in the task of the caller.
    func run(_ handler: HTTP2Server.Handler) async {
        var failure: (any Error)?
        do {
            try await handler(self)
        } catch {
            failure = error
        }
        handlerEnded(failure)
    }

    /// The handler has been started, and has run until it first had to wait.
    func handlerStarted(_ task: Task<Void, Never>) {
        if hasHandlerEnded { return }
        if isClosed {
            task.cancel()
        } else {
            handlerTask = task
        }
    }

    /// The handler has returned: ends what it left open.
    ///
    /// - Parameter error: what it threw, if it did.
    package func handlerEnded(_ error: (any Error)?) {
        hasHandlerEnded = true
        handlerTask = nil
        guard closure == nil, !hasFinished else { return }
        if !hasResponded {
            var status = "500"
            if case .bodyTooLarge = error as? HTTP2ExchangeError { status = "413" }
            channel.session.respond(to: stream, [":status": status], endsStream: true)
        } else if error == nil {
            channel.session.finish(stream)
        } else {
            channel.session.reset(stream, .internalError)
        }
        channel.setNeedsFlush()
    }
}
