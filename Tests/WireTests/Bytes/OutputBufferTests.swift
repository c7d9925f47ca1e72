import TestKit
import Testing
import Wire

@Suite("An output buffer appends bytes and length-delimited fields")
struct OutputBufferTests {
    @Test("Varints have the width of their bits by sevens", arguments: 0..<64)
    func varintWidth(bit: Int) {
        for value in [UInt64(1) << bit, (UInt64(1) << bit) - 1] {
            let bits = max(1, 64 - value.leadingZeroBitCount)
            var buffer = OutputBuffer()
            buffer.appendVarint(value)
            #expect(buffer.count == (bits + 6) / 7)
            #expect(OutputBuffer.varintWidth(value) == buffer.count)
            var reader = WireReader(buffer.bytes)
            #expect(reader.varint() == value)
            #expect(reader.position == buffer.count)
        }
    }

    @Test(
        "A message of any length gets a length of the right width, whatever its sibling had",
        arguments: [0, 1, 127, 128, 129, 16_383, 16_384, 16_385, 2_097_151, 2_097_152]
    )
    func lengths(_ length: Int) {
        for sibling in [0, 200, 20_000] {
            var buffer = OutputBuffer()
            for size in [sibling, length, sibling] {
                let mark = buffer.beginMessage(tag: 10)
                buffer.append([UInt8](repeating: 7, count: size).rawBytes)
                buffer.endMessage(mark)
            }
            var reader = WireReader(buffer.bytes)
            for size in [sibling, length, sibling] {
                #expect(reader.nextTag() == 10)
                let start = reader.position
                let slice = reader.slice()
                #expect(slice.bytes(in: buffer.bytes).byteCount == size)
                #expect(reader.position - start == size + OutputBuffer.varintWidth(UInt64(size)))
            }
            #expect(reader.nextTag() == nil)
        }
    }

    @Test("Messages may be nested deeper than the widths that are remembered")
    func deep() {
        var buffer = OutputBuffer()
        let marks = (0..<40).map { _ in buffer.beginMessage(tag: 10) }
        buffer.append([UInt8](repeating: 1, count: 300).rawBytes)
        for mark in marks.reversed() { buffer.endMessage(mark) }
        var inner = Array(copying: buffer.bytes)
        for _ in 0..<40 {
            var reader = WireReader(inner.rawBytes)
            #expect(reader.nextTag() == 10)
            let contents = Array(copying: reader.slice().bytes(in: inner.rawBytes))
            #expect(reader.nextTag() == nil)
            inner = contents
        }
        #expect(inner == [UInt8](repeating: 1, count: 300))
    }

    @Test("Runs of every short length are copied whole", arguments: 0...70)
    func copies(_ count: Int) {
        let bytes = (0..<count).map { UInt8($0) }
        var buffer = OutputBuffer()
        buffer.append(0xAA)
        buffer.append(bytes.rawBytes)
        buffer.append(0xBB)
        #expect(Array(copying: buffer.bytes) == [0xAA] + bytes + [0xBB])
    }

    @Test("A callback writes into the spare memory, and what it claims is appended")
    func appendUninitialized() {
        var buffer = OutputBuffer()
        buffer.append("ab")
        for (capacity, filled) in [(0, 0), (1, 0), (100, 3), (5, 5), (10_000, 9_999)] {
            let before = Array(copying: buffer.bytes)
            let added = (0..<filled).map { UInt8(truncatingIfNeeded: $0) }
            let result = unsafe buffer.appendUninitialized(capacity) { room in
                #expect(room.count == capacity)
                unsafe room.copyBytes(from: added)
                return filled
            }
            #expect(result == filled)
            #expect(Array(copying: buffer.bytes) == before + added)
        }
    }

    @Test("Claiming more than the room that was given stops the process")
    func appendUninitializedClaimsTooMuch() async {
        await #expect(processExitsWith: .failure) {
            var buffer = OutputBuffer(minimumCapacity: 100)
            unsafe buffer.appendUninitialized(10) { _ in 11 }
        }
    }

    @Test("Removing everything leaves an empty buffer that can be used again")
    func removeAll() {
        var buffer = OutputBuffer()
        buffer.append("abc")
        buffer.removeAll()
        #expect(buffer.count == 0)
        buffer.append("d")
        #expect(Array(copying: buffer.bytes) == Array("d".utf8))
    }
}
