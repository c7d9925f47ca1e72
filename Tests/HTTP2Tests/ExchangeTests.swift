import HTTP2
import TestKit
import Testing
import Wire

@Suite("Requests and responses between two sessions")
struct ExchangeTests {
    @Test("arrive whole however the bytes are cut", arguments: [1, 2, 7, 64, 1 << 16])
    func cuts(size: Int) throws {
        let pair = SessionPair(cut: { size })
        pair.echo()
        let body = SharedBytes.pattern(300)
        let stream = try pair.client.request(SessionPair.post("/echo"), endsStream: false)
        pair.client.send(body, on: stream)
        pair.client.finish(stream, trailers: ["x-from": "client"])
        pair.client.collectBody(of: stream, upTo: 1_000)
        pair.run()

        // How much came together depends on the cut.
        #expect(
            pair.clientEvents.map(\.summary).filter { $0 != "input 1" } == [
                "settled", "response 1", "closed 1 NO_ERROR",
            ]
        )
        #expect(stream.headers == [":status": "200", "x-echo": "yes"])
        #expect(stream.trailers == ["x-trailer": "end"])
        #expect(stream.isInputEnded)
        #expect(pair.client.takeBody(of: stream) == body)
        let request = try #require(pair.serverEvents.compactMap(\.request).first)
        #expect(request.headers == SessionPair.post("/echo"))
        #expect(request.trailers == ["x-from": "client"])
        #expect(pair.client.failure == nil && pair.server.failure == nil)
        #expect(pair.client.openStreams == 0 && pair.server.openStreams == 0)
    }

    @Test("of many sizes and streams at once come back the same", arguments: [1, 2, 3] as [UInt64])
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var cuts = SeededGenerator(seed: seed &+ 100)
        let pair = SessionPair(cut: { cuts.number(in: 1...5_000) })
        pair.echo()
        pair.run()
        var sent: [(HTTP2Stream, SharedBytes)] = []
        for _ in 0..<60 {
            let body = SharedBytes.pattern(
                random.pick([0, 1, 100, 1_024, 1_025, 16_384, 70_000, 200_001])
            )
            let stream = try pair.client.request(SessionPair.post(), endsStream: false)
            pair.client.collectBody(of: stream, upTo: 1 << 20)
            var rest = body
            while rest.count > 0 {
                let part = random.number(in: 1...rest.count)
                pair.client.send(rest.extracting(0..<part), on: stream)
                rest = rest.extracting(part..<rest.count)
            }
            pair.client.finish(stream)
            sent.append((stream, body))
            if random.happens(onceIn: 3) { pair.run() }
        }
        pair.run()
        for (stream, body) in sent {
            #expect(stream.headers.has(":status", "200"))
            #expect(stream.isInputEnded && !stream.isOpen)
            #expect(pair.client.takeBody(of: stream) ?? SharedBytes([]) == body)
        }
        #expect(pair.client.failure == nil && pair.server.failure == nil)
    }

    @Test("have their own fields each, though those that are the same share their memory")
    func repeatedFields() throws {
        let pair = SessionPair()
        pair.echo()
        var sent: [HeaderBlock] = []
        // Each as the one before, as the one before that, or as neither; one too large to keep.
        for path in ["/a", "/a", "/b", "/a", "/b", "/b", "/c", "/a", "/long", "/long", "/a"] {
            var fields = SessionPair.post(path)
            if path == "/long" { fields.append("x-long", String(repeating: "x", count: 5_000)) }
            let stream = try pair.client.request(fields, endsStream: false)
            pair.client.finish(stream, trailers: ["x-path": path])
            pair.run()
            sent.append(fields)
            #expect(stream.headers == [":status": "200", "x-echo": "yes"])
            #expect(stream.trailers == ["x-trailer": "end"])
        }
        let requests = pair.serverEvents.compactMap(\.request)
        #expect(requests.map(\.headers) == sent)
        #expect(requests.map { $0.headers[":path"] } == requests.map { $0.trailers?["x-path"] })
        #expect(requests.map(\.headers.count) == sent.map(\.count))
    }

    @Test("without bodies need two frames of HEADERS")
    func headersOnly() throws {
        let pair = SessionPair()
        pair.onServerEvent = { server, event in
            guard case .request(let stream) = event else { return }
            #expect(stream.isInputEnded)
            server.respond(to: stream, [":status": "204"], endsStream: true)
        }
        let stream = try pair.client.request(SessionPair.post(), endsStream: true)
        pair.run()
        #expect(stream.headers == [":status": "204"])
        #expect(stream.isInputEnded && stream.trailers == nil)
        #expect(pair.client.takeBody(of: stream) == nil)
    }

    @Test("may be answered before the request has ended, which then stops with NO_ERROR")
    func earlyAnswer() throws {
        let pair = SessionPair()
        pair.onServerEvent = { server, event in
            guard case .request(let stream) = event else { return }
            server.respond(to: stream, [":status": "413"], endsStream: true)
        }
        let stream = try pair.client.request(SessionPair.post(), endsStream: false)
        pair.client.send(.pattern(1 << 20), on: stream)
        pair.run()
        #expect(stream.headers == [":status": "413"])
        #expect(pair.clientEvents.map(\.summary).last == "closed 1 NO_ERROR")
        #expect(pair.server.openStreams == 0)
        #expect(pair.client.failure == nil)
    }

    @Test("are cancelled by a reset on either side")
    func resets() throws {
        let pair = SessionPair()
        let first = try pair.client.request(SessionPair.post(), endsStream: false)
        let second = try pair.client.request(SessionPair.post(), endsStream: false)
        pair.run()
        pair.client.reset(first, .cancel)
        let other = try #require(pair.serverEvents.compactMap(\.request).last)
        pair.server.reset(other, .refusedStream)
        pair.run()
        #expect(pair.serverEvents.map(\.summary).contains("closed 1 CANCEL"))
        #expect(pair.clientEvents.map(\.summary).contains("closed 3 REFUSED_STREAM"))
        #expect(!first.isOpen && !second.isOpen)
        // What is handed in afterwards goes nowhere.
        pair.client.send(.pattern(10), on: second)
        pair.client.finish(second)
        pair.server.respond(to: other, [":status": "200"], endsStream: true)
        pair.run()
        #expect(pair.client.failure == nil && pair.server.failure == nil)
    }

    @Test("cancelled before they went out are closed all the same")
    func cancelledUnsent() throws {
        let pair = SessionPair()
        let stream = try pair.client.request(SessionPair.post(), endsStream: false)
        pair.client.send(.pattern(10), on: stream)
        pair.client.reset(stream, .cancel)
        pair.run()
        #expect(pair.clientEvents.map(\.summary) == ["closed 1 CANCEL", "settled"])
        #expect(pair.client.openStreams == 0 && pair.server.openStreams == 0)
        #expect(pair.server.requestCount == 0)
    }

    @Test("cancelled twice before they went out leave the connection as it is")
    func cancelledTwice() throws {
        let pair = SessionPair()
        pair.run()
        let first = try pair.client.request(SessionPair.post(), endsStream: false)
        pair.client.reset(first, .cancel)
        pair.client.reset(first, .cancel)
        pair.run()
        #expect(pair.server.failure == nil && pair.client.failure == nil)
        #expect(!first.isOpen)
        _ = try pair.client.request(SessionPair.post(), endsStream: true)
        pair.run()
        #expect(pair.server.requestCount == 1)
    }

    @Test("informational responses are passed over")
    func informational() throws {
        let peer = RawPeer(facing: .client)
        peer.flush()
        peer.greet()
        let stream = try peer.session.request(SessionPair.post(), endsStream: true)
        peer.flush()
        peer.send(
            RawFrame(.headers, flags: 4, stream: 1, RawFrame.literal(":status", "103")),
            RawFrame(.headers, flags: 5, stream: 1, RawFrame.literal(":status", "200"))
        )
        #expect(peer.events.map(\.summary) == ["settled", "response 1", "closed 1 NO_ERROR"])
        #expect(stream.headers == [":status": "200"])
    }

    @Test("more than the peer allows are not begun")
    func concurrency() throws {
        var few = HTTP2Configuration()
        few.maximumConcurrentStreams = 2
        let pair = SessionPair(server: few)
        pair.run()
        #expect(pair.client.availableStreams == 2)
        _ = try pair.client.request(SessionPair.post(), endsStream: true)
        _ = try pair.client.request(SessionPair.post(), endsStream: true)
        #expect(throws: HTTP2Session.RequestError.tooManyStreams(2)) {
            _ = try pair.client.request(SessionPair.post(), endsStream: true)
        }
        #expect(pair.client.availableStreams == 0)
    }

    @Test("abandoned by their transport are all closed")
    func abandoned() throws {
        let pair = SessionPair()
        for _ in 0..<2 { _ = try pair.client.request(SessionPair.post(), endsStream: true) }
        pair.run()
        // One that has not gone out may be sent again elsewhere.
        _ = try pair.client.request(SessionPair.post(), endsStream: true)
        pair.client.abandon(.internalError)
        pair.drain(pair.client)
        #expect(
            Set(pair.clientEvents.map(\.summary)) == [
                "settled", "closed 1 INTERNAL_ERROR", "closed 3 INTERNAL_ERROR",
                "closed 5 REFUSED_STREAM",
            ]
        )
        #expect(pair.client.openStreams == 0)
        #expect(throws: HTTP2Session.RequestError.connectionClosing) {
            _ = try pair.client.request(SessionPair.post(), endsStream: true)
        }
    }
}

extension HTTP2Event {
    /// The stream of a request.
    var request: HTTP2Stream? {
        if case .request(let stream) = self { stream } else { nil }
    }
}
