import Synchronization
import TestKit
import Testing
import Wire

@testable import HTTP2

@Suite("Flow control and memory")
struct FlowControlTests {
    private static let frame = RawFrame(.data, stream: 1, [UInt8](repeating: 7, count: 16_384))

    private static func upload(budget: MemoryBudget = MemoryBudget()) -> (RawPeer, HTTP2Stream?) {
        let peer = RawPeer(facing: .server, HTTP2Configuration(), budget: budget)
        peer.greet()
        peer.send(RawFrame.request(1))
        return (peer, peer.events.compactMap(\.request).first)
    }

    @Test("a window opens again when the bytes are released, not before")
    func release() throws {
        let (peer, request) = Self.upload()
        let stream = try #require(request)
        let before = peer.frames(.windowUpdate).count
        for _ in 0..<4 { peer.send(Self.frame) }
        var held = peer.session.takeBody(of: stream)
        #expect(held?.count == 65_536)
        peer.flush()
        #expect(peer.frames(.windowUpdate).count == before)
        var slice = held?.extracting(10..<60_000)
        held = nil
        peer.flush()
        #expect(peer.frames(.windowUpdate).count == before)
        slice = nil
        _ = slice
        peer.flush()
        let updates = peer.frames(.windowUpdate).dropFirst(before)
        #expect(updates.filter { $0.stream == 1 }.map { $0.number(at: 0) } == [65_536])
    }

    @Test("credit comes back from other threads, once for many releases")
    func releaseElsewhere() async throws {
        let wakes = Atomic(0)
        let session = HTTP2Session(.server, budget: MemoryBudget(), at: .now) {
            wakes.add(1, ordering: .relaxed)
        }
        var bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + RawFrame(.settings).bytes
        bytes += RawFrame.request(1).bytes
        session.receive(bytes.rawBytes, at: .now)
        var stream: HTTP2Stream?
        session.drainEvents { stream = $0.request ?? stream }
        let open = try #require(stream)
        var parts: [SharedBytes] = []
        for _ in 0..<4 {
            session.receive(Self.frame.bytes.rawBytes, at: .now)
            parts.append(try #require(session.takeBody(of: open)))
        }
        let sent = parts
        parts = []
        await Task.detached { _ = sent.count }.value
        #expect(wakes.load(ordering: .relaxed) <= 4)
        _ = consume sent
        #expect(wakes.load(ordering: .relaxed) == 1)
        #expect(session.output(at: .now).count > 0)
    }

    @Test("more than a window can be awaited in one piece, and is counted")
    func awaited() throws {
        let budget = MemoryBudget()
        let (peer, request) = Self.upload(budget: budget)
        let stream = try #require(request)
        peer.session.awaitInput(150_000, of: stream)
        for _ in 0..<9 { peer.send(Self.frame) }
        #expect(!peer.events.contains { $0.summary == "input 1" })
        #expect(peer.session.failure == nil && peer.resets.isEmpty)
        peer.send(Self.frame)
        #expect(peer.events.filter { $0.summary == "input 1" }.count == 1)
        #expect(budget.used == 163_840)
        var held = peer.session.takeBody(of: stream)
        #expect(held?.count == 163_840)
        #expect(budget.used == 163_840)
        held = nil
        _ = held
        #expect(budget.used == 0)
        // It counted for once: the next frame is told at once.
        peer.send(Self.frame)
        #expect(peer.events.filter { $0.summary == "input 1" }.count == 2)
    }

    @Test("what is put back is given again, before what came since")
    func putBack() throws {
        let budget = MemoryBudget()
        let (peer, request) = Self.upload(budget: budget)
        let stream = try #require(request)
        let first = SharedBytes.pattern(30_000)
        let second = SharedBytes.pattern(5_000)
        peer.send(
            RawFrame(.data, stream: 1, Array(copying: first.bytes.extracting(0..<16_000))),
            RawFrame(.data, stream: 1, Array(copying: first.bytes.extracting(16_000..<30_000)))
        )
        var taken = peer.session.takeBody(of: stream)
        #expect(taken == first)
        peer.send(RawFrame(.data, stream: 1, Array(copying: second.bytes)))
        if let bytes = taken?.extracting(12_000..<30_000) {
            peer.session.putBack(bytes, on: stream)
        }
        taken = nil
        _ = taken
        #expect(budget.used == 23_000)
        let again = try #require(peer.session.takeBody(of: stream))
        let wanted =
            Array(copying: first.bytes.extracting(12_000..<30_000)) + Array(copying: second.bytes)
        #expect(again == SharedBytes(wanted))
        peer.session.abandon(.cancel)
        #expect(budget.used == 23_000)
    }

    @Test("a body that is collected has its window kept open, up to its limit")
    func collected() throws {
        let (peer, request) = Self.upload()
        let stream = try #require(request)
        peer.session.collectBody(of: stream, upTo: 1_000_000)
        for _ in 0..<61 { peer.send(Self.frame) }
        #expect(stream.availableInput == 61 * 16_384)
        #expect(!peer.events.contains { $0.summary == "input 1" })
        peer.send(Self.frame)
        #expect(stream.isBodyTooLarge)
        #expect(stream.availableInput == 61 * 16_384)
        #expect(peer.events.filter { $0.summary == "input 1" }.count == 1)
        // What comes beyond is dropped, and costs neither memory nor the connection.
        for _ in 0..<100 { peer.send(Self.frame) }
        #expect(stream.availableInput == 61 * 16_384)
        #expect(peer.session.failure == nil)
    }

    @Test("there is room at once for a body that says how long it is, in steps and up to its limit")
    func room() throws {
        let (peer, request) = Self.upload()
        let stream = try #require(request)
        peer.session.collectBody(of: stream, upTo: 2_000_000) { start in
            #expect(start.byteCount >= 16_384 && start.byte(at: 0) == 7)
            return 3_000_000
        }
        for arrived in 1...70 {
            peer.send(Self.frame)
            // Of 16,384 bytes 64 times as many; of 65 frames all that the limit allows.
            #expect(stream.receivedRoom == (arrived <= 64 ? 1_048_576 : 2_000_000))
        }
        let body = try #require(peer.session.takeBody(of: stream))
        #expect(body == SharedBytes([UInt8](repeating: 7, count: 70 * 16_384)))
        #expect(stream.receivedRoom == 0)
    }

    @Test(
        "a body that says how long it is may come at once, unless memory is tight",
        arguments: [
            (length: 500_000, held: 0, opened: 500_000 - 65_536),
            (length: 2_000_000, held: 0, opened: 1_000_000 - 65_536),
            (length: 65_536, held: 0, opened: 0),
            (length: 500_000, held: 800_000, opened: 0),
        ]
    )
    func windowAtOnce(_ known: (length: Int, held: Int, opened: Int)) throws {
        let budget = MemoryBudget(limit: 1_000_000)
        let (peer, request) = Self.upload(budget: budget)
        let stream = try #require(request)
        #expect(budget.reserve(known.held))
        peer.session.collectBody(of: stream, upTo: 1_000_000) { _ in known.length }
        peer.send(Self.frame)
        let updates = peer.frames(.windowUpdate).filter { $0.stream == 1 }.map { $0.number(at: 0) }
        #expect(updates.reduce(0, +) == known.opened)
        budget.release(known.held)
    }

    @Test("of a body in parts there is room at once for what is awaited")
    func roomForPart() throws {
        let (peer, request) = Self.upload()
        let stream = try #require(request)
        peer.session.awaitInput(100_000, of: stream)
        peer.send(Self.frame)
        #expect(stream.receivedRoom == 100_000)
        // Where nothing is known nothing is promised.
        _ = peer.session.takeBody(of: stream)
        peer.send(Self.frame)
        #expect(stream.receivedRoom == 0 && stream.availableInput == 16_384)
    }

    @Test("when memory gets tight windows stay shut, and open once it is not")
    func tight() throws {
        let budget = MemoryBudget(limit: 100_000)
        let (peer, request) = Self.upload(budget: budget)
        let stream = try #require(request)
        for _ in 0..<2 { peer.send(Self.frame) }
        var first = peer.session.takeBody(of: stream)
        #expect(first?.count == 32_768)
        for _ in 0..<2 { peer.send(Self.frame) }
        #expect(budget.used == 65_536)
        let other = MemoryBudget(within: budget, limit: 50_000)
        #expect(other.reserve(30_000))
        #expect(budget.isTight)
        first = nil
        _ = first
        peer.flush()
        #expect(budget.used == 62_768)
        #expect(!budget.isTight)
        #expect(other.reserve(15_000))
        let before = peer.frames(.windowUpdate).filter { $0.stream == 1 }.count
        _ = peer.session.takeBody(of: stream)
        peer.flush()
        #expect(!budget.isTight)
        peer.pass(.seconds(1))
        #expect(peer.frames(.windowUpdate).filter { $0.stream == 1 }.count > before)
    }

    @Test("credit is withheld while memory is tight")
    func withheld() throws {
        let budget = MemoryBudget(limit: 100_000)
        let (peer, request) = Self.upload(budget: budget)
        let stream = try #require(request)
        for _ in 0..<4 { peer.send(Self.frame) }
        let elsewhere = MemoryBudget(within: budget, limit: 90_000)
        var held = peer.session.takeBody(of: stream)
        #expect(elsewhere.reserve(30_000))
        held = nil
        _ = held
        #expect(elsewhere.reserve(50_000))
        let before = peer.frames(.windowUpdate).count
        peer.flush()
        peer.pass(.seconds(5))
        #expect(peer.frames(.windowUpdate).count == before)
        elsewhere.release(80_000)
        peer.pass(.seconds(1))
        #expect(peer.frames(.windowUpdate).count > before)
    }

    @Test("bodies that wait for each other's memory are not left waiting for ever")
    func deadlock() throws {
        let budget = MemoryBudget(limit: 1 << 20)
        let peer = RawPeer(facing: .server, HTTP2Configuration(), budget: budget)
        peer.onEvent = { server, event in
            guard let stream = event.request else { return }
            stream.isBodyTimed = false
            server.collectBody(of: stream, upTo: 1 << 20)
        }
        peer.greet()
        let ids: [UInt32] = [1, 3, 5, 7]
        for id in ids { peer.send(RawFrame.request(id)) }
        for _ in 0..<13 {
            for id in ids {
                peer.send(RawFrame(.data, stream: id, [UInt8](repeating: 0, count: 16_384)))
            }
        }
        #expect(budget.isTight && peer.resets.isEmpty)
        let updates = peer.frames(.windowUpdate).count
        peer.pass(.seconds(29))
        #expect(peer.resets.isEmpty && peer.frames(.windowUpdate).count == updates)
        peer.pass(.seconds(2))
        // One makes room for the others, whose windows open again.
        #expect(peer.resets.count == 1 && peer.resets.values.first == .enhanceYourCalm)
        #expect(!budget.isTight)
        #expect(peer.session.openStreams == 3)
        #expect(peer.frames(.windowUpdate).count > updates)
    }

    @Test("when memory is spent the stream is refused, and its bytes are given back")
    func spent() throws {
        let budget = MemoryBudget(limit: 20_000)
        let (peer, request) = Self.upload(budget: budget)
        #expect(request != nil)
        peer.send(Self.frame, Self.frame)
        #expect(peer.resets == [1: .enhanceYourCalm])
        #expect(peer.session.failure == nil)
        #expect(request?.isOpen == false)
        #expect(budget.used == 16_384)
        _ = request.map { peer.session.takeBody(of: $0) }
        #expect(budget.used == 0)
    }

    @Test("a stream that goes away unread gives its memory back")
    func unread() throws {
        let budget = MemoryBudget()
        do {
            let (peer, _) = Self.upload(budget: budget)
            peer.send(Self.frame)
            #expect(budget.used == 16_384)
            peer.send(RawFrame.reset(1, .cancel))
        }
        #expect(budget.used == 0)
    }

    @Test("an account may hold its share only")
    func account() throws {
        let process = MemoryBudget(limit: 1_000_000)
        let (peer, request) = Self.upload(budget: process)
        let stream = try #require(request)
        peer.send(Self.frame)
        let small = MemoryBudget(within: process, limit: 10_000)
        #expect(!peer.session.charge(stream, to: small))
        let account = MemoryBudget(within: process, limit: 40_000)
        #expect(peer.session.charge(stream, to: account))
        #expect(account.used == 16_384 && process.used == 16_384 && small.used == 0)
        peer.send(Self.frame)
        #expect(account.used == 32_768)
        peer.send(Self.frame)
        #expect(peer.resets == [1: .enhanceYourCalm])
        #expect(MemoryBudget(within: process).limit == 250_000)
    }

    @Test("the connection's window is for all streams together, and outlives them")
    func connectionWindow() throws {
        let (peer, _) = Self.upload()
        // Each takes its whole window and is cancelled unread: 100 MB pass a window of 1 MiB.
        for number in 1..<1_600 {
            let id = UInt32(number * 2 + 1)
            peer.now += .milliseconds(200)
            peer.send(RawFrame.request(id))
            for _ in 0..<4 {
                peer.send(RawFrame(.data, stream: id, [UInt8](repeating: 0, count: 16_384)))
            }
            peer.send(RawFrame.reset(id, .cancel))
        }
        #expect(peer.session.failure == nil)
    }

    @Test("output says when it is enough, and when there is room again")
    func writable() throws {
        let pair = SessionPair()
        pair.run()
        let stream = try pair.client.request(SessionPair.post(), endsStream: false)
        #expect(stream.isWritable)
        pair.client.send(.pattern(65_536), on: stream)
        #expect(stream.isWritable)
        pair.client.send(.pattern(40_000), on: stream)
        #expect(!stream.isWritable)
        pair.clientEvents = []
        pair.run()
        // The server has not taken anything: 64 KiB are on its side, the rest waits here.
        #expect(stream.unsentOutput == 40_000)
        #expect(!stream.isWritable)
        let request = try #require(pair.serverEvents.compactMap(\.request).first)
        _ = pair.server.takeBody(of: request)
        pair.run()
        #expect(stream.unsentOutput == 0)
        #expect(stream.isWritable)
        #expect(pair.clientEvents.map(\.summary) == ["writable 1"])
    }

    @Test("a larger window lets more in at a time")
    func setWindow() throws {
        let pair = SessionPair()
        pair.onServerEvent = { server, event in
            if let stream = event.request { server.setWindow(of: stream, to: 500_000) }
        }
        pair.run()
        let stream = try pair.client.request(SessionPair.post(), endsStream: false)
        pair.client.send(.pattern(800_000), on: stream)
        pair.run()
        #expect(stream.unsentOutput == 300_000)
    }

    @Test("output is cut where the buffer is full, and goes on later")
    func outputLimit() throws {
        let pair = SessionPair()
        pair.run()
        let stream = try pair.client.request(SessionPair.post(), endsStream: false)
        pair.client.send(.pattern(60_000), on: stream)
        let output = pair.client.output(limit: 1_000, at: pair.now)
        #expect(output.count < 1_000 + 16_384 + 9 + 100)
        #expect(pair.client.wantsToSend)
    }
}
