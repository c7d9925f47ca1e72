import Testing

@testable import Net

@Suite("Calls of a transport from within its handler")
struct TransportReentryTests {
    /// The handler's calls, each of which may be asked to do something to the transport.
    enum Callback: String, CaseIterable, Sendable {
        case received, readEnded, fill
    }

    private func hang(
        _ callback: Callback,
        on end: StreamEnd,
        _ work: @escaping @Sendable (StreamEnd) -> Void
    ) {
        end.run { end in
            switch callback {
            case .received: end.onReceive = work
            case .readEnded: end.onReadEnded = work
            case .fill: end.onFill = work
            }
        }
    }

    @Test("abort, and are told when they have returned", arguments: Callback.allCases)
    func abort(callback: Callback) throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let peer = StreamEnd(on: loop)
        let end = StreamEnd(on: loop)
        try Wiring.tcp.connect { left, right in
            peer.start(left)
            end.start(right)
        }
        let closedWithin = Journal<Int>()
        hang(callback, on: end) { end in
            end.transport?.abort(.timedOut)
            end.transport?.abort(.local)
            end.transport?.setNeedsFlush()
            end.transport?.pauseReading()
            end.transport?.resumeReading()
            end.transport?.closeAfterFlush(within: .seconds(1))
            closedWithin.add(end.closes.entries.count)
        }
        peer.send(500_000)
        end.send(100_000)
        if callback == .readEnded {
            peer.run { $0.transport?.closeAfterFlush(within: .seconds(60)) }
        }
        end.hasClosed.pass()
        peer.hasClosed.pass()
        #expect(end.closes.entries == ["timedOut"])
        #expect(closedWithin.entries == [0])
        #expect(end.run { $0.isIntact } == true)
    }

    @Test("close in good order", arguments: Callback.allCases)
    func close(callback: Callback) throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let peer = StreamEnd(on: loop)
        let end = StreamEnd(on: loop)
        try Wiring.tcp.connect { left, right in
            peer.start(left) { $0.expectedBytes = 3_000_000 }
            end.start(right)
        }
        hang(callback, on: end) { $0.transport?.closeAfterFlush(within: .seconds(60)) }
        end.send(3_000_000)
        peer.send(10)
        peer.hasReceived.pass()
        if callback == .fill { peer.hasReadEnd.pass() }
        peer.run { $0.transport?.closeAfterFlush(within: .seconds(60)) }
        for end in [end, peer] { end.hasClosed.pass() }
        #expect(end.closes.entries == ["local"] && peer.closes.entries == ["local"])
        #expect(peer.run { $0.isIntact && $0.bytesReceived == 3_000_000 } == true)
    }

    @Test("ask for another flush from within one")
    func flushInFill() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let peer = StreamEnd(on: loop)
        let end = StreamEnd(on: loop)
        try Wiring.socketPair.connect { left, right in
            peer.start(left) { $0.expectedBytes = 5 }
            end.start(right)
        }
        end.run { end in
            end.onFill = { end in
                guard end.bytesToSend < 5 else { return }
                end.bytesToSend += 1
                end.transport?.setNeedsFlush()
            }
            end.transport?.setNeedsFlush()
        }
        peer.hasReceived.pass()
        loop.takeTurns(3)
        #expect(end.run { $0.fills } == 6)
    }

    @Test("pause reading after each piece")
    func pauseInReceive() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let peer = StreamEnd(on: loop)
        let end = StreamEnd(on: loop)
        try Wiring.tcp.connect { left, right in
            peer.start(left)
            end.start(right) { end in
                end.expectedBytes = 3_000_000
                end.onReceive = { end in
                    end.transport?.pauseReading()
                    loop.schedule(after: .zero) { end.transport?.resumeReading() }
                }
            }
        }
        peer.send(3_000_000)
        end.hasReceived.pass()
        #expect(end.run { $0.isIntact } == true)
    }
}
