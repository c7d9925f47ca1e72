import HTTP2
import TestKit
import Testing
import Wire

@Suite("Two sessions over a wire that misbehaves")
struct ScriptedWireTests {
    /// The bytes each side would say in a quiet exchange of three requests.
    private static func exchange(
        cutAfter limit: Int? = nil,
        budget: MemoryBudget = MemoryBudget()
    ) throws -> (pair: SessionPair, streams: [HTTP2Stream], moved: Int) {
        let pair = SessionPair(budget: budget, cut: { 1 })
        pair.echo()
        var streams: [HTTP2Stream] = []
        for size in [0, 10, 2_000] {
            let stream = try pair.client.request(SessionPair.post(), endsStream: false)
            pair.client.collectBody(of: stream, upTo: 1 << 20)
            pair.client.send(.pattern(size), on: stream)
            pair.client.finish(stream)
            streams.append(stream)
        }
        var moved = 0
        while true {
            var progress = false
            for (from, to) in [(pair.client, pair.server), (pair.server, pair.client)] {
                let bytes = from.output(at: pair.now)
                pair.drain(from)
                progress = progress || bytes.count > 0
                for offset in 0..<bytes.count {
                    if let limit, moved == limit { return (pair, streams, moved) }
                    to.receive(bytes.bytes.extracting(offset..<offset + 1), at: pair.now)
                    pair.drain(to)
                    moved += 1
                }
            }
            if !progress { return (pair, streams, moved) }
        }
    }

    @Test("that is cut after any byte closes every stream once and gives all memory back")
    func cutAnywhere() throws {
        let whole = try Self.exchange()
        #expect(whole.streams.allSatisfy { $0.headers.has(":status", "200") })
        for limit in 0..<whole.moved {
            let budget = MemoryBudget()
            do {
                let (pair, streams, _) = try Self.exchange(cutAfter: limit, budget: budget)
                for session in [pair.client, pair.server] {
                    session.abandon(.internalError)
                    pair.drain(session)
                    #expect(session.openStreams == 0)
                }
                let closed = pair.clientEvents.filter { $0.summary.hasPrefix("closed") }
                #expect(closed.count == streams.count)
                let requests = pair.serverEvents.compactMap(\.request).count
                let ends = pair.serverEvents.filter { $0.summary.hasPrefix("closed") }
                #expect(ends.count >= requests && ends.count <= streams.count)
                pair.clientEvents = []
                pair.serverEvents = []
            }
            #expect(budget.used == 0, "cut after \(limit) bytes")
        }
    }

    @Test(
        "that delays and reorders window updates loses nothing",
        arguments: [1, 2, 3] as [UInt64]
    )
    func reordered(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pair = SessionPair()
        pair.echo()
        var streams: [HTTP2Stream] = []
        for _ in 0..<5 {
            let stream = try pair.client.request(SessionPair.post(), endsStream: false)
            pair.client.collectBody(of: stream, upTo: 1 << 22)
            pair.client.send(.pattern(400_000), on: stream)
            pair.client.finish(stream)
            streams.append(stream)
        }
        // Window updates of both directions are kept back and let go in any order.
        var held: [(HTTP2Session, [UInt8])] = []
        var unread: [[UInt8]] = [[], []]
        var isPrefaceMoved = false
        var idle = 0
        while idle < 3 {
            var progress = false
            for (index, ends) in [(pair.client, pair.server), (pair.server, pair.client)]
                .enumerated()
            {
                let output = ends.0.output(at: pair.now)
                pair.drain(ends.0)
                unread[index].append(copying: output.bytes)
                if index == 0 && !isPrefaceMoved {
                    ends.1.receive(Array(unread[0][..<24]).rawBytes, at: pair.now)
                    unread[0].removeFirst(24)
                    isPrefaceMoved = true
                }
                while let frame = RawFrame(readingFrom: &unread[index]) {
                    progress = true
                    if frame.kind == .windowUpdate {
                        held.append((ends.1, frame.bytes))
                    } else {
                        ends.1.receive(frame.bytes.rawBytes, at: pair.now)
                        pair.drain(ends.1)
                    }
                }
            }
            held.shuffle(using: &random)
            let count = progress ? held.count / 2 : held.count
            for (session, bytes) in held.prefix(count) {
                progress = true
                session.receive(bytes.rawBytes, at: pair.now)
                pair.drain(session)
            }
            held.removeFirst(count)
            idle = progress ? 0 : idle + 1
        }
        for stream in streams {
            #expect(pair.client.takeBody(of: stream) == .pattern(400_000))
        }
        #expect(pair.client.failure == nil && pair.server.failure == nil)
    }
}
