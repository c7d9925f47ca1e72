internal import HTTP2
internal import Net
internal import RPC
internal import Wire

/// A request in another protocol than gRPC, shown as one of gRPC's to the call that serves it.
///
/// It joins two halves that know nothing of each other: a ``RequestReader`` makes gRPC's messages
/// of what comes, and an ``AnswerWriter`` makes the protocol's answer of gRPC's.
final class TranslatedExchange: ServerExchange, @unchecked Sendable {
    // `@unchecked`: used on the loop only, but for `translated`, which changes nothing.

    private let base: any ServerExchange
    private let reader: any RequestReader
    private let writer: any AnswerWriter
    /// The fields of the call.
    let request: HeaderBlock
    /// What the answer begins with, kept back until it is known how it goes on.
    private var opening: HeaderBlock?
    /// Whether some of the answer has gone.
    private var hasBegun = false
    /// What broke a stream off that cannot say so.
    private var breakOff: RPCError?
    private var pulse: Timer?
    /// The sign of life that was sent last.
    private var beat: Task<Void, Never>?
    private var isBeating = false

    /// Joins both halves.
    ///
    /// - Parameters:
    ///   - base: the request as it came.
    ///   - request: the fields of the call.
    ///   - reader: reads the request's body.
    ///   - writer: writes the answer.
    init(
        _ base: any ServerExchange,
        _ request: HeaderBlock,
        reader: any RequestReader,
        writer: any AnswerWriter
    ) {
        self.base = base
        self.request = request
        self.reader = reader
        self.writer = writer
    }

    var loop: EventLoop { base.loop }
    var peerAddress: SocketAddress? { base.peerAddress }
    var isBodyTimed: Bool {
        get { base.isBodyTimed }
        set { base.isBodyTimed = newValue }
    }
    func charge(to account: MemoryBudget) -> Bool { base.charge(to: account) }

    // MARK: What comes

    var fault: RPCError? { reader.fault }
    var isBodyComplete: Bool { reader.isComplete(base) }

    func collectBody(
        upTo limit: Int,
        length: HTTP2Session.BodyLength?
    ) async throws(HTTP2ExchangeError) {
        try await reader.collect(from: base)
    }

    func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes {
        try reader.take(from: base)
    }

    func nextPart(ofAtLeast least: Int) async throws(HTTP2ExchangeError) -> SharedBytes? {
        try await reader.nextPart(from: base, ofAtLeast: least)
    }

    func putBack(_ bytes: SharedBytes) { reader.putBack(bytes, to: base) }

    // MARK: What goes

    var isTranslating: Bool { true }

    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes {
        try writer.translated(frame)
    }

    func respond(_ headers: HeaderBlock, endsStream: Bool) {
        if endsStream { return refuse(RPC.AnswerReader.error(headers), headers, headers) }
        opening = headers
        if writer.isStream { begin() }
    }

    func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError) {
        // One task at a time may wait to send: a sign that is on its way goes first, and none is
        // due before this has gone.
        while isBeating { await beat?.value }
        stopPulse()
        try await base.send(writer.part(bytes))
        schedulePulse()
    }

    func finish(sending bytes: SharedBytes, trailers: HeaderBlock?) {
        let trailers = trailers ?? HeaderBlock()
        let opening = opening ?? HeaderBlock()
        guard !writer.isStream else {
            end(sending: writer.part(bytes), trailers)
            return
        }
        guard !hasBegun else { return }
        hasBegun = true
        let (fields, body) = writer.whole(opening, trailers, bytes)
        base.respond(fields, endsStream: body == nil)
        if let body { base.finish(sending: body, trailers: nil) }
    }

    func finish(trailers: HeaderBlock?) {
        let trailers = trailers ?? HeaderBlock()
        if hasBegun { return end(sending: nil, trailers) }
        refuse(RPC.AnswerReader.error(trailers), opening ?? HeaderBlock(), trailers)
    }

    private func begin() {
        guard !hasBegun, let opening else { return }
        hasBegun = true
        base.respond(writer.opening(opening), endsStream: false)
        schedulePulse()
    }

    /// Answers with an error, or with nothing, before any message has gone.
    private func refuse(_ error: RPCError?, _ opening: HeaderBlock, _ trailers: HeaderBlock) {
        stopPulse()
        guard !hasBegun else { return }
        hasBegun = true
        let (fields, body) = writer.refusal(
            error ?? RPCError(.internalError, "the call ended well without an answer"),
            opening,
            trailers
        )
        base.respond(fields, endsStream: false)
        base.finish(sending: body, trailers: nil)
    }

    /// Ends a stream.
    private func end(sending last: SharedBytes?, _ trailers: HeaderBlock) {
        stopPulse()
        let error = RPC.AnswerReader.error(trailers)
        if let error, !writer.tellsErrors {
            breakOff = error
            return
        }
        var bytes = OutputBuffer()
        if let last { bytes.append(last.bytes) }
        if let ending = writer.ending(error, trailers) {
            bytes.append(ending.bytes)
        }
        base.finish(sending: SharedBytes(adopting: bytes), trailers: nil)
    }

    // MARK: Signs of life

    /// Has a stream that stays quiet say that it lives.
    private func schedulePulse() {
        guard let (interval, sign) = writer.heartbeat else { return }
        pulse?.cancel()
        pulse = loop.schedule(after: interval) { [weak self] in self?.sendSign(sign) }
    }

    private func sendSign(_ sign: SharedBytes) {
        guard !isBeating else { return }
        isBeating = true
        beat = Task.immediate(executorPreference: loop) {
            do throws(HTTP2ExchangeError) {
                try await base.send(sign)
                isBeating = false
                schedulePulse()
            } catch {
                // The stream has ended: its call is told by the end of the stream itself.
                isBeating = false
                stopPulse()
            }
        }
    }

    private func stopPulse() {
        pulse?.cancel()
        pulse = nil
    }

    // MARK: The handler's task

    func handlerEnded(_ error: (any Error)?) {
        stopPulse()
        base.handlerEnded(error ?? breakOff)
    }

    func cancelHandler() { base.cancelHandler() }
}
