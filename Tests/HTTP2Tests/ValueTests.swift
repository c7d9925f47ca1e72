@testable import HTTP2
import TestKit
import Testing
import Wire

@Suite("The scanner of frames")
struct FrameScannerTests {
    @Test("finds the same frames however the bytes are cut", arguments: [1, 2, 3] as [UInt64])
    func cuts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let frames = (0..<200).map { _ in
            RawFrame(
                random.pick([.data, .headers, .continuation, .ping, .unknown]),
                flags: UInt8(random.number(in: 0...255)),
                stream: UInt32(random.number(in: 0...0x7fff_ffff)),
                [UInt8](repeating: 0, count: random.pick([0, 1, 8, 9, 300, 16_384]))
            )
        }
        let bytes = [UInt8](repeating: 0, count: 24) + frames.flatMap(\.bytes)
        var scanner = FrameScanner(expectsPreface: true, at: .now)
        var found: [FrameHeader] = []
        var position = 0
        while position < bytes.count {
            let count = min(random.pick([1, 2, 9, 100, 20_000]), bytes.count - position)
            let part = Array(bytes[position..<position + count])
            let read = scanner.scan(part.rawBytes, at: .now) {
                found.append($0)
                return true
            }
            #expect(read == count)
            position += count
        }
        #expect(found.count == frames.count)
        for (header, frame) in zip(found, frames) {
            #expect(header.length == frame.payload.count)
            #expect(header.type.rawValue == frame.kind.rawValue)
            #expect(header.flags == frame.flags)
            #expect(header.streamID == Int32(frame.stream))
        }
    }

    @Test("stops before the frame that is one too many")
    func stops() {
        let bytes = RawFrame(.ping, [1, 2, 3, 4, 5, 6, 7, 8]).bytes + RawFrame(.settings).bytes
        var scanner = FrameScanner(expectsPreface: false, at: .now)
        #expect(scanner.scan(bytes.rawBytes, at: .now) { $0.type == .ping } == 17)
    }

    @Test("knows since when the rest of a frame is owed")
    func waiting() {
        let start = ContinuousClock.now
        var scanner = FrameScanner(expectsPreface: false, at: start)
        #expect(!scanner.isWaiting)
        func scan(_ bytes: [UInt8], after seconds: Int) {
            _ = scanner.scan(bytes.rawBytes, at: start + .seconds(seconds)) { _ in true }
        }
        let headers = RawFrame(.headers, stream: 1, [1, 2, 3]).bytes
        scan(Array(headers[..<4]), after: 1)
        #expect(scanner.isWaiting && scanner.unitStart == start + .seconds(1))
        scan(Array(headers[4...]), after: 2)
        // The frame is complete, its block is not.
        #expect(scanner.isWaiting && scanner.unitStart == start + .seconds(1))
        scan(RawFrame(.continuation, flags: 4, stream: 1, [4]).bytes, after: 3)
        #expect(!scanner.isWaiting)
        scan(Array(RawFrame(.data, stream: 1, [1, 2, 3]).bytes[..<11]), after: 4)
        #expect(!scanner.isWaiting)
    }
}

@Suite("The meter of abuse")
struct AbuseMeterTests {
    private static let ping = FrameHeader(length: 8, type: .ping, flags: 0, streamID: 0)

    @Test("allows as much in each ten seconds")
    func windows() {
        let start = ContinuousClock.now
        var meter = AbuseMeter(AbuseLimits(), at: start)
        for window in 0..<3 {
            meter.advance(to: start + .seconds(10 * window))
            for _ in 0..<500 { #expect(meter.note(Self.ping) == nil) }
        }
        meter.advance(to: start + .seconds(29))
        #expect(meter.note(Self.ping) == "PING")
    }

    @Test("does not count answers")
    func answers() {
        var meter = AbuseMeter(AbuseLimits(), at: .now)
        let answer = FrameHeader(length: 8, type: .ping, flags: 1, streamID: 0)
        for _ in 0..<10_000 { #expect(meter.note(answer) == nil) }
    }

    @Test("allows more window updates to whom more was sent")
    func windowUpdates() {
        var meter = AbuseMeter(AbuseLimits(), at: .now)
        for _ in 0..<100 { meter.noteFrameSent() }
        let update = FrameHeader(length: 4, type: .windowUpdate, flags: 0, streamID: 1)
        for _ in 0..<2_000 { #expect(meter.note(update) == nil) }
        #expect(meter.note(update) == "WINDOW_UPDATE")
    }
}

@Suite("Blocks of header fields")
struct HeaderBlockTests {
    @Test("keep order, duplicates and empty values")
    func order() {
        let block: HeaderBlock = [":path": "/", "a": "1", "b": "", "a": "2"]
        #expect(block.count == 4)
        #expect(block["a"] == "1" && block["b"] == "" && block["c"] == nil)
        #expect(block.fields.map { String(repairing: block.value(of: $0)) } == ["/", "1", "", "2"])
        #expect(
            block.fields.map { String(repairing: block.name(of: $0)) } == [":path", "a", "b", "a"]
        )
        #expect(block.has("a", "1") && !block.has("a", "2") && !block.has("c", ""))
        #expect(block.listSize == 4 * 32 + 5 + 1 + 1 + 1 + 1 + 1 + 1)
    }

    @Test(
        "do not print secrets, and are compressed as each value may be",
        arguments: [
            (FieldTreatment.plain, true, false), (.fleeting, false, false), (.secret, false, true),
            (.token, true, true),
        ]
    )
    func treatment(_ treatment: FieldTreatment, isRemembered: Bool, isHidden: Bool) throws {
        var block = SessionPair.post()
        block.append("x-a", String(repeating: "~", count: 200), as: treatment)
        #expect(block.description.contains("~") != isHidden)
        #expect(block.description.hasSuffix("x-a: (sensitive)") == isHidden)
        // It is the same in a block that it is copied to.
        var copy = HeaderBlock()
        for field in block.fields { copy.append(field, of: block) }
        #expect(copy == block && copy.count == block.count)
        let peer = RawPeer(facing: .client)
        peer.flush()
        peer.greet()
        for fields in [block, copy] {
            _ = try peer.session.request(fields, endsStream: true)
            peer.flush()
        }
        let sizes = peer.frames(.headers).map(\.payload.count)
        // What is remembered takes a byte the second time.
        #expect(sizes[0] > 200 && (sizes[1] < 20) == isRemembered, "\(sizes)")
    }

    @Test(
        "with names or values that may not be sent are refused",
        arguments: [
            HeaderBlock(dictionaryLiteral: ("Upper", "a")), ["": "a"], ["a b": "c"], ["a": "b\nc"],
            ["a": "b\u{0}"], ["a": " b"], ["é": "a"],
        ]
    )
    func illegal(block: HeaderBlock) throws {
        #expect(!block.isLegal)
        let pair = SessionPair()
        #expect(throws: HTTP2Session.RequestError.illegalHeaders) {
            _ = try pair.client.request(block, endsStream: true)
        }
    }

    @Test("with text of other scripts are sent as they are")
    func legal() {
        let block: HeaderBlock = ["a": "žluťoučký", "x_y": "", "b": "1, 2"]
        #expect(block.isLegal)
    }
}

@Suite("Budgets of memory")
struct MemoryBudgetTests {
    @Test("reserve all or nothing, in the account and the process")
    func reserve() {
        let process = MemoryBudget(limit: 100)
        let account = MemoryBudget(within: process, limit: 60)
        #expect(account.reserve(60))
        #expect(!account.reserve(1))
        #expect(process.used == 60 && account.used == 60)
        let other = MemoryBudget(within: process, limit: 60)
        #expect(!other.reserve(41))
        #expect(other.used == 0 && process.used == 60)
        #expect(other.reserve(40))
        account.release(60)
        #expect(process.used == 40 && !process.isTight)
    }

    @Test("are tight from three quarters on, the process's for all")
    func tight() {
        let process = MemoryBudget(limit: 100)
        let account = MemoryBudget(within: process)
        #expect(account.limit == 25)
        #expect(account.reserve(18) && !account.isTight)
        #expect(account.reserve(1) && account.isTight)
        account.release(19)
        #expect(process.reserve(75) && account.isTight)
    }
}
