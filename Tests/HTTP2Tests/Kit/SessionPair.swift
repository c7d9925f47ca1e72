import HTTP2
import TestKit
import Wire

/// A client and a server session, with a wire between them that cuts anywhere, and a clock.
final class SessionPair {
    let client: HTTP2Session
    let server: HTTP2Session
    var now = ContinuousClock.now
    /// How many bytes cross at a time.
    var nextCut: () -> Int

    /// What happened, in order, since the last time it was taken.
    var clientEvents: [HTTP2Event] = []
    var serverEvents: [HTTP2Event] = []

    /// Called for each event of the server as it happens.
    var onServerEvent: (HTTP2Session, HTTP2Event) -> Void = { _, _ in }
    var onClientEvent: (HTTP2Session, HTTP2Event) -> Void = { _, _ in }

    init(
        client clientConfiguration: HTTP2Configuration = HTTP2Configuration(),
        server serverConfiguration: HTTP2Configuration = HTTP2Configuration(),
        budget: MemoryBudget = MemoryBudget(),
        cut: @escaping () -> Int = { 1 << 16 }
    ) {
        client = HTTP2Session(
            .client,
            configuration: clientConfiguration,
            budget: MemoryBudget(),
            at: now
        )
        server = HTTP2Session(
            .server,
            configuration: serverConfiguration,
            budget: budget,
            at: now
        )
        nextCut = cut
    }

    /// Moves bytes both ways until neither has anything to say.
    func run() {
        while move(from: client, to: server) + move(from: server, to: client) > 0 {}
    }

    /// Moves what one side has to say now.
    ///
    /// - Returns: how many bytes.
    @discardableResult
    func move(from: HTTP2Session, to: HTTP2Session) -> Int {
        let all = from.output(at: now)
        drain(from)
        var position = 0
        while position < all.count {
            let count = min(max(1, nextCut()), all.count - position)
            to.receive(all.bytes.extracting(position..<position + count), at: now)
            drain(to)
            position += count
        }
        return all.count
    }

    /// Lets time pass, in steps as a driver would check, with nothing on the wire.
    func pass(_ duration: Duration) {
        let end = now + duration
        while now < end {
            now = min(end, now + .milliseconds(250))
            client.check(at: now)
            server.check(at: now)
            drain(client)
            drain(server)
        }
    }

    func drain(_ session: HTTP2Session) {
        session.drainEvents { event in
            if session === client {
                clientEvents.append(event)
                onClientEvent(session, event)
            } else {
                serverEvents.append(event)
                onServerEvent(session, event)
            }
        }
    }

    /// Has the server answer each request with its own body and a trailer.
    func echo() {
        onServerEvent = { server, event in
            if case .request(let stream) = event {
                server.collectBody(of: stream, upTo: 64 << 20)
            }
            if let stream = event.streamToRead, stream.isInputEnded {
                Self.answer(server, stream)
            }
        }
    }

    private static func answer(_ server: HTTP2Session, _ stream: HTTP2Stream) {
        server.respond(to: stream, [":status": "200", "x-echo": "yes"], endsStream: false)
        if let body = server.takeBody(of: stream) { server.send(body, on: stream) }
        server.finish(stream, trailers: ["x-trailer": "end"])
    }

    /// The fields of a plain POST.
    static func post(_ path: String = "/") -> HeaderBlock {
        [":method": "POST", ":scheme": "http", ":path": path, ":authority": "test"]
    }
}

extension HTTP2Event {
    /// One word for the kind of the event, and what it says.
    var summary: String {
        switch self {
        case .request(let stream): "request \(stream.id)"
        case .response(let stream): "response \(stream.id)"
        case .input(let stream): "input \(stream.id)"
        case .writable(let stream): "writable \(stream.id)"
        case .closed(let stream, let code): "closed \(stream.id) \(code)"
        case .settled: "settled"
        case .goAway(let code): "goaway \(code)"
        case .failed(let failure): "failed \(failure)"
        }
    }
}
