internal import HTTP2
internal import Net
internal import Wire

/// One call within the process: what its caller and its handler share, confined to a loop.
final class InProcessStream: @unchecked Sendable {
    // `@unchecked`: used on the loop only.

    let loop: EventLoop
    let request: HeaderBlock
    /// What the answer begins with, once it has begun.
    private(set) var answer: HeaderBlock?
    /// What the answer ended with, if it has.
    private(set) var trailers: HeaderBlock?
    /// How the call ended; nil while it runs.
    private(set) var closure: HTTP2ExchangeError?

    var toServer = ByteQueue()
    var toClient = ByteQueue()
    private var answerWaiter = TaskWaiter()
    private var handlerTask: Task<Void, Never>?
    private var hasHandlerEnded = false
    private let onEnd: (InProcessStream) -> Void

    /// Begins with a request.
    ///
    /// - Parameters:
    ///   - request: its fields.
    ///   - loop: where caller and handler meet.
    ///   - onEnd: is told once the handler has ended.
    init(_ request: HeaderBlock, on loop: EventLoop, onEnd: @escaping (InProcessStream) -> Void) {
        self.request = request
        self.loop = loop
        self.onEnd = onEnd
    }

    // MARK: The answer

    func begin(_ fields: HeaderBlock) {
        answer = fields
        answerWaiter.resume()
    }

    /// Ends the answer: the caller can still read what was written, and nothing else is read of it.
    func end(_ trailers: HeaderBlock?) {
        self.trailers = trailers
        close(.closed(.noError))
        toClient.end()
        toServer.cancel()
    }

    func waitForAnswer() async throws(HTTP2ExchangeError) -> HeaderBlock {
        while true {
            if let answer { return answer }
            if let closure { throw closure }
            if answerWaiter.isWaiting { throw .alreadyWaiting }
            // Resumed when the answer begins, or the call ends.
            unsafe await withUnsafeContinuation { unsafe answerWaiter.wait($0) }
        }
    }

    // MARK: The end

    /// Ends the call at once, as the caller's going away does.
    func reset(_ cause: HTTP2ExchangeError) {
        guard closure == nil else { return }
        close(cause)
        toServer.cancel()
        toClient.cancel()
        handlerTask?.cancel()
    }

    private func close(_ closure: HTTP2ExchangeError) {
        if self.closure == nil { self.closure = closure }
        answerWaiter.resume()
    }

    func cancelHandler() { handlerTask?.cancel() }

    func handlerStarted(_ task: Task<Void, Never>) {
        if hasHandlerEnded { return }
        handlerTask = task
        if closure != nil { task.cancel() }
    }

    func handlerEnded() {
        hasHandlerEnded = true
        handlerTask = nil
        onEnd(self)
    }
}

/// The handler's end of a call within the process.
final class InProcessServerExchange: ServerExchange, @unchecked Sendable {
    // `@unchecked`: used on the loop only.

    private let stream: InProcessStream
    private var isBodyTooLarge = false
    /// Without meaning: nobody in the process is a slow stranger.
    var isBodyTimed = false

    init(_ stream: InProcessStream) { self.stream = stream }

    var loop: EventLoop { stream.loop }
    var peerAddress: SocketAddress? { nil }
    var request: HeaderBlock { stream.request }

    // MARK: What comes

    var isBodyComplete: Bool {
        (stream.toServer.isEnded && stream.closure == nil) || isBodyTooLarge
    }

    /// The length is of no use: what is sent within the process is there in one piece.
    func collectBody(
        upTo limit: Int,
        length: HTTP2Session.BodyLength?
    ) async throws(HTTP2ExchangeError) {
        while stream.toServer.isShort(of: limit + 1) { try await waitForInput(limit + 1) }
        if let closure = stream.closure { throw closure }
        isBodyTooLarge = stream.toServer.count > limit
    }

    func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes {
        try stream.toServer.takeAll(upTo: limit)
    }

    func nextPart(ofAtLeast least: Int) async throws(HTTP2ExchangeError) -> SharedBytes? {
        while stream.toServer.isShort(of: least) { try await waitForInput(least) }
        if let closure = stream.closure { throw closure }
        return stream.toServer.take()
    }

    func putBack(_ bytes: SharedBytes) { stream.toServer.putBack(bytes) }

    private func waitForInput(_ least: Int) async throws(HTTP2ExchangeError) {
        if let closure = stream.closure { throw closure }
        if stream.toServer.hasReader { throw .alreadyWaiting }
        // Resumed when so much has come, or the caller ends.
        unsafe await withUnsafeContinuation { unsafe stream.toServer.wait(for: least, $0) }
    }

    // MARK: What goes

    func respond(_ headers: HeaderBlock, endsStream: Bool) {
        guard stream.closure == nil else { return }
        stream.begin(headers)
        if endsStream { stream.end(nil) }
    }

    func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError) {
        if let closure = stream.closure { throw closure }
        stream.toClient.append(bytes)
        while stream.toClient.isFull {
            if stream.toClient.hasWriter { throw .alreadyWaiting }
            // Resumed when the caller has read, or is gone.
            unsafe await withUnsafeContinuation { unsafe stream.toClient.waitForRoom($0) }
            if let closure = stream.closure { throw closure }
        }
    }

    func finish(trailers: HeaderBlock?) {
        guard stream.closure == nil else { return }
        stream.end(trailers)
    }

    func finish(sending bytes: SharedBytes, trailers: HeaderBlock?) {
        guard stream.closure == nil else { return }
        stream.toClient.append(bytes)
        stream.end(trailers)
    }

    /// Without meaning: what goes within the process has been counted where it came in.
    func charge(to account: MemoryBudget) -> Bool { true }

    // MARK: The handler's task

    func handlerEnded(_ error: (any Error)?) { stream.handlerEnded() }
    func cancelHandler() { stream.cancelHandler() }
}

/// The caller's end of a call within the process.
final class InProcessClientExchange: ClientExchange, @unchecked Sendable {
    // `@unchecked`: used on the loop only.

    private let stream: InProcessStream
    private var hasFinished = false

    init(_ stream: InProcessStream) { self.stream = stream }

    // MARK: What goes

    func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError) {
        if let closure = stream.closure { throw closure }
        if hasFinished { throw .outOfOrder }
        stream.toServer.append(bytes)
        while stream.toServer.isFull {
            if stream.toServer.hasWriter { throw .alreadyWaiting }
            // Resumed when the handler has read, or has answered.
            unsafe await withUnsafeContinuation { unsafe stream.toServer.waitForRoom($0) }
            if let closure = stream.closure { throw closure }
        }
    }

    func finish(trailers: HeaderBlock?) {
        hasFinished = true
        stream.toServer.end()
    }

    func finish(sending bytes: SharedBytes, trailers: HeaderBlock?) {
        guard !hasFinished else { return }
        hasFinished = true
        stream.toServer.append(bytes)
        stream.toServer.end()
    }

    func reset(_ code: HTTP2ErrorCode) { stream.reset(.closed(code)) }

    // MARK: What comes

    /// The most bytes of a body that is collected as a whole; nil if it is read in parts.
    private var collectLimit: Int?

    var answer: HeaderBlock? { stream.answer }
    var trailers: HeaderBlock? { stream.trailers }
    var end: HTTP2ExchangeError? { stream.closure }

    var isBodyComplete: Bool {
        if stream.toClient.isEnded { return failure == nil }
        return collectLimit.map { stream.toClient.count > $0 } ?? false
    }

    func beginCollectingBody(upTo limit: Int, length: HTTP2Session.BodyLength?) {
        collectLimit = limit
    }

    var hasReader: Bool { stream.toClient.hasReader }

    @unsafe
    func wakeAtBodyEnd(_ task: UnsafeContinuation<Void, Never>) {
        let needed = (collectLimit ?? 0) + 1
        if stream.toClient.hasReader || !stream.toClient.isShort(of: needed) {
            return unsafe task.resume()
        }
        unsafe stream.toClient.wait(for: needed, task)
    }

    func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes {
        try stream.toClient.takeAll(upTo: limit)
    }

    func response() async throws(HTTP2ExchangeError) -> HeaderBlock {
        try await stream.waitForAnswer()
    }

    func nextPart(ofAtLeast least: Int) async throws(HTTP2ExchangeError) -> SharedBytes? {
        while stream.toClient.isShort(of: least) { try await waitForInput(least) }
        if let failure { throw failure }
        return stream.toClient.take()
    }

    /// How the call ended, if not with an answer.
    private var failure: HTTP2ExchangeError? {
        stream.closure == .closed(.noError) ? nil : stream.closure
    }

    private func waitForInput(_ least: Int) async throws(HTTP2ExchangeError) {
        if stream.toClient.hasReader { throw .alreadyWaiting }
        // Resumed when so much has come, or the call ends.
        unsafe await withUnsafeContinuation { unsafe stream.toClient.wait(for: least, $0) }
    }

    func putBack(_ bytes: SharedBytes) { stream.toClient.putBack(bytes) }
}
