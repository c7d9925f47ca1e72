import HTTP2
import Net
import RPC
import Wire

/// A request whose body a test has written, and whose answer it reads; what is sent waits while the
/// test holds it back.
final class ScriptedExchange: ServerExchange, @unchecked Sendable {
    // `@unchecked`: used on the loop only.

    let loop: EventLoop
    let request: HeaderBlock
    let peerAddress: SocketAddress? = nil
    var isBodyTimed = false
    /// What has been sent.
    private(set) var sent: [String] = []
    private(set) var opening: HeaderBlock?
    private(set) var isFinished = false
    /// What the handler has ended with.
    private(set) var failure: (any Error)?
    /// Whether what is sent waits.
    var isHeld = false {
        didSet { if !isHeld { letGo() } }
    }
    private var body: [SharedBytes]
    private var waiting: CheckedContinuation<Void, Never>?

    /// A request on a loop, with the parts of its body.
    init(_ request: HeaderBlock = HeaderBlock(), body: [SharedBytes] = [], on loop: EventLoop) {
        self.loop = loop
        self.request = request
        self.body = body
    }

    // MARK: What comes

    let isBodyComplete = true

    func collectBody(
        upTo limit: Int,
        length: HTTP2Session.BodyLength?
    ) async throws(HTTP2ExchangeError) {}

    func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes {
        var all = OutputBuffer()
        for part in body { all.append(part.bytes) }
        body = []
        return SharedBytes(adopting: all)
    }

    func nextPart(ofAtLeast least: Int) async throws(HTTP2ExchangeError) -> SharedBytes? {
        body.isEmpty ? nil : body.removeFirst()
    }

    func putBack(_ bytes: SharedBytes) { body.insert(bytes, at: 0) }

    // MARK: What goes

    func respond(_ headers: HeaderBlock, endsStream: Bool) {
        opening = headers
        isFinished = endsStream
    }

    func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError) {
        guard waiting == nil else { throw .alreadyWaiting }
        sent.append(String(repairing: bytes.bytes))
        if isHeld { await withCheckedContinuation { waiting = $0 } }
    }

    private func letGo() {
        let sender = waiting
        waiting = nil
        sender?.resume()
    }

    func finish(trailers: HeaderBlock?) { isFinished = true }

    func finish(sending bytes: SharedBytes, trailers: HeaderBlock?) {
        sent.append(String(repairing: bytes.bytes))
        isFinished = true
    }

    // MARK: The rest

    func handlerEnded(_ error: (any Error)?) { failure = error }
    func cancelHandler() {}
    func charge(to account: MemoryBudget) -> Bool { true }
}
