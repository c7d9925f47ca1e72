@testable import HTTP2
import TestKit
import Testing
import Wire

/// What peers do to wear a server out: each ends their own connection, with the right code.
@Suite("A peer that causes more work than it should")
struct AbuseTests {
    @Test(
        "with a flood of small frames is told to calm down",
        arguments: [
            ("PING", RawFrame(.ping, [UInt8](repeating: 0, count: 8))),
            ("SETTINGS", RawFrame(.settings)),
            ("PRIORITY", RawFrame(.priority, stream: 1, [0, 0, 0, 0, 16])),
            ("WINDOW_UPDATE", RawFrame.windowUpdate(0, 1)),
            ("unknown", RawFrame(.unknown, [1, 2, 3])),
        ]
    )
    func floods(name: String, frame: RawFrame) {
        let peer = RawPeer.client()
        var sent = 0
        while peer.session.failure == nil && sent < 5_000 {
            peer.send(frame)
            sent += 1
        }
        #expect(
            peer.session.failure
                == HTTP2Failure(code: .enhanceYourCalm, reason: "too many \(name) frames")
        )
        #expect(peer.goAwayCode == .enhanceYourCalm)
        #expect(peer.session.isFinished)
        // What comes afterwards is not read.
        let events = peer.events.count
        peer.send(RawFrame.request(3, endsStream: true))
        #expect(peer.events.count == events)
    }

    @Test("in one large write is cut off within it")
    func floodInOneWrite() {
        let peer = RawPeer.client()
        let ping = RawFrame(.ping, [UInt8](repeating: 0, count: 8)).bytes
        peer.send(Array(repeatElement(ping, count: 100_000).joined()))
        #expect(peer.goAwayCode == .enhanceYourCalm)
        #expect(peer.frames(.ping).count <= AbuseLimits().pings)
    }

    @Test("but spread over time may go on")
    func slowPings() {
        let peer = RawPeer.client()
        for _ in 0..<25 {
            for _ in 0..<400 { peer.send(RawFrame(.ping, [UInt8](repeating: 7, count: 8))) }
            peer.pass(.seconds(10))
        }
        #expect(peer.session.failure == nil)
        #expect(peer.frames(.ping).filter { $0.flags == 1 }.count == 10_000)
    }

    @Test("with DATA frames that carry nothing is told to calm down")
    func emptyData() {
        let peer = RawPeer.client()
        peer.send(RawFrame.request(1))
        for _ in 0..<1_000 { peer.send(RawFrame(.data, stream: 1)) }
        #expect(peer.session.failure?.reason == "too many empty DATA frames")
        #expect(peer.goAwayCode == .enhanceYourCalm)
    }

    @Test("that opens and resets streams is told to calm down")
    func rapidReset() {
        let peer = RawPeer.client()
        var stream: UInt32 = 1
        while peer.session.failure == nil && stream < 5_000 {
            peer.send(RawFrame.request(stream), RawFrame.reset(stream, .cancel))
            stream += 2
        }
        #expect(stream / 2 == UInt32(AbuseLimits().resets) + 1)
        #expect(peer.goAwayCode == .enhanceYourCalm)
        #expect(peer.session.openStreams == 0)
    }

    @Test("by resetting is one only if it resets more than half of its streams")
    func honestResets() {
        let peer = RawPeer.client()
        peer.onEvent = { server, event in
            guard let stream = event.streamToRead, stream.isInputEnded else { return }
            server.respond(to: stream, [":status": "200"], endsStream: true)
        }
        for number in 0..<1_000 {
            let stream = UInt32(number * 2 + 1)
            if number.isMultiple(of: 3) {
                peer.send(RawFrame.request(stream), RawFrame.reset(stream, .cancel))
            } else {
                peer.send(RawFrame.request(stream, endsStream: true))
            }
        }
        #expect(peer.session.failure == nil)
    }

    @Test("by CONTINUATION without end is cut off")
    func continuations() {
        let peer = RawPeer.client()
        var first = RawFrame.request(1)
        first.flags = 0
        peer.send(first)
        for _ in 0..<20 {
            peer.send(RawFrame(.continuation, stream: 1, RawFrame.literal("x-more", "of it")))
        }
        #expect(peer.session.failure?.reason == "too many CONTINUATION frames")
        #expect(peer.goAwayCode == .enhanceYourCalm)
    }

    @Test("with header fields that unfold into megabytes is held to a few of them")
    func headerBomb() {
        let peer = RawPeer.client()
        peer.onEvent = { server, event in
            if case .request = event { Issue.record("the request was let through") }
        }
        // One field of 4,000 bytes in the table of compression, then named 12,000 times.
        let large = RawFrame.indexedLiteral("x-bomb", String(repeating: "a", count: 4_000))
        for number in 0..<40 {
            var frame = RawFrame.request(UInt32(number * 2 + 1), endsStream: true)
            // 62 is the newest entry of the table (RFC 7541 §2.3.3).
            frame.payload += large + [UInt8](repeating: 0x80 | 62, count: 12_000)
            peer.send(frame)
        }
        #expect(peer.frames(.headers).isEmpty)
        #expect(peer.resets.count == AbuseLimits().oversizedHeaders)
        #expect(peer.session.failure?.reason == "too many oversized HEADERS frames")
        #expect(peer.session.openStreams <= 1)
    }

    @Test("that has its streams reset by faults is told to calm down")
    func resetsByFault() {
        let peer = RawPeer.client()
        var stream: UInt32 = 1
        while peer.session.failure == nil && stream < 5_000 {
            peer.send(
                RawFrame.request(stream),
                RawFrame(.headers, flags: 5, stream: stream, RawFrame.literal(":status", "200"))
            )
            stream += 2
        }
        #expect(stream / 2 == UInt32(AbuseLimits().resets) + 1)
        #expect(peer.goAwayCode == .enhanceYourCalm)
    }

    @Test("whose refused streams are answered but not read is cut off")
    func unreadAnswers() {
        let session = HTTP2Session(.server, budget: MemoryBudget(), at: .now)
        let greeting = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + RawFrame(.settings).bytes
        session.receive(greeting.rawBytes, at: .now)
        var sent = 0
        while session.failure == nil && sent < 10_000 {
            session.receive(RawFrame.request(UInt32(sent * 2 + 1)).bytes.rawBytes, at: .now)
            sent += 1
        }
        #expect(session.failure?.code == .enhanceYourCalm)
        #expect(sent < 2_000)
    }

    @Test("by a PING for each frame it is sent is honest")
    func measuringPings() {
        let peer = RawPeer.client()
        peer.onEvent = { server, event in
            guard let stream = event.streamToRead, stream.isInputEnded else { return }
            server.respond(to: stream, [":status": "200"], endsStream: true)
        }
        for number in 0..<3_000 {
            peer.send(RawFrame.request(UInt32(number * 2 + 1), endsStream: true))
            peer.send(RawFrame(.ping, [UInt8](repeating: 1, count: 8)))
        }
        #expect(peer.session.failure == nil)
        #expect(peer.frames(.ping).count == 3_000)
    }

    @Test("with too many fields is answered 431, and may go on")
    func tooManyFields() {
        let peer = RawPeer.client()
        let fields = (0..<100).map { ("x-\($0)", "") }
        peer.send(RawFrame.request(1, endsStream: true, fields))
        peer.send(RawFrame.request(3, endsStream: true))
        #expect(peer.frames(.headers).count == 1)
        // :status 431 has no number in the static table: a literal, Huffman coded or not.
        #expect(peer.frames(.headers).first?.stream == 1)
        #expect(peer.events.map(\.summary).contains("request 3"))
        #expect(!peer.events.map(\.summary).contains("request 1"))
        #expect(peer.session.failure == nil)
    }

    @Test("by asking for more streams than it may has those refused")
    func tooManyStreams() {
        let peer = RawPeer.client()
        for number in 0..<150 { peer.send(RawFrame.request(UInt32(number * 2 + 1))) }
        #expect(peer.session.openStreams <= 100)
        #expect(peer.goAwayCode != nil || peer.resets.values.contains(.refusedStream))
    }

    @Test("by sending more than its window ends the stream or the connection")
    func windowOverrun() {
        let peer = RawPeer.client()
        peer.send(RawFrame.request(1))
        for _ in 0..<5 {
            peer.send(RawFrame(.data, stream: 1, [UInt8](repeating: 0, count: 16_384)))
        }
        #expect(peer.goAwayCode == .flowControlError || peer.resets[1] == .flowControlError)
    }

    @Test(
        "against the rules of frames is refused with the code of the rule",
        arguments: [
            ("no preface", Array("GET / HTTP/1.1\r\n\r\n".utf8), HTTP2ErrorCode.protocolError),
            ("a frame too long", [0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1], .frameSizeError),
            ("DATA on stream 0", RawFrame(.data, [1]).bytes, .protocolError),
            ("DATA on an idle stream", RawFrame(.data, stream: 1, [1]).bytes, .protocolError),
            ("an even stream", RawFrame.request(2).bytes, .protocolError),
            (
                "a PING of seven bytes", RawFrame(.ping, [1, 2, 3, 4, 5, 6, 7]).bytes,
                .frameSizeError
            ),
            ("a window of none", RawFrame.windowUpdate(0, 0).bytes, .protocolError),
            (
                "a window too large", RawFrame.windowUpdate(0, 0x7fff_ffff).bytes,
                .flowControlError
            ),
            ("a wrong setting", RawFrame.settings([(2, 2)]).bytes, .protocolError),
            (
                "a push by a client",
                RawFrame(.pushPromise, flags: 4, stream: 1, [0, 0, 0, 2]).bytes, .protocolError
            ),
            (
                "HPACK out of the table",
                RawFrame(.headers, flags: 4, stream: 1, [0xff, 0xff, 0x7f]).bytes, .compressionError
            ),
            (
                "CONTINUATION of nothing", RawFrame(.continuation, flags: 4, stream: 1).bytes,
                .protocolError
            ),
        ]
    )
    func violations(name: String, bytes: [UInt8], code: HTTP2ErrorCode) {
        let peer = RawPeer(facing: .server)
        if name != "no preface" { peer.greet() }
        peer.send(bytes)
        #expect(peer.goAwayCode == code)
        #expect(peer.session.failure?.code == code)
        #expect(peer.session.isFinished)
    }

    @Test(
        "with header fields that are not legal has its stream reset",
        arguments: [
            [("X-Upper", "a")], [("x space", "a")], [("", "a")], [("x", "a\u{0}b")],
            [("x", "a\r\nb: c")], [("connection", "close")], [("transfer-encoding", "chunked")],
            [("te", "gzip")], [(":path", "/twice")], [(":unknown", "a")], [("content-length", "x")],
            [("x", " leading")],
        ]
    )
    func illegalFields(fields: [(String, String)]) {
        let peer = RawPeer.client()
        peer.send(RawFrame.request(1, endsStream: true, fields))
        #expect(peer.resets[1] == .protocolError)
        #expect(!peer.events.contains { $0.request != nil })
        // Only that stream: the next is served.
        peer.send(RawFrame.request(3, endsStream: true))
        #expect(peer.events.contains { $0.request?.id == 3 })
    }

    @Test("may use underscores unless they are refused")
    func underscores() {
        let fields = [("x_y", "1")]
        let lax = RawPeer.client()
        lax.send(RawFrame.request(1, endsStream: true, fields))
        #expect(lax.events.contains { $0.request?.id == 1 })
        var configuration = HTTP2Configuration()
        configuration.refusesUnderscores = true
        let strict = RawPeer.client(configuration)
        strict.send(RawFrame.request(1, endsStream: true, fields))
        #expect(!strict.events.contains { $0.request?.id == 1 })
        #expect(strict.resets[1] != nil)
    }

    @Test("with a body that is not as long as it says has its stream reset")
    func contentLength() {
        let peer = RawPeer.client()
        peer.send(RawFrame.request(1, [("content-length", "5")]))
        peer.send(RawFrame(.data, flags: 1, stream: 1, [1, 2, 3]))
        #expect(peer.resets[1] == .protocolError)
    }

    @Test("as a server, too, is cut off by a client")
    func hostileServer() throws {
        let peer = RawPeer(facing: .client)
        peer.flush()
        peer.greet()
        let stream = try peer.session.request(SessionPair.post(), endsStream: true)
        peer.flush()
        var frame = RawFrame(.headers, flags: 4, stream: 1, RawFrame.literal(":status", "200"))
        frame.payload += RawFrame.literal("x", String(repeating: "a", count: 16_000))
        frame.payload += RawFrame.literal("y", String(repeating: "b", count: 200))
        var more = frame
        more.kind = .continuation
        more.payload = RawFrame.literal("z", String(repeating: "c", count: 16_300))
        var last = more
        frame.flags = 0
        more.flags = 0
        last.flags = 4
        peer.send(frame, more, last)
        #expect(peer.resets[1] == .enhanceYourCalm)
        #expect(!stream.isOpen)
        #expect(peer.session.failure == nil)
    }
}
