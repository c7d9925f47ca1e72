import TestKit
import Testing

@testable import Wire

@Suite("Varints are read alike eight bytes at once and byte by byte")
struct VarintTests {
    private func byteByByte(_ bytes: [UInt8]) -> (value: UInt64, length: Int) {
        var value: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            if byte < 0x80 { return (value, index + 1) }
        }
        return (value, 0)
    }

    @Test("for every length and random bits", arguments: 1...10)
    func lengths(_ length: Int) {
        var random = SeededGenerator(seed: UInt64(length))
        for _ in 0..<200 {
            var bytes = (0..<length).map { _ in UInt8.random(in: 0x80...0xFF, using: &random) }
            bytes[length - 1] = UInt8.random(in: 0...(length == 10 ? 1 : 0x7F), using: &random)
            let expected = byteByByte(bytes)
            for padding in [0, 1, 20] {
                let padded = bytes + [UInt8](repeating: 0xFF, count: padding)
                var reader = WireReader(padded.rawBytes)
                #expect(reader.varint() == expected.value)
                #expect(reader.position == length)
                var position = 0
                let read = try? padded.rawBytes.readVarint(&position, bytes.count)
                #expect(read == expected.value)
                #expect(position == length)
            }
        }
    }

    @Test("Words beyond the end are padded with zeros", arguments: 1...20)
    func paddedWords(_ count: Int) {
        let bytes = (1...count).map { UInt8($0) }
        for offset in 0..<count {
            let padded = Array((bytes[offset...] + [0, 0, 0, 0, 0, 0, 0, 0]).prefix(8))
            let expected = padded.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            #expect(bytes.rawBytes.paddedWord(at: offset) == expected)
        }
    }

    @Test("Zigzag maps small negative numbers to small numbers and back")
    func zigZag() {
        let pairs: [(Int32, UInt32)] = [
            (0, 0), (-1, 1), (1, 2), (-2, 3), (.max, 0xFFFF_FFFE), (.min, 0xFFFF_FFFF),
        ]
        for (value, bits) in pairs {
            #expect(ZigZag.encode(value) == bits)
            #expect(ZigZag.decode(bits) == value)
            #expect(ZigZag.decode(ZigZag.encode(Int64(value) << 31)) == Int64(value) << 31)
        }
        #expect(ZigZag.encode(Int64.min) == .max)
    }
}
