public import HTTP2
public import Net
public import Telemetry
public import Wire

/// One call at the server: what came with it, and what goes with the answer.
///
/// It is used on the loop of its connection, where handlers run.
public final class ServerCall: @unchecked Sendable {
    // `@unchecked`: used on the loop only, which the exchange checks in debug builds.

    /// The method that is called.
    public let method: RPCMethod
    /// When the call must be over; nil if the caller sets no limit.
    public let deadline: ContinuousClock.Instant?

    /// Metadata that goes with the first message of the answer, or earlier with
    /// ``sendHeaders()``; later changes have no effect.
    public var headers = Metadata()
    /// Metadata that goes with the status.
    public var trailers = Metadata()
    /// How the next messages are compressed; without effect if the caller does not accept it.
    public var compression = Compression.identity
    /// The span that the call is served in, for what it logs and whom it calls; nil if nobody has
    /// set one.
    public var traceContext: TraceContext?
    /// What a guard has found out about the caller, for the handler; nil if none has.
    public var principal: (any AnyObject & Sendable)?
    /// Who is told when the call is over.
    private var endHandlers: [@Sendable (ServerCall) -> Void] = []
    /// What the request is called, which the answer's first fields repeat; nil if nobody has named
    /// it.
    ///
    /// A request that is refused before there is a call, as one for an unknown method, has no name.
    public var requestID: RequestID?
    /// Is told of the calls that are made with ``onward``; nil if nobody wants to know.
    public var observer: (any CallObserver)?
    /// Whether the message that was read last came compressed.
    public private(set) var isRequestCompressed = false

    let exchange: any ServerExchange
    /// When it came.
    let start: ContinuousClock.Instant
    private let limits: MessageLimits
    @usableFromInline let decoder: MessageDecoder
    /// What finds the messages of a caller that sends many.
    private var reader: MessageReader
    private var expiry: Timer?

    private var hasSentHeaders = false
    /// What the answer's header fields said of compression.
    private var announcedCompression = Compression.identity
    /// How the call ended; nil while it runs.
    private(set) var outcome: CallOutcome?

    init(
        _ method: RPCMethod,
        on exchange: any ServerExchange,
        _ parameters: RequestParameters,
        _ limits: MessageLimits,
        since start: ContinuousClock.Instant,
        offload: WorkerPool?
    ) {
        self.method = method
        self.exchange = exchange
        self.start = start
        self.limits = limits
        decoder = MessageDecoder(
            of: .caller,
            parameters.compression,
            limit: limits.request,
            offload
        )
        reader = MessageReader(limit: limits.request)
        guard let timeout = parameters.timeout else {
            deadline = nil
            return
        }
        deadline = start.advanced(by: timeout)
        expiry = exchange.loop.schedule(after: timeout) { [weak self] in self?.expire() }
    }

    /// The metadata that came with the call.
    public var metadata: Metadata { Metadata(received: exchange.request) }

    /// The loop that the call is served on.
    public var loop: EventLoop { exchange.loop }

    /// Has the bytes of the request count against an account, beside the budget of the process.
    ///
    /// - Parameter account: a budget within that of the server.
    /// - Returns: false if the account has no room for what has come.
    public func charge(to account: MemoryBudget) -> Bool { exchange.charge(to: account) }

    /// Whether the caller makes the call again, after an attempt that failed.
    public var isRetry: Bool { exchange.request.first(Field.attempts) != nil }

    /// Who is at the other end of the connection, as far as is known.
    public var peerAddress: SocketAddress? { exchange.peerAddress }

    /// How much time is left, not below zero; nil if the caller sets no limit.
    public var remainingTime: Duration? {
        deadline.map { max(.zero, loop.now.duration(to: $0)) }
    }

    // MARK: Messages that come

    /// Whether all has come that the caller sends.
    @usableFromInline var isRequestComplete: Bool { exchange.isBodyComplete }

    /// Waits until all has come that the caller sends.
    @usableFromInline
    func collectRequest() async throws {
        do throws(HTTP2ExchangeError) {
            try await exchange.collectBody(
                upTo: limits.request + MessageFrame.prefixCount,
                length: MessageFrame.bodyCount
            )
        } catch {
            throw outcome?.error ?? exchange.fault ?? failure(error)
        }
    }

    /// Ends a handler whose call has ended while something was waited for.
    @usableFromInline
    func expectRunning() throws {
        if let outcome { throw outcome.error ?? RPCError(.cancelled, "the call is over") }
    }

    /// The message of a caller that sends one, all of which has come.
    @usableFromInline
    func takeOnlyFrame() throws -> MessageReader.Frame {
        let body: SharedBytes
        do throws(HTTP2ExchangeError) {
            body = try exchange.takeBody(upTo: limits.request + MessageFrame.prefixCount)
        } catch {
            throw exchange.fault ?? RPCError.tooLarge(limit: limits.request)
        }
        do throws(MessageReader.Fault) {
            let frame = try MessageReader.onlyFrame(in: body, limit: limits.request)
            isRequestCompressed = frame.isCompressed
            return frame
        } catch {
            throw RPCError(error)
        }
    }

    /// Waits for the next message; nil at the end.
    func nextMessage<View: MessageView & ~Escapable>() async throws -> Message<View>? {
        guard let frame = try await nextFrame() else { return nil }
        return MessageDecoder.isQuick(frame)
            ? try Message<View>(of: frame.bytes) : try await decoder.decode(frame)
    }

    /// Waits for the next message, as it came; nil at the end.
    func nextFrame() async throws -> MessageReader.Frame? {
        while true {
            if let frame = try nextArrived() { return frame }
            if let rest = reader.takeRest() { exchange.putBack(rest) }
            let part: SharedBytes?
            do throws(HTTP2ExchangeError) {
                part = try await exchange.nextPart(ofAtLeast: reader.needed)
            } catch {
                throw outcome?.error ?? exchange.fault ?? failure(error)
            }
            guard let part else { return nil }
            try read(part)
        }
    }

    private func read(_ part: SharedBytes) throws {
        do throws(MessageReader.Fault) {
            try reader.read(part)
        } catch {
            throw RPCError(error)
        }
    }

    private func nextArrived() throws -> MessageReader.Frame? {
        do throws(MessageReader.Fault) {
            guard let frame = try reader.next() else { return nil }
            isRequestCompressed = frame.isCompressed
            return frame
        } catch {
            throw RPCError(error)
        }
    }

    // MARK: Messages that go

    /// Sends the metadata of ``headers`` now, instead of with the first message.
    public func sendHeaders() throws {
        try expectRunning()
        beginAnswer()
    }

    private func beginAnswer() {
        guard !hasSentHeaders else { return }
        hasSentHeaders = true
        let isPlain = headers.isEmpty && compression == .identity && requestID == nil
        guard !isPlain else { return exchange.respond(AnswerFields.plain, endsStream: false) }
        var fields = AnswerFields.plain
        if compression != .identity, compression.isAccepted(by: exchange.request[Field.accepts]) {
            announcedCompression = compression
            fields.append(Field.encoding, compression.rawValue)
        }
        if let requestID { fields.append(requestID) }
        headers.append(to: &fields)
        // Metadata is checked when it is made, and comes from services only through nghttp2's
        // checks.
        exchange.respond(fields.known(), endsStream: false)
    }

    /// Sends a message, and waits while the caller takes no more.
    func send(_ frame: SharedBytes, isCompressed: Bool) async throws {
        try await send(translated: try fold(frame, isCompressed: isCompressed))
    }

    /// Sends what a message has become, and waits while the caller takes no more.
    func send(translated bytes: SharedBytes) async throws {
        try expectRunning()
        beginAnswer()
        do throws(HTTP2ExchangeError) {
            try await exchange.send(bytes)
        } catch {
            throw outcome?.error ?? failure(error)
        }
    }

    /// Sends the only message of an answer, and the status with it.
    @usableFromInline
    func finish(with frame: SharedBytes) throws {
        if outcome != nil { return }
        finish(sending: try fold(frame, isCompressed: true))
    }

    /// Sends what the only message of an answer has become, and the status with it.
    func finish(sending frame: SharedBytes) {
        if outcome != nil { return }
        beginAnswer()
        end(CallOutcome(.ok))
        let fields = trailers.isEmpty ? AnswerFields.success : AnswerFields.trailers(nil, trailers)
        exchange.finish(sending: frame, trailers: fields)
    }

    /// A message as it travels: compressed if that was announced and is wanted for this one, and in
    /// the form of the caller's protocol.
    func fold(_ frame: SharedBytes, isCompressed: Bool) throws -> SharedBytes {
        let count = frame.count - MessageFrame.prefixCount
        guard count <= limits.response else {
            throw RPCError(
                .resourceExhausted,
                "the answer has \(count) bytes, more than \(limits.response)"
            )
        }
        guard isCompressed, compression == .gzip else { return try exchange.translated(frame) }
        let isAnnounced =
            hasSentHeaders
            ? announcedCompression == compression
            : compression.isAccepted(by: exchange.request[Field.accepts])
        return try exchange.translated(isAnnounced ? MessageFrame.compress(frame) : frame)
    }

    /// Ends the call with a status, unless it has ended.
    func finish(_ error: RPCError?) {
        guard outcome == nil else { return }
        end(CallOutcome(error?.code ?? .ok, error))
        var all = trailers
        if let error { all.append(error.trailers) }
        if hasSentHeaders {
            exchange.finish(trailers: AnswerFields.trailers(error, all))
        } else {
            hasSentHeaders = true
            var fields = AnswerFields.plain
            AnswerFields.append(error, all, to: &fields)
            if let requestID { fields.append(requestID) }
            if !headers.isEmpty { headers.append(to: &fields) }
            exchange.respond(fields, endsStream: true)
        }
    }

    /// Ends the call with an error, unless it has ended, and cancels its handler.
    ///
    /// - Parameter error: what the caller is told.
    public func fail(_ error: RPCError) {
        guard outcome == nil else { return }
        finish(error)
        exchange.cancelHandler()
    }

    private func expire() {
        expiry = nil
        fail(RPCError(.deadlineExceeded, "the deadline has passed"))
    }

    private func end(_ outcome: CallOutcome) {
        self.outcome = outcome
        expiry?.cancel()
        expiry = nil
        if endHandlers.isEmpty { return }
        let handlers = endHandlers
        endHandlers = []
        for handler in handlers { handler(self) }
    }

    /// Has somebody told on the loop when the call is over, though its handler may still be at
    /// work; at once if it is over already.
    ///
    /// - Parameter handler: is told once, as of a guard that keeps count of calls.
    public func whenEnded(_ handler: @escaping @Sendable (ServerCall) -> Void) {
        if outcome == nil {
            endHandlers.append(handler)
        } else {
            handler(self)
        }
    }

    /// What it means that nothing comes or goes any more.
    ///
    /// A caller that goes is no fault of ours; nobody hears how the call ended, but the log.
    private func failure(_ error: HTTP2ExchangeError) -> RPCError {
        switch error {
        case .connectionLost, .closed(.cancel), .closed(.noError):
            RPCError(.cancelled, "the caller has gone", logMessage: "\(RPCError(lost: error))")
        default: RPCError(lost: error)
        }
    }
}

/// How a call ended.
struct CallOutcome: Sendable {
    let code: StatusCode
    let error: RPCError?

    init(_ code: StatusCode, _ error: RPCError? = nil) {
        self.code = code
        self.error = error
    }
}

/// How many bytes a message may have.
public struct MessageLimits: Sendable {
    /// Of a message that comes, before and after it is unfolded.
    public var request = 4 << 20
    /// Of a message that goes.
    public var response = 64 << 20

    /// The defaults: 4 MiB that come, 64 MiB that go.
    public init() {}
}
