import HTTP2
import TestKit
import Testing
import Wire

@Suite("A request that is answered before its end")
struct EarlyAnswerTests {
    private static let part = [UInt8](repeating: 7, count: 16_384)

    /// A client of a server that refuses each request as soon as it has its fields.
    private static func refused(
        _ configuration: HTTP2Configuration = HTTP2Configuration()
    ) -> RawPeer {
        let peer = RawPeer.client(configuration)
        peer.onEvent = { server, event in
            guard let stream = event.request else { return }
            server.respond(to: stream, [":status": "401"], endsStream: true)
        }
        return peer
    }

    @Test("is told to stop a second later, and over for its handler at once")
    func lingers() {
        let peer = Self.refused()
        peer.send(RawFrame.request(1))
        #expect(peer.frames(.headers).map(\.flags) == [5])
        #expect(peer.events.map(\.summary).suffix(2) == ["request 1", "closed 1 NO_ERROR"])
        peer.pass(.milliseconds(750))
        #expect(peer.resets.isEmpty)
        #expect(peer.session.openStreams == 1)
        peer.pass(.milliseconds(250))
        #expect(peer.resets == [1: .noError])
        #expect(peer.session.openStreams == 0)
        #expect(peer.session.failure == nil)
    }

    @Test("may go on to its end, and is dropped as it comes", arguments: [false, true])
    func goesOn(hasTrailers: Bool) {
        let budget = MemoryBudget()
        let peer = RawPeer(facing: .server, budget: budget)
        peer.greet()
        peer.onEvent = { server, event in
            guard let stream = event.request else { return }
            server.respond(to: stream, [":status": "401"], endsStream: true)
        }
        peer.send(RawFrame.request(1))
        for _ in 0..<20 { peer.send(RawFrame(.data, stream: 1, Self.part)) }
        #expect(budget.used == 0)
        // Both windows have been opened again: more has come than fits into the stream's.
        #expect(Set(peer.frames(.windowUpdate).map(\.stream)).contains(1))
        if hasTrailers {
            let trailers = RawFrame.literal("x-sum", "1")
            peer.send(RawFrame(.headers, flags: 5, stream: 1, trailers))
        } else {
            peer.send(RawFrame(.data, flags: 1, stream: 1))
        }
        #expect(peer.session.openStreams == 0)
        peer.pass(.seconds(5))
        #expect(peer.resets.isEmpty)
        #expect(peer.events.map(\.summary).filter { $0.hasPrefix("closed") }.count == 1)
        #expect(peer.session.failure == nil)
    }

    @Test("may send no more than what is allowed until then")
    func bytes() {
        var configuration = HTTP2Configuration()
        configuration.lingerBytes = 2 * Self.part.count
        configuration.streamWindow = 4 * Self.part.count
        let peer = Self.refused(configuration)
        peer.send(RawFrame.request(1))
        // A window, and what is opened again of it.
        for _ in 0..<6 { peer.send(RawFrame(.data, stream: 1, Self.part)) }
        #expect(peer.resets.isEmpty)
        let opened = peer.frames(.windowUpdate).filter { $0.stream == 1 }
        #expect(opened.reduce(0) { $0 + $1.number(at: 0) } == UInt32(2 * Self.part.count))
        peer.send(RawFrame(.data, stream: 1, Self.part))
        #expect(peer.resets == [1: .flowControlError])
    }

    @Test("does not take the connection's window from others")
    func connectionWindow() {
        var configuration = HTTP2Configuration()
        configuration.lingerBytes = 0
        configuration.connectionWindow = 1 << 17
        let peer = Self.refused(configuration)
        for number in 0..<8 {
            let stream = UInt32(number * 2 + 1)
            peer.send(RawFrame.request(stream))
            for _ in 0..<4 { peer.send(RawFrame(.data, stream: stream, Self.part)) }
        }
        #expect(peer.session.failure == nil)
        #expect(Set(peer.frames(.windowUpdate).map(\.stream)) == [0])
    }

    @Test("is told to stop at once where too many linger")
    func number() {
        var configuration = HTTP2Configuration()
        configuration.maximumLingeringStreams = 3
        let peer = Self.refused(configuration)
        for number in 0..<5 { peer.send(RawFrame.request(UInt32(number * 2 + 1))) }
        #expect(peer.resets == [7: .noError, 9: .noError])
        #expect(peer.session.openStreams == 3)
        // One that ends makes room for another.
        peer.send(RawFrame.reset(1, .cancel), RawFrame.request(11))
        #expect(peer.resets.count == 2)
    }

    @Test("counts as open: a peer has no more streams by it")
    func counts() {
        var configuration = HTTP2Configuration()
        configuration.maximumConcurrentStreams = 4
        configuration.maximumLingeringStreams = 4
        let peer = Self.refused(configuration)
        for number in 0..<4 { peer.send(RawFrame.request(UInt32(number * 2 + 1))) }
        peer.send(RawFrame.request(9))
        // A peer that has acknowledged the limit breaks the protocol by passing it.
        #expect(peer.session.failure?.code == .protocolError)
    }

    @Test("does not hold up the end of a connection", arguments: [true, false])
    func shutdown(isOrderly: Bool) {
        let peer = Self.refused()
        peer.send(RawFrame.request(1))
        if isOrderly {
            peer.session.beginShutdown()
            peer.pass(.seconds(1))
        } else {
            peer.session.inputEnded()
            peer.flush()
        }
        #expect(peer.resets == [1: .noError])
        #expect(peer.session.isFinished)
    }

    @Test("is broken off by a client that has the whole answer")
    func client() throws {
        let peer = RawPeer(facing: .client)
        peer.flush()
        peer.greet()
        let stream = try peer.session.request(SessionPair.post(), endsStream: false)
        peer.session.send(.pattern(1 << 20), on: stream)
        peer.flush()
        #expect(stream.unsentOutput > 0)
        peer.send(RawFrame(.headers, flags: 5, stream: 1, RawFrame.literal(":status", "401")))
        #expect(peer.resets == [1: .noError])
        #expect(
            peer.events.map(\.summary) == ["settled", "response 1", "closed 1 NO_ERROR"]
        )
        #expect(stream.headers == [":status": "401"])
    }
}
