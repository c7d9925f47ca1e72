import Testing

@testable import Net

@Suite("A transport")
struct TransportTests {
    private static let tenMegabytes = 10_000_000

    @Test("carries ten megabytes each way at once", arguments: Wiring.allCases)
    func bothWays(wiring: Wiring) throws {
        let loops = try (0..<2).map { try EventLoop(index: $0) }
        let ends = loops.map { StreamEnd(on: $0) }
        try wiring.connect { left, right in
            ends[0].start(left) { $0.expectedBytes = Self.tenMegabytes }
            ends[1].start(right) { $0.expectedBytes = Self.tenMegabytes }
        }
        for end in ends { end.send(Self.tenMegabytes) }
        for end in ends { end.hasReceived.pass() }
        for end in ends {
            end.run {
                #expect($0.isIntact && !$0.wasAskedTooEarly)
                #expect($0.bytesReceived == Self.tenMegabytes)
                #expect($0.mostOutput <= 64 * 1024 + StreamEnd.pattern.count)
                $0.transport?.closeAfterFlush(within: .seconds(60))
            }
        }
        for end in ends { end.hasClosed.pass() }
        for end in ends {
            #expect(end.closes.entries == ["local"])
            #expect(end.run { $0.transport == nil } == true)
        }
        for loop in loops { loop.stop() }
    }

    @Test("holds no more than its limit for a reader who stops", arguments: Wiring.allCases)
    func slowReader(wiring: Wiring) throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let sender = StreamEnd(on: loop)
        let reader = StreamEnd(on: loop)
        var configuration = TransportConfiguration()
        configuration.outputLimit = 10_000
        try wiring.connect { [configuration] left, right in
            sender.start(left, configuration: configuration)
            reader.start(right) {
                $0.transport?.pauseReading()
                $0.expectedBytes = 20_000_000
            }
        }
        sender.send(20_000_000)
        // The kernel takes what it has room for, and then no more.
        var last = -1
        while let sent = sender.run({ $0.bytesSent }), sent != last {
            last = sent
            loop.takeTurns(50)
        }
        #expect(last < 20_000_000)
        sender.run {
            #expect($0.transport?.hasUnsentOutput == true)
            let fills = $0.fills
            $0.transport?.setNeedsFlush()
            #expect($0.fills == fills && $0.bytesReceived == 0)
        }
        loop.takeTurns(10)
        #expect(sender.run { $0.bytesSent } == last)
        // A piece at a time, and then everything.
        reader.run { $0.onReceive = { $0.transport?.pauseReading() } }
        for _ in 0..<20 {
            reader.run { $0.transport?.resumeReading() }
            loop.takeTurns(2)
        }
        reader.run {
            $0.onReceive = nil
            $0.transport?.resumeReading()
        }
        reader.hasReceived.pass()
        #expect(reader.run { $0.isIntact } == true)
        sender.run {
            #expect($0.mostOutput <= 10_000 + StreamEnd.pattern.count && !$0.wasAskedTooEarly)
            #expect($0.transport?.hasUnsentOutput == false)
        }
    }

    @Test("asks once for what many ask to be flushed")
    func coalescing() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let sender = StreamEnd(on: loop)
        let reader = StreamEnd(on: loop)
        try Wiring.socketPair.connect { left, right in
            sender.start(left)
            reader.start(right) { $0.expectedBytes = 100 }
        }
        sender.run {
            for _ in 0..<100 {
                $0.bytesToSend += 1
                $0.transport?.setNeedsFlush()
            }
        }
        reader.hasReceived.pass()
        #expect(sender.run { $0.fills } == 1)
    }

    @Test("still sends after the peer has ended", arguments: Wiring.allCases)
    func halfClose(wiring: Wiring) throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let client = StreamEnd(on: loop)
        let server = StreamEnd(on: loop)
        let descriptor = Journal<Int32>()
        try wiring.connect { left, right in
            descriptor.add(left.descriptor)
            client.start(left) { $0.expectedBytes = 1_000_000 }
            server.start(right)
        }
        try SystemCalls.shutdownOutput(descriptor.entries[0])
        server.hasReadEnd.pass()
        server.send(1_000_000)
        client.hasReceived.pass()
        #expect(server.closes.entries == [])
        server.run { $0.transport?.closeAfterFlush(within: .seconds(60)) }
        server.hasClosed.pass()
        client.hasReadEnd.pass()
        // Its own end was sent long ago: nothing is left of the connection.
        client.hasClosed.pass()
        #expect(server.closes.entries == ["local"] && client.closes.entries == ["peerClosed"])
    }

    @Test("tells of a reset by the peer, reading or not", arguments: [false, true])
    func reset(isPaused: Bool) throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let client = StreamEnd(on: loop)
        let server = StreamEnd(on: loop)
        try Wiring.tcp.connect { left, right in
            client.start(left)
            server.start(right) { if isPaused { $0.transport?.pauseReading() } }
        }
        client.run { $0.transport?.abort(.timedOut) }
        server.hasClosed.pass()
        #expect(client.closes.entries == ["timedOut"])
        #expect(server.closes.entries == ["reset(recv: Connection reset by peer)"])
    }

    @Test("does not spin on a peer that is gone while reading is paused")
    func pausedHangUp() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let client = StreamEnd(on: loop)
        let server = StreamEnd(on: loop)
        try Wiring.socketPair.connect { left, right in
            client.start(left)
            server.start(right) {
                $0.transport?.pauseReading()
                $0.expectedBytes = 5
            }
        }
        client.send(5)
        loop.takeTurns(2)
        client.run { $0.transport?.abort(.local) }
        client.hasClosed.pass()
        loop.takeTurns(2)
        #expect(loop.run { loop.poller.wait(timeoutMilliseconds: 0) } == 0)
        server.run { $0.transport?.resumeReading() }
        server.hasReceived.pass()
        server.hasReadEnd.pass()
        server.hasClosed.pass()
        #expect(server.closes.entries == ["peerClosed"])
    }

    @Test("resets a peer that does not read when the time limit of closing has passed")
    func closeLimit() throws {
        let clock = ManualClock()
        let loop = try EventLoop(index: 0) { clock.now }
        defer { loop.stop() }
        let client = StreamEnd(on: loop)
        let server = StreamEnd(on: loop)
        try Wiring.tcp.connect { left, right in
            client.start(left) { $0.transport?.pauseReading() }
            server.start(right)
        }
        server.send(50_000_000)
        loop.takeTurns(2_000)
        server.run {
            let sent = $0.transport?.sentBytes ?? 0
            #expect(sent > 0 && sent < 50_000_000)
            $0.transport?.closeAfterFlush(within: .seconds(5))
            $0.transport?.closeAfterFlush(within: .seconds(50))
        }
        clock.advance(by: .seconds(5) - .milliseconds(1))
        loop.takeTurns(2)
        #expect(server.closes.entries == [])
        #expect(server.run { $0.transport?.hasUnsentOutput } == true)
        clock.advance(by: .milliseconds(1))
        loop.takeTurns(2)
        server.hasClosed.pass()
        #expect(server.closes.entries == ["timedOut"])
        client.hasClosed.pass()
    }

    @Test("waits a second at most for the peer's end")
    func lingerLimit() throws {
        let clock = ManualClock()
        let loop = try EventLoop(index: 0) { clock.now }
        defer { loop.stop() }
        let client = StreamEnd(on: loop)
        let server = StreamEnd(on: loop)
        try Wiring.tcp.connect { left, right in
            client.start(left)
            server.start(right)
        }
        server.run {
            $0.bytesToSend = 1_000
            $0.transport?.closeAfterFlush(within: .seconds(50))
        }
        client.hasReadEnd.pass()
        // What comes now is discarded.
        client.send(1_000_000)
        loop.takeTurns(20)
        #expect(client.run { $0.bytesReceived } == 1_000)
        #expect(server.run { $0.bytesReceived } == 0)
        #expect(server.closes.entries == [])
        clock.advance(by: .seconds(1))
        loop.takeTurns(2)
        #expect(server.closes.entries == ["local"])
    }

    @Test("closes when its loop stops, and lets go of its handler")
    func loopStops() throws {
        let loop = try EventLoop()
        weak var released: StreamEnd?
        do {
            let end = StreamEnd(on: loop)
            released = end
            try Wiring.socketPair.connect { left, _ in end.start(left) }
            loop.stop()
            #expect(end.closes.entries.count == 1)
        }
        #expect(released == nil)
    }
}
