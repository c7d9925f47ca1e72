import HTTP2
import TestKit
import Wire

/// A peer that writes frames by hand, lawful or not, to one session, and reads the answers.
final class RawPeer {
    let session: HTTP2Session
    var now = ContinuousClock.now
    private(set) var events: [HTTP2Event] = []
    /// The frames that the session sent, in order.
    private(set) var frames: [RawFrame] = []
    private var unread: [UInt8] = []
    private var isPrefaceRead: Bool

    /// Called for each event as it happens.
    var onEvent: (HTTP2Session, HTTP2Event) -> Void = { _, _ in }

    /// Faces a server, or a client.
    init(
        facing role: HTTP2Session.Role = .server,
        _ configuration: HTTP2Configuration = HTTP2Configuration(),
        budget: MemoryBudget = MemoryBudget()
    ) {
        session = HTTP2Session(role, configuration: configuration, budget: budget, at: now)
        isPrefaceRead = role == .server
    }

    /// A client that has greeted the server.
    static func client(_ configuration: HTTP2Configuration = HTTP2Configuration()) -> RawPeer {
        let peer = RawPeer(facing: .server, configuration)
        peer.greet()
        return peer
    }

    /// Sends the preface of a client, empty settings, and the acknowledgement of the session's.
    func greet() {
        if session.role == .server { send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)) }
        send(RawFrame(.settings).bytes + RawFrame(.settings, flags: 1).bytes)
    }

    func send(_ frames: RawFrame...) {
        send(frames.flatMap(\.bytes))
    }

    func send(_ bytes: [UInt8]) {
        session.receive(bytes.rawBytes, at: now)
        drain()
        flush()
    }

    /// Lets time pass, checked often.
    func pass(_ duration: Duration, step: Duration = .milliseconds(250)) {
        let end = now + duration
        while now < end {
            now = min(end, now + step)
            session.check(at: now)
            drain()
        }
        flush()
    }

    /// Takes everything that the session wants to send.
    func flush() {
        var output: SharedBytes
        repeat {
            output = session.output(at: now)
            drain()
            unread.append(copying: output.bytes)
        } while output.count > 0
        if !isPrefaceRead && unread.count >= 24 {
            unread.removeFirst(24)
            isPrefaceRead = true
        }
        while isPrefaceRead, let frame = RawFrame(readingFrom: &unread) { frames.append(frame) }
    }

    private func drain() {
        session.drainEvents { event in
            events.append(event)
            onEvent(session, event)
        }
    }

    func frames(_ kind: RawFrame.Kind) -> [RawFrame] { frames.filter { $0.kind == kind } }

    /// The code of the last GOAWAY.
    var goAwayCode: HTTP2ErrorCode? {
        frames(.goAway).last.map { HTTP2ErrorCode(rawValue: $0.number(at: 4)) }
    }

    /// The codes of the RST_STREAM frames, by stream.
    var resets: [UInt32: HTTP2ErrorCode] {
        Dictionary(
            frames(.resetStream).map { ($0.stream, HTTP2ErrorCode(rawValue: $0.number(at: 0))) },
            uniquingKeysWith: { $1 }
        )
    }
}
