import HTTP2
import TestKit
import Testing
import Wire

@Suite("A client that waits for status 100")
struct ExpectationTests {
    private static let expecting = RawFrame.request(1, [("expect", "100-Continue")])

    @Test("is told it when the body is asked for, once", arguments: [false, true])
    func asked(isInParts: Bool) throws {
        let peer = RawPeer.client()
        peer.send(Self.expecting)
        #expect(peer.frames(.headers).isEmpty)
        let stream = try #require(peer.events.compactMap(\.request).first)
        for _ in 0..<2 {
            if isInParts {
                peer.session.awaitInput(1, of: stream)
            } else {
                peer.session.collectBody(of: stream, upTo: 100)
            }
            peer.flush()
        }
        let answers = peer.frames(.headers)
        #expect(answers.count == 1)
        // END_HEADERS, and no end of the stream.
        #expect(answers.first?.flags == 4)
        // The name is a number of the static table, the value in Huffman's code (RFC 7541 §6.2.1).
        #expect(answers.first?.payload.suffix(4) == [0x48, 0x82, 0x08, 0x01])
        peer.send(RawFrame(.data, flags: 1, stream: 1, [1]))
        peer.session.respond(to: stream, [":status": "200"], endsStream: true)
        peer.flush()
        #expect(peer.frames(.headers).last?.payload == [0x88])
        #expect(peer.session.openStreams == 0 && peer.session.failure == nil)
    }

    @Test("is told the answer alone where the body is not asked for before")
    func answered() throws {
        let peer = RawPeer.client()
        peer.send(Self.expecting)
        let stream = try #require(peer.events.compactMap(\.request).first)
        peer.session.respond(to: stream, [":status": "200"], endsStream: false)
        peer.session.collectBody(of: stream, upTo: 100)
        peer.flush()
        #expect(peer.frames(.headers).map(\.payload) == [[0x88]])
    }

    @Test(
        "is told nothing where the body comes, or none does, or nothing is expected",
        arguments: [
            [expecting, RawFrame(.data, stream: 1, [1])],
            [RawFrame.request(1, endsStream: true, [("expect", "100-continue")])],
            [RawFrame.request(1)], [RawFrame.request(1, [("expect", "a miracle")])],
        ]
    )
    func needless(frames: [RawFrame]) throws {
        let peer = RawPeer.client()
        peer.send(frames.flatMap(\.bytes))
        let stream = try #require(peer.events.compactMap(\.request).first)
        peer.session.collectBody(of: stream, upTo: 100)
        peer.flush()
        #expect(peer.frames(.headers).isEmpty)
    }

    @Test("is not called slow for waiting")
    func patience() throws {
        let peer = RawPeer.client()
        peer.send(Self.expecting)
        let stream = try #require(peer.events.compactMap(\.request).first)
        peer.pass(.seconds(9))
        peer.session.collectBody(of: stream, upTo: 100)
        peer.flush()
        peer.pass(.seconds(9))
        #expect(peer.resets.isEmpty)
        peer.pass(.seconds(1))
        #expect(peer.resets == [1: .enhanceYourCalm])
    }
}
