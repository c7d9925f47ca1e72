import TestKit
import Testing
import Wire

@testable import RPC

@Suite("Messages in the bytes of a stream")
struct MessageReaderTests {
    /// Plays the stream: keeps what is put back, and gives at least what is needed.
    private func read(_ bytes: [UInt8], cut: Int, limit: Int = 1 << 20) throws -> [[UInt8]] {
        var reader = MessageReader(limit: limit)
        var kept: [UInt8] = []
        var position = 0
        var messages: [[UInt8]] = []
        while true {
            while let frame = try reader.next() {
                messages.append(Array(copying: frame.bytes.bytes))
            }
            if let rest = reader.takeRest() { kept = Array(copying: rest.bytes) + kept }
            while kept.count < reader.needed && position < bytes.count {
                let end = min(position + cut, bytes.count)
                kept += bytes[position..<end]
                position = end
            }
            if kept.isEmpty { return messages }
            try reader.read(SharedBytes(kept))
            kept = []
        }
    }

    @Test("are found however the bytes are cut", arguments: [1, 2, 5, 6, 100, 4_096, 1 << 20])
    func cuts(cut: Int) throws {
        let sizes = [0, 1, 4, 5, 300, 0, 0, 70_000, 4_097, 9]
        let messages = sizes.enumerated().map { [UInt8](repeating: UInt8($0), count: $1) }
        let bytes = messages.flatMap { RPCFixture.frame($0) }
        #expect(try read(bytes, cut: cut) == messages)
    }

    @Test("are refused as soon as their prefix is wrong")
    func faults() {
        #expect(throws: MessageReader.Fault.tooLarge(11, limit: 10)) {
            try read([0, 0, 0, 0, 11], cut: 5, limit: 10)
        }
        #expect(throws: MessageReader.Fault.unknownFlag(128)) {
            try read(RPCFixture.frame([1], flag: 128), cut: 5)
        }
    }

    @Test("that end too soon are told", arguments: [1, 4, 5, 8])
    func truncation(count: Int) {
        let bytes = Array(RPCFixture.frame([1, 2, 3, 4]).prefix(count))
        #expect(throws: MessageReader.Fault.truncated) { try read(bytes, cut: 3) }
    }

    @Test("that must be one are, or it is told what is wrong")
    func only() throws {
        let one = RPCFixture.frame([7, 8])
        let frame = try MessageReader.onlyFrame(in: SharedBytes(one), limit: 2)
        #expect(Array(copying: frame.bytes.bytes) == [7, 8] && !frame.isCompressed)
        let wrong: [([UInt8], MessageReader.Fault)] = [
            ([], .missing), (one + [0], .surplus), (one + one, .surplus),
            (Array(one.prefix(4)), .truncated), (Array(one.prefix(6)), .truncated),
            (RPCFixture.frame([1], flag: 2), .unknownFlag(2)),
            (RPCFixture.frame([1, 2, 3]), .tooLarge(3, limit: 2)),
        ]
        for (bytes, fault) in wrong {
            #expect(throws: fault) {
                try MessageReader.onlyFrame(in: SharedBytes(bytes), limit: 2)
            }
        }
    }

    @Test("survive compression, and unfold to no more than the limit")
    func gzip() throws {
        for size in [0, 1, 1_000, 100_000] {
            let message = SharedBytes.pattern(size)
            let frame = MessageFrame.make { $0.append(message.bytes) }
            let folded = MessageFrame.compress(frame)
            #expect(folded.bytes.byte(at: 0) == 1)
            let bytes = folded.extracting(5..<folded.count)
            #expect(try Gzip.decompress(bytes.bytes, limit: size) == message)
            guard size > 0 else { continue }
            #expect(throws: Gzip.Fault.tooLarge(limit: size - 1)) {
                try Gzip.decompress(bytes.bytes, limit: size - 1)
            }
            #expect(throws: Gzip.Fault.malformed) {
                try Gzip.decompress(bytes.bytes.extracting(0..<bytes.count - 1), limit: size)
            }
            let longer = Array(copying: bytes.bytes) + [0]
            #expect(throws: Gzip.Fault.malformed) {
                try Gzip.decompress(longer.rawBytes, limit: size)
            }
        }
    }

    @Test("that are bombs cost no more than the limit")
    func bomb() {
        var folded = OutputBuffer()
        Gzip.compress([UInt8](repeating: 0, count: 50_000_000).rawBytes, to: &folded)
        #expect(folded.count < 300_000)
        #expect(throws: Gzip.Fault.tooLarge(limit: 1_000_000)) {
            try Gzip.decompress(folded.bytes, limit: 1_000_000)
        }
    }
}
