import HTTP2
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
        var output = OutputBuffer()
        repeat {
            output.removeAll()
            session.produce(into: &output, limit: 1 << 16, at: now)
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
        while let event = session.nextEvent() {
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

/// One frame in parts.
struct RawFrame: Equatable {
    enum Kind: UInt8 {
        case data, headers, priority, resetStream, settings, pushPromise, ping, goAway
        case windowUpdate, continuation
        case unknown = 0xbe
    }

    var kind: Kind
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]

    init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// Takes the first frame off bytes, if it is all there.
    init?(readingFrom bytes: inout [UInt8]) {
        guard bytes.count >= 9 else { return nil }
        let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        guard bytes.count >= 9 + length else { return nil }
        kind = Kind(rawValue: bytes[3]) ?? .unknown
        flags = bytes[4]
        stream = bytes[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(bytes[9..<9 + length])
        bytes.removeFirst(9 + length)
    }

    var bytes: [UInt8] {
        let count = payload.count
        return [
            UInt8(count >> 16), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), kind.rawValue, flags,
        ]
            + stream.bigEndianBytes + payload
    }

    /// A number of four bytes in the payload.
    func number(at offset: Int) -> UInt32 {
        payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A request's HEADERS: a POST to `/`, with more fields as literals.
    static func request(
        _ stream: UInt32,
        endsStream: Bool = false,
        _ fields: [(String, String)] = []
    ) -> RawFrame {
        RawFrame(
            .headers,
            flags: endsStream ? 5 : 4,
            stream: stream,
            // :method POST, :scheme http, :path / by their numbers in the static table.
            [0x83, 0x86, 0x84] + literal(":authority", "test")
                + fields.flatMap { literal($0.0, $0.1) }
        )
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> RawFrame {
        RawFrame(.windowUpdate, stream: stream, increment.bigEndianBytes)
    }

    static func reset(_ stream: UInt32, _ code: HTTP2ErrorCode) -> RawFrame {
        RawFrame(.resetStream, stream: stream, code.rawValue.bigEndianBytes)
    }

    static func settings(_ entries: [(UInt16, UInt32)]) -> RawFrame {
        RawFrame(
            .settings,
            entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xff)] + $0.1.bigEndianBytes }
        )
    }

    /// A field as HPACK's literal without indexing, no Huffman code (RFC 7541 §6.2.2).
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0x00] + text(name) + text(value)
    }

    /// A field as a literal that the table is to remember (RFC 7541 §6.2.1).
    static func indexedLiteral(_ name: String, _ value: String) -> [UInt8] {
        [0x40] + text(name) + text(value)
    }

    private static func text(_ text: String) -> [UInt8] {
        let utf8 = Array(text.utf8)
        guard utf8.count >= 127 else { return [UInt8(utf8.count)] + utf8 }
        var length: [UInt8] = [127]
        var rest = utf8.count - 127
        while rest >= 128 {
            length.append(UInt8(rest & 0x7f | 0x80))
            rest >>= 7
        }
        return length + [UInt8(rest)] + utf8
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] {
        [UInt8(self >> 24), UInt8(self >> 16 & 0xff), UInt8(self >> 8 & 0xff), UInt8(self & 0xff)]
    }
}
