import HTTP2
import Wire

/// Any bytes, cut anywhere, at any time, end a session properly or leave it working: every stream
/// is closed once, all memory is given back, and answers stay in proportion.
struct HTTP2Target {
    let role: HTTP2Session.Role
    /// The options that the input's first byte chooses.
    let bits: UInt8

    private var configuration: HTTP2Configuration {
        var configuration = HTTP2Configuration()
        configuration.maximumConcurrentStreams = 8
        if bits & 1 != 0 {
            configuration.maximumHeaderBytes = 200
            configuration.maximumHeaderFields = 6
            configuration.abuse.oversizedHeaders = 1
            configuration.abuse.pings = 2
            configuration.abuse.resets = 2
        }
        if bits & 2 != 0 { configuration.maximumRequests = 2 }
        return configuration
    }

    func run(_ input: RawSpan) {
        let budget = MemoryBudget(limit: bits & 4 != 0 ? 64 : 1 << 20)
        do {
            var peer = Peer(role, configuration, budget, echoes: bits & 8 != 0)
            if role == .server && bits & 16 == 0 {
                peer.receive(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8).rawBytes)
            }
            let step = bits & 32 != 0 ? 5 : 512
            var position = 0
            while position < input.byteCount {
                let end = min(position + step, input.byteCount)
                peer.receive(input.extracting(position..<end))
                if bits & 64 != 0 { peer.pass(.seconds(1)) }
                position = end
            }
            if bits & 128 != 0 { peer.session.inputEnded() }
            peer.pass(.seconds(400))
            peer.finish(allowing: 4_096 + 64 * input.byteCount)
        }
        precondition(budget.used == 0, "memory was not given back: \(budget.used)")
    }

    /// Drives the session as a server or a client would, and counts.
    private struct Peer {
        let session: HTTP2Session
        let echoes: Bool
        var now = ContinuousClock.now
        var told = 0
        var closed = 0
        var sent = 0

        init(
            _ role: HTTP2Session.Role,
            _ configuration: HTTP2Configuration,
            _ budget: MemoryBudget,
            echoes: Bool
        ) {
            session = HTTP2Session(role, configuration: configuration, budget: budget, at: now)
            self.echoes = echoes
            guard role == .client else { return }
            for _ in 0..<3 {
                let headers: HeaderBlock = [
                    ":method": "POST", ":scheme": "http", ":path": "/", ":authority": "a",
                ]
                if let stream = try? session.request(headers, endsStream: false) {
                    session.send(SharedBytes([1, 2, 3]), on: stream)
                    if !echoes { session.finish(stream) }
                    told += 1
                }
            }
            flush()
        }

        mutating func receive(_ bytes: RawSpan) {
            session.receive(bytes, at: now)
            drain()
            flush()
        }

        mutating func pass(_ duration: Duration) {
            now += duration
            session.check(at: now)
            drain()
            flush()
        }

        private mutating func flush() {
            var output = OutputChain()
            repeat {
                output.removeAll()
                session.produce(into: &output, limit: 4_096, at: now)
                sent += output.count
                drain()
            } while output.count > 0
        }

        private mutating func drain() {
            session.drainEvents { event in
                switch event {
                case .request(let stream):
                    told += 1
                    precondition(stream.headers[":method"] != nil, "a request without a method")
                    if echoes { session.collectBody(of: stream, upTo: 100) }
                case .closed(let stream, _):
                    precondition(!stream.isOpen, "closed and open")
                    closed += 1
                default: break
                }
                if let stream = event.streamToRead { answer(stream) }
            }
            precondition(session.openStreams <= 16, "streams beyond the limit")
        }

        private func answer(_ stream: HTTP2Stream) {
            let body = session.takeBody(of: stream)
            if let body, stream.isOpen, !stream.isInputEnded, body.count > 4 {
                // As a reader of messages does that has found a part of one.
                session.putBack(body.extracting(body.count / 2..<body.count), on: stream)
                session.awaitInput(body.count, of: stream)
                return
            }
            guard stream.isOpen, session.role == .server, stream.isInputEnded else { return }
            session.respond(to: stream, [":status": "200"], endsStream: body == nil)
            guard let body else { return }
            session.send(body, on: stream)
            session.finish(stream, trailers: ["x": "y"])
        }

        mutating func finish(allowing limit: Int) {
            precondition(sent <= limit, "answered with \(sent) bytes")
            session.abandon(.internalError)
            drain()
            precondition(session.openStreams == 0, "streams are left")
            precondition(closed >= told, "\(told) streams told, \(closed) closed")
        }
    }
}
