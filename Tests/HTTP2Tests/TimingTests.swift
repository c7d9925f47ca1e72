import HTTP2
import TestKit
import Testing
import Wire

@Suite("A peer that takes its time")
struct TimingTests {
    @Test("with its first bytes is not waited for")
    func handshake() {
        let silent = RawPeer(facing: .server)
        silent.pass(.seconds(9))
        #expect(silent.session.failure == nil)
        silent.pass(.seconds(1))
        #expect(silent.session.failure?.code == .settingsTimeout)
        #expect(silent.session.isFinished)

        let slow = RawPeer(facing: .server)
        for byte in "PRI * HTTP/2.0\r\n\r\nSM".utf8 {
            slow.send([byte])
            slow.pass(.seconds(1))
        }
        #expect(slow.session.failure?.reason == "no SETTINGS within 10.0 seconds")
    }

    @Test("to acknowledge settings is not waited for")
    func acknowledgement() {
        let peer = RawPeer(facing: .server)
        peer.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + RawFrame(.settings).bytes)
        peer.pass(.seconds(9))
        #expect(peer.session.failure == nil)
        peer.pass(.seconds(1))
        #expect(peer.goAwayCode == .settingsTimeout)
    }

    @Test("with header fields, a byte a second, is cut off", arguments: [1, 9, 20])
    func slowHeaders(prefix: Int) {
        let peer = RawPeer.client()
        let bytes = RawFrame.request(1, [("x", String(repeating: "a", count: 100))]).bytes
        peer.send(Array(bytes[..<prefix]))
        for byte in bytes[prefix..<prefix + 9] {
            peer.pass(.seconds(1))
            peer.send([byte])
        }
        #expect(peer.session.failure == nil)
        peer.pass(.seconds(1))
        #expect(peer.session.failure?.reason == "a frame took longer than 10.0 seconds")
        #expect(peer.goAwayCode == .enhanceYourCalm)
    }

    @Test("between HEADERS and CONTINUATION is cut off")
    func slowContinuation() {
        let peer = RawPeer.client()
        var frame = RawFrame.request(1)
        frame.flags = 0
        peer.send(frame)
        peer.pass(.seconds(10))
        #expect(peer.goAwayCode == .enhanceYourCalm)
    }

    @Test("with a body that trickles has its stream reset, unless silence is allowed there")
    func slowBody() {
        let peer = RawPeer.client()
        peer.onEvent = { _, event in
            if let stream = event.request, stream.id == 3 { stream.isBodyTimed = false }
        }
        peer.send(RawFrame.request(1), RawFrame.request(3), RawFrame.request(5))
        for _ in 0..<11 {
            peer.pass(.seconds(1))
            peer.send(RawFrame(.data, stream: 1, [1]))
            peer.send(RawFrame(.data, stream: 5, [UInt8](repeating: 0, count: 300)))
        }
        #expect(peer.resets[1] == .enhanceYourCalm)
        #expect(peer.resets[3] == nil)
        #expect(peer.resets[5] == nil)
        #expect(peer.session.openStreams == 2)
        #expect(peer.session.failure == nil)
    }

    @Test("to open its windows has a stream reset that only has its end to send")
    func zeroWindowAtTheEnd() {
        let peer = RawPeer(facing: .server)
        peer.onEvent = { server, event in
            guard let stream = event.streamToRead, stream.isInputEnded else { return }
            server.respond(to: stream, [":status": "200"], endsStream: false)
            server.finish(stream, trailers: ["x": "y"])
        }
        peer.send(
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
                + RawFrame.settings([(4, 0)]).bytes + RawFrame(.settings, flags: 1).bytes
        )
        peer.send(RawFrame.request(1, endsStream: true))
        peer.pass(.seconds(31))
        #expect(peer.session.openStreams == 0)
    }

    @Test("only because its window was shut until now is not to blame")
    func reopenedWindow() throws {
        let peer = RawPeer.client()
        peer.send(RawFrame.request(1))
        let stream = try #require(peer.events.compactMap(\.request).first)
        let frame = RawFrame(.data, stream: 1, [UInt8](repeating: 0, count: 16_384))
        peer.send(frame, frame, frame, frame)
        peer.pass(.milliseconds(9_900))
        _ = peer.session.takeBody(of: stream)
        peer.flush()
        peer.pass(.seconds(2))
        #expect(peer.resets.isEmpty)
        // Now it could send, and does not.
        peer.pass(.seconds(10))
        #expect(peer.resets == [1: .enhanceYourCalm])
    }

    @Test("because our window is shut is not to blame")
    func shutWindow() {
        let peer = RawPeer.client()
        peer.send(RawFrame.request(1))
        for _ in 0..<4 {
            peer.send(RawFrame(.data, stream: 1, [UInt8](repeating: 0, count: 16_384)))
        }
        peer.pass(.seconds(25))
        #expect(peer.resets.isEmpty)
    }

    @Test("to open its windows has each stalled stream reset", arguments: [0, 8_000])
    func zeroWindow(grant: UInt32) {
        let peer = RawPeer(facing: .server)
        peer.onEvent = { server, event in
            guard let stream = event.streamToRead, stream.isInputEnded else { return }
            server.respond(to: stream, [":status": "200"], endsStream: false)
            server.send(.pattern(100_000), on: stream)
            server.finish(stream)
        }
        peer.send(
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
                + RawFrame.settings([(4, 0)]).bytes + RawFrame(.settings, flags: 1).bytes
        )
        for number in 0..<100 {
            peer.send(RawFrame.request(UInt32(number * 2 + 1), endsStream: true))
        }
        #expect(peer.session.openStreams == 100)
        if grant > 0 {
            peer.pass(.seconds(20))
            peer.send(RawFrame.windowUpdate(1, grant))
            #expect(peer.frames(.data).map(\.payload.count) == [Int(grant)])
        }
        peer.pass(.seconds(grant > 0 ? 10 : 30))
        #expect(peer.session.openStreams == (grant > 0 ? 1 : 0))
        #expect(peer.resets.count == (grant > 0 ? 99 : 100))
        #expect(peer.resets.values.allSatisfy { $0 == .enhanceYourCalm })
        peer.pass(.seconds(30))
        #expect(peer.session.openStreams == 0)
    }

    @Test("to open a window by more than crumbs has the stream reset", arguments: [100, 1_000])
    func crumbs(grant: UInt32) throws {
        let peer = RawPeer(facing: .server)
        peer.onEvent = { server, event in
            guard let stream = event.streamToRead, stream.isInputEnded else { return }
            server.respond(to: stream, [":status": "200"], endsStream: false)
            server.send(.pattern(100_000), on: stream)
        }
        peer.send(
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
                + RawFrame.settings([(4, 0)]).bytes + RawFrame(.settings, flags: 1).bytes
        )
        peer.send(RawFrame.request(1, endsStream: true))
        // 20 and 200 bytes a second; 240 must be taken, measured over 30 s.
        for _ in 0..<12 {
            peer.pass(.seconds(5))
            peer.send(RawFrame.windowUpdate(1, grant))
        }
        #expect(peer.resets == [1: .enhanceYourCalm])
    }

    @Test("slowly but steadily is served", arguments: [2_000, 10_000])
    func slowReader(grant: UInt32) {
        let peer = RawPeer(facing: .server)
        peer.onEvent = { server, event in
            guard let stream = event.streamToRead, stream.isInputEnded else { return }
            server.respond(to: stream, [":status": "200"], endsStream: false)
            server.send(.pattern(1_000_000), on: stream)
        }
        peer.send(
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
                + RawFrame.settings([(4, 0)]).bytes + RawFrame(.settings, flags: 1).bytes
        )
        peer.send(RawFrame.request(1, endsStream: true))
        for _ in 0..<24 {
            peer.pass(.seconds(5))
            peer.send(RawFrame.windowUpdate(0, grant), RawFrame.windowUpdate(1, grant))
        }
        #expect(peer.resets.isEmpty)
        #expect(peer.session.openStreams == 1)
    }

    @Test("in lumps, as windows and kernels move, is served")
    func lumps() {
        var configuration = HTTP2Configuration()
        configuration.keepaliveInterval = nil
        let peer = RawPeer(facing: .server, configuration)
        peer.onEvent = { server, event in
            guard let stream = event.streamToRead, stream.isInputEnded else { return }
            server.respond(to: stream, [":status": "200"], endsStream: false)
            server.send(.pattern(1_000_000), on: stream)
        }
        peer.send(
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
                + RawFrame.settings([]).bytes + RawFrame(.settings, flags: 1).bytes
        )
        // 300 bytes a second, told by half a window at a time.
        peer.send(RawFrame.request(1, endsStream: true))
        for _ in 0..<5 {
            peer.pass(.seconds(109))
            peer.send(RawFrame.windowUpdate(0, 32_768), RawFrame.windowUpdate(1, 32_768))
        }
        #expect(peer.resets.isEmpty)
        #expect(peer.session.openStreams == 1)
        peer.pass(.seconds(121))
        #expect(peer.resets == [1: .enhanceYourCalm])
    }

    @Test("with nothing to do is sent away in an orderly way")
    func idle() {
        let peer = RawPeer.client()
        peer.pass(.seconds(299))
        #expect(peer.goAwayCode == nil)
        peer.pass(.seconds(1))
        // The first GOAWAY refuses nothing; the second comes without an answer to the PING.
        peer.pass(.seconds(1))
        #expect(peer.frames(.goAway).map { $0.number(at: 0) } == [0x7fff_ffff, 0])
        #expect(peer.goAwayCode == .noError)
        #expect(peer.session.isFinished && peer.session.failure == nil)
    }

    @Test("while streams are open is asked whether it is there")
    func keepalive() {
        let peer = RawPeer.client()
        peer.onEvent = { _, event in event.request?.isBodyTimed = false }
        peer.send(RawFrame.request(1))
        peer.pass(.seconds(60))
        #expect(peer.frames(.ping).count == 1)
        peer.send(RawFrame(.ping, flags: 1, peer.frames(.ping).last?.payload ?? []))
        peer.pass(.seconds(60))
        #expect(peer.frames(.ping).count == 2)
        #expect(peer.session.failure == nil)
        peer.pass(.seconds(20))
        #expect(peer.session.failure?.reason == "a PING was not answered within 20.0 seconds")
    }
}
