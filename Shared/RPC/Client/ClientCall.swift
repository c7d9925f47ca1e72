internal import HTTP2
internal import Net
internal import Wire

/// One call at the client, in its binary form.
///
/// Every method may be called by any task; one at a time sends, and one reads.
public final class ClientCall: @unchecked Sendable {
    // `@unchecked`: what changes is used on the loop only, where every method goes first.

    private let request: CallRequest
    var exchange: any ClientExchange
    /// Who is to be told of the call; nil if nobody.
    private let observation: CallObservation?
    /// How often the call was made again, as it may be while nothing of an answer has come.
    private var retries = 0
    private var reader: MessageReader
    private var expiry: Timer?
    /// The pause before another attempt, while there is one.
    private var rest: Task<Void, any Error>?
    private var isExpired = false
    private var isCancelled = false
    private var answerCompression = Compression.identity
    var answerFields: HeaderBlock?
    var isLastCompressed = false
    /// The call's end: nil while it runs.
    var outcome: Result<Metadata, RPCError>?

    /// Begins a call on its loop, when somebody can take it.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - observation: is told how it goes.
    /// - Returns: the call, under way.
    /// - Throws: ``RPCError`` if it cannot begin.
    static func begin(
        _ request: CallRequest,
        _ observation: CallObservation?
    ) async throws(RPCError) -> ClientCall {
        while true {
            if let call = try beginNow(request, observation) { return call }
            do throws(RPCError) {
                try await request.source.wait(before: request.options.deadline)
            } catch {
                observation?.end(error.code, error)
                throw error
            }
        }
    }

    /// Begins a call on its loop, if somebody can take it now.
    ///
    /// - Returns: the call, under way; nil if nobody can.
    /// - Throws: ``RPCError`` if it cannot begin; the observation has been told.
    static func beginNow(
        _ request: CallRequest,
        _ observation: CallObservation?
    ) throws(RPCError) -> ClientCall? {
        let now = request.loop.now
        do throws(RPCError) {
            if let deadline = request.options.deadline, deadline <= now { throw expired }
            let fields = request.fields(at: now, observation)
            guard let exchange = try request.source.exchangeNow(for: fields) else { return nil }
            let call = ClientCall(request, exchange, observation)
            call.sendOnlyMessage()
            return call
        } catch {
            observation?.end(error.code, error)
            throw error
        }
    }

    private init(
        _ request: CallRequest,
        _ exchange: any ClientExchange,
        _ observation: CallObservation?
    ) {
        self.request = request
        self.exchange = exchange
        self.observation = observation
        reader = MessageReader(limit: request.options.maximumMessageBytes)
        if let deadline = request.options.deadline {
            expiry = loop.schedule(after: loop.now.duration(to: deadline)) { [weak self] in
                self?.expire()
            }
        }
    }

    private func sendOnlyMessage() {
        guard let message = request.message else { return }
        let frame = compression == .gzip ? MessageFrame.compress(message) : message
        exchange.finish(sending: frame, trailers: nil)
    }

    var loop: EventLoop { request.loop }
    private var compression: Compression { request.options.compression }
    var maximumMessageBytes: Int { request.options.maximumMessageBytes }

    // MARK: Messages that go

    /// Sends a message, and waits while the server takes no more.
    ///
    /// - Parameters:
    ///   - frame: the message behind its prefix, not compressed.
    ///   - isCompressed: whether to compress it, where the call's options say how.
    /// - Throws: ``RPCError`` if the call is over.
    func send(_ frame: SharedBytes, isCompressed: Bool = true) async throws(RPCError) {
        let frame =
            compression == .gzip && isCompressed ? MessageFrame.compress(frame) : frame
        try await loop.visit { () async throws(RPCError) -> Void in
            do throws(HTTP2ExchangeError) {
                try await exchange.send(frame)
            } catch {
                throw failure(error)
            }
        }
    }

    /// Says that no more messages go.
    func finishSending() async {
        // If the loop has ended, whoever reads the answer is told.
        try? await loop.visit { () async throws(RPCError) -> Void in
            exchange.finish(trailers: nil)
        }
    }

    // MARK: Messages that come

    /// Waits for the metadata that comes before the first message.
    ///
    /// - Returns: the metadata.
    /// - Throws: ``RPCError`` if the call fails before.
    public func headers() async throws(RPCError) -> Metadata {
        try await loop.visit { () async throws(RPCError) -> Metadata in
            Metadata(
                received: try await cancellable { () async throws(RPCError) -> HeaderBlock in
                    try await awaitAnswer()
                }
            )
        }
    }

    /// Waits for the next message.
    ///
    /// - Returns: the message as it came; nil when the call has ended well.
    /// - Throws: ``RPCError`` when it has not.
    func next() async throws(RPCError) -> MessageReader.Frame? {
        // Many messages come at once: only the first of them is waited for.
        if loop.isCurrent, isRunning, let frame = try nextAtHand() { return frame }
        return try await loop.visit { () async throws(RPCError) -> MessageReader.Frame? in
            try await cancellable { () async throws(RPCError) -> MessageReader.Frame? in
                try await awaitNext()
            }
        }
    }

    var isRunning: Bool { outcome == nil && !isCancelled && !isExpired }

    /// Waits for the only message of an answer.
    func onlyAnswer() async throws(RPCError) -> OnlyAnswer {
        try await loop.visit { () async throws(RPCError) -> OnlyAnswer in
            try await onlyAnswerOnLoop()
        }
    }

    /// Has the call cancelled while it waits if the task is.
    func cancellable<Value>(
        _ body: () async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        let result: Result<Value, RPCError> = await withTaskCancellationHandler {
            do throws(RPCError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// The metadata that came with the status; nil before the end, or if none came.
    public var trailers: Metadata? {
        get async {
            try? await loop.visit { () async throws(RPCError) -> Metadata? in receivedTrailers }
        }
    }

    var receivedTrailers: Metadata? {
        switch outcome {
        case .success(let trailers): trailers
        case .failure(let error): error.origin == .peer ? error.trailers : nil
        case nil: nil
        }
    }

    /// Whether the message that was read last came compressed.
    public var isAnswerCompressed: Bool {
        get async {
            (try? await loop.visit { () async throws(RPCError) -> Bool in isLastCompressed })
                ?? false
        }
    }

    /// Ends the call; the server is told.
    public func cancel() {
        loop.execute { [self] in
            isCancelled = true
            exchange.reset(.cancel)
            rest?.cancel()
            // Nobody need wait for the end.
            if outcome == nil { observation?.end(.cancelled, nil) }
        }
    }

    /// Waits for the fields that the answer begins with, on the loop.
    private func awaitAnswer() async throws(RPCError) -> HeaderBlock {
        if let answerFields { return answerFields }
        if case .failure(let error) = outcome { throw error }
        while true {
            do throws(RPCError) {
                let fields = try await awaitFields()
                answerFields = fields
                return fields
            } catch {
                guard outcome == nil, try await makeAgain(after: error) else { throw end(error) }
            }
        }
    }

    /// Waits for the fields that the answer of this attempt begins with.
    private func awaitFields() async throws(RPCError) -> HeaderBlock {
        let fields: HeaderBlock
        do throws(HTTP2ExchangeError) {
            fields = try await exchange.response()
        } catch {
            throw ended(by: error)
        }
        try accept(fields)
        return fields
    }

    /// Reads the fields that the answer of this attempt begins with.
    ///
    /// - Throws: ``RPCError`` if it is no answer of gRPC, or only a status: that commits nobody to
    ///   anything.
    func accept(_ fields: HeaderBlock) throws(RPCError) {
        do throws(RPCError) {
            answerCompression = try AnswerReader.compression(fields)
        } catch {
            exchange.reset(.cancel)
            throw error
        }
        if AnswerReader.isStatusOnly(fields), let error = AnswerReader.error(fields) { throw error }
    }

    /// Makes the call again, if that is right.
    ///
    /// - Parameter error: how the last attempt failed.
    /// - Returns: whether another attempt is under way.
    /// - Throws: ``RPCError`` if the call is over meanwhile.
    func makeAgain(after error: RPCError) async throws(RPCError) -> Bool {
        guard !isExpired, !isCancelled, request.message != nil,
            let pause = request.retry?.pause(after: error, retries)
        else { return false }
        retries += 1
        let now = loop.now
        if let deadline = request.options.deadline, deadline <= now + pause { return false }
        if pause > .zero { await rest(for: pause) }
        if Task.isCancelled { throw end(RPCError(.cancelled, "the call was cancelled")) }
        do throws(RPCError) {
            while try !isBegunAgain(after: error) {
                try await request.source.wait(before: request.options.deadline)
            }
        } catch {
            throw end(error)
        }
        return true
    }

    /// Waits before another attempt, until somebody gives the call up.
    private func rest(for pause: Duration) async {
        let rest = Task(executorPreference: loop) { [loop] in try await loop.sleep(for: pause) }
        self.rest = rest
        await withTaskCancellationHandler {
            // How it ends says nothing: why, is seen at the call.
            _ = await rest.result
        } onCancel: {
            rest.cancel()
        }
        self.rest = nil
    }

    /// Begins another attempt, unless nobody can take it now.
    private func isBegunAgain(after error: RPCError) throws(RPCError) -> Bool {
        // Whoever gave up while nothing was under way had nothing to reset.
        if isExpired { throw Self.expired }
        if isCancelled { throw RPCError(.cancelled, "the call was cancelled") }
        var fields = request.fields(at: loop.now, observation)
        fields.append(Field.attempts, "\(retries)")
        guard let next = try request.source.exchangeNow(for: fields) else { return false }
        observation?.retry(after: error)
        exchange = next
        sendOnlyMessage()
        return true
    }

    func awaitNext() async throws(RPCError) -> MessageReader.Frame? {
        if let outcome { return try Self.rest(of: outcome) }
        let fields = try await awaitAnswer()
        while true {
            if let frame = try nextAtHand() { return frame }
            if let rest = reader.takeRest() { exchange.putBack(rest) }
            let part: SharedBytes?
            do throws(HTTP2ExchangeError) {
                part = try await exchange.nextPart(ofAtLeast: reader.needed)
            } catch {
                throw end(ended(by: error))
            }
            guard let part else { return try finish(fields) }
            do throws(MessageReader.Fault) {
                try reader.read(part)
            } catch {
                exchange.reset(.cancel)
                throw end(RPCError(error))
            }
        }
    }

    /// The next message of the bytes that were taken, on the loop; nil if there is none.
    private func nextAtHand() throws(RPCError) -> MessageReader.Frame? {
        do throws(RPCError) {
            return try nextArrived()
        } catch {
            exchange.reset(.cancel)
            throw end(error)
        }
    }

    private func nextArrived() throws(RPCError) -> MessageReader.Frame? {
        do throws(MessageReader.Fault) {
            guard let frame = try reader.next() else { return nil }
            isLastCompressed = frame.isCompressed
            return frame
        } catch {
            throw RPCError(error)
        }
    }

    /// Reads the messages of this attempt's answer, whose first fields have come.
    var decoder: MessageDecoder {
        MessageDecoder(
            of: .server,
            answerCompression,
            limit: maximumMessageBytes,
            request.offload
        )
    }

    /// The answer has ended: reads its status.
    private func finish(_ fields: HeaderBlock) throws(RPCError) -> MessageReader.Frame? {
        let trailers = exchange.trailers ?? fields
        if let error = AnswerReader.error(trailers) { throw end(error) }
        succeed(with: Metadata(received: trailers))
        return nil
    }

    // MARK: The end

    private static let expired = RPCError(.deadlineExceeded, "the deadline has passed")

    private static func rest(
        of outcome: Result<Metadata, RPCError>
    ) throws(RPCError)
        -> MessageReader.Frame?
    {
        _ = try outcome.get()
        return nil
    }

    /// Notes that the call went well.
    func succeed(with trailers: Metadata) {
        outcome = .success(trailers)
        observation?.end(.ok, nil)
        stopWaiting()
    }

    /// Notes how the call failed, if nothing was noted before.
    func end(_ error: RPCError) -> RPCError {
        stopWaiting()
        if case .failure(let first) = outcome { return first }
        if outcome == nil {
            outcome = .failure(error)
            observation?.end(error.code, error)
        }
        return error
    }

    /// What it means that the stream has ended.
    func ended(by error: HTTP2ExchangeError) -> RPCError {
        if isExpired { return Self.expired }
        if isCancelled { return RPCError(.cancelled, "the call was cancelled") }
        return RPCError(lost: error)
    }

    /// What a failure to send means: what the server said, if it has.
    ///
    /// A server may answer without having read everything: what it sent is left to who reads.
    private func failure(_ error: HTTP2ExchangeError) -> RPCError {
        if case .failure(let error) = outcome { return error }
        guard error == .closed(.noError) else { return ended(by: error) }
        if let status = exchange.trailers ?? exchange.answer, let error = AnswerReader.error(status)
        {
            return error
        }
        return RPCError(
            .failedPrecondition,
            "the server has answered and takes no more messages",
            origin: .local
        )
    }

    private func expire() {
        expiry = nil
        guard outcome == nil else { return }
        isExpired = true
        exchange.reset(.cancel)
        rest?.cancel()
        observation?.end(.deadlineExceeded, Self.expired)
    }

    func stopWaiting() {
        expiry?.cancel()
        expiry = nil
    }
}
