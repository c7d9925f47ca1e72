import Testing

@testable import Net

@Suite("A transport with a filter")
struct TransportFilterTests {
    @Test("shakes hands, carries megabytes both ways and ends", arguments: Wiring.allCases)
    func bothWays(wiring: Wiring) throws {
        let loops = try (0..<2).map { try EventLoop(index: $0) }
        let ends = loops.map { StreamEnd(on: $0) }
        let filters = [XorFilter(), XorFilter()]
        try wiring.connect { left, right in
            ends[0].start(left, filter: filters[0]) { $0.expectedBytes = 3_000_000 }
            ends[1].start(right, filter: filters[1]) { $0.expectedBytes = 3_000_000 }
        }
        for end in ends { end.send(3_000_000) }
        for end in ends { end.hasReceived.pass() }
        for (end, filter) in zip(ends, filters) {
            end.run {
                #expect($0.isIntact && $0.bytesReceived == 3_000_000)
                // One call for each fill that gave something.
                #expect(filter.sends <= $0.fills && filter.sends > 0)
            }
        }
        ends[0].run { $0.transport?.closeAfterFlush(within: .seconds(60)) }
        ends[1].hasReadEnd.pass()
        ends[1].run {
            #expect(filters[1].isPeerFinished)
            $0.transport?.closeAfterFlush(within: .seconds(60))
        }
        for end in ends { end.hasClosed.pass() }
        for end in ends { #expect(end.closes.entries == ["local"]) }
        for loop in loops { loop.stop() }
    }

    @Test("asks for nothing before the filter is ready")
    func notReady() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let end = StreamEnd(on: loop)
        let raw = StreamEnd(on: loop)
        try Wiring.tcp.connect { left, right in
            end.start(left, filter: XorFilter())
            raw.start(right) { $0.expectedBytes = 1 }
        }
        end.send(100)
        raw.hasReceived.pass()
        loop.takeTurns(2)
        #expect(end.run { $0.fills } == 0)
        // An end before the handshake is done is no end of anything.
        raw.run { $0.transport?.closeAfterFlush(within: .seconds(60)) }
        end.hasClosed.pass()
        #expect(end.closes.entries == ["peerClosed"])
    }

    @Test("asks for nothing while the filter waits for the peer, and counts it as unsent")
    func blocked() throws {
        let loops = try (0..<2).map { try EventLoop(index: $0) }
        let ends = loops.map { StreamEnd(on: $0) }
        let filters = [XorFilter(), XorFilter()]
        try Wiring.tcp.connect { left, right in
            ends[0].start(left, filter: filters[0]) { $0.expectedBytes = 10 }
            ends[1].start(right, filter: filters[1]) { $0.expectedBytes = 1_000 }
        }
        ends[1].send(10)
        ends[0].hasReceived.pass()
        let fills = ends[0].run { end in
            filters[0].isBlocked = true
            return end.fills
        }
        ends[0].send(1_000)
        loops[0].takeTurns(3)
        ends[0].run {
            #expect($0.fills == fills)
            #expect($0.transport?.hasUnsentOutput == true)
            filters[0].isBlocked = false
            $0.transport?.setNeedsFlush()
        }
        ends[1].hasReceived.pass()
        for loop in loops { loop.stop() }
    }

    @Test("sends the last words of a filter that fails, then closes", arguments: [false, true])
    func failure(failsToSend: Bool) throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let end = StreamEnd(on: loop)
        let peer = StreamEnd(on: loop)
        let peerBytes = Journal<UInt8>()
        let filter = XorFilter()
        filter.failsToSend = failsToSend
        filter.failsAfter = failsToSend ? .max : 1_000
        try Wiring.tcp.connect { left, right in
            end.start(left, filter: filter)
            peer.start(right, filter: TappedFilter(peerBytes))
        }
        if failsToSend {
            end.send(10)
        } else {
            peer.send(100_000)
        }
        peer.hasReadEnd.pass()
        peer.run { $0.transport?.closeAfterFlush(within: .seconds(60)) }
        end.hasClosed.pass()
        peer.hasClosed.pass()
        #expect(end.closes.entries == ["filter(\(String(reflecting: XorFilter.Fault())))"])
        #expect(peerBytes.entries.last == XorFilter.lastWords)
    }
}
