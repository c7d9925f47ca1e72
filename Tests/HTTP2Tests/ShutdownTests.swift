import HTTP2
import TestKit
import Testing
import Wire

@Suite("The orderly end of a connection")
struct ShutdownTests {
    @Test("serves what is on its way, and refuses what comes later as safe to try again")
    func twoSteps() {
        let peer = RawPeer(facing: .server)
        peer.greet()
        peer.send(RawFrame.request(1))
        peer.session.beginShutdown()
        peer.flush()
        #expect(peer.frames(.goAway).map { $0.number(at: 0) } == [0x7fff_ffff])
        // On its way when the first GOAWAY left: served.
        peer.send(RawFrame.request(3, endsStream: true))
        #expect(peer.events.contains { $0.request?.id == 3 })
        peer.send(RawFrame(.ping, flags: 1, peer.frames(.ping).last?.payload ?? []))
        #expect(peer.frames(.goAway).map { $0.number(at: 0) } == [0x7fff_ffff, 3])
        peer.send(RawFrame.request(5, endsStream: true))
        #expect(!peer.events.contains { $0.request?.id == 5 })
        #expect(!peer.session.isFinished)

        peer.send(RawFrame(.data, flags: 1, stream: 1))
        for event in peer.events {
            if let stream = event.request {
                peer.session.respond(to: stream, [":status": "200"], endsStream: true)
            }
        }
        peer.flush()
        #expect(peer.session.isFinished && peer.session.failure == nil)
        #expect(peer.goAwayCode == .noError)
    }

    @Test("refuses a request that comes after the last GOAWAY was decided and before it is sent")
    func lateRequest() {
        let peer = RawPeer(facing: .server)
        peer.greet()
        peer.session.beginShutdown()
        peer.flush()
        let answer = RawFrame(.ping, flags: 1, peer.frames(.ping).last?.payload ?? [])
        // Both in one read: nothing is sent between them.
        peer.send(answer.bytes + RawFrame.request(1, endsStream: true).bytes)
        #expect(!peer.events.contains { $0.request != nil })
        #expect(peer.session.isFinished)
    }

    @Test("goes on only when its own PING is answered")
    func otherPing() {
        let peer = RawPeer(facing: .server)
        peer.greet()
        peer.send(RawFrame.request(1))
        peer.session.beginShutdown()
        peer.flush()
        peer.send(RawFrame(.ping, flags: 1, Array("keepaliv".utf8)))
        #expect(peer.frames(.goAway).count == 1)
    }

    @Test("begun by either side lets calls finish", arguments: [HTTP2Session.Role.client, .server])
    func bothSides(role: HTTP2Session.Role) throws {
        let pair = SessionPair()
        pair.echo()
        let stream = try pair.client.request(SessionPair.post(), endsStream: false)
        pair.client.collectBody(of: stream, upTo: 100)
        pair.run()
        (role == .client ? pair.client : pair.server).beginShutdown()
        pair.run()
        #expect(pair.client.isShuttingDown && pair.server.isShuttingDown)
        #expect(pair.client.availableStreams == 0)
        #expect(throws: HTTP2Session.RequestError.connectionClosing) {
            _ = try pair.client.request(SessionPair.post(), endsStream: true)
        }
        pair.client.send(.pattern(50), on: stream)
        pair.client.finish(stream)
        pair.run()
        #expect(pair.client.takeBody(of: stream) == .pattern(50))
        #expect(pair.client.isFinished && pair.server.isFinished)
        #expect(pair.client.failure == nil && pair.server.failure == nil)
    }

    @Test("comes after as many requests as are configured")
    func requestLimit() throws {
        var configuration = HTTP2Configuration()
        configuration.maximumRequests = 3
        let pair = SessionPair(server: configuration)
        pair.echo()
        pair.run()
        var served = 0
        while pair.client.availableStreams > 0 {
            let stream = try pair.client.request(SessionPair.post(), endsStream: true)
            pair.run()
            served += stream.headers.has(":status", "200") ? 1 : 0
        }
        #expect(served == 3)
        #expect(pair.server.isFinished && pair.server.failure == nil)
    }

    @Test("says which requests were not processed")
    func unprocessed() throws {
        let peer = RawPeer(facing: .client)
        peer.flush()
        peer.greet()
        let first = try peer.session.request(SessionPair.post(), endsStream: true)
        let second = try peer.session.request(SessionPair.post(), endsStream: true)
        peer.flush()
        peer.send(RawFrame(.goAway, UInt32(1).bigEndianBytes + UInt32(0).bigEndianBytes))
        #expect(
            peer.events.map(\.summary) == ["settled", "goaway NO_ERROR", "closed 3 REFUSED_STREAM"]
        )
        #expect(first.isOpen && !second.isOpen)
    }

    @Test("by a transport that ends closes what waits for input only")
    func inputEnded() {
        let peer = RawPeer(facing: .server)
        peer.greet()
        peer.send(RawFrame.request(1), RawFrame.request(3, endsStream: true))
        peer.session.inputEnded()
        peer.flush()
        #expect(peer.resets == [1: .cancel])
        #expect(peer.session.openStreams == 1)
    }

    @Test("by a transport that ends says which requests never went out")
    func inputEndedAtClient() throws {
        let peer = RawPeer(facing: .client)
        peer.greet()
        _ = try peer.session.request(SessionPair.post(), endsStream: true)
        peer.flush()
        _ = try peer.session.request(SessionPair.post(), endsStream: true)
        peer.session.inputEnded()
        peer.flush()
        #expect(
            Set(peer.events.map(\.summary)).isSuperset(of: [
                "closed 1 CANCEL", "closed 3 REFUSED_STREAM",
            ])
        )
        #expect(peer.session.hasInputEnded && peer.session.openStreams == 0)
    }
}
