import TestKit
import Testing

@testable import Wire

@Suite("UTF-8 is told from other bytes as the Unicode Standard defines it")
struct UTF8ValidationTests {
    /// The slow, obvious answer: where the first ill-formed sequence starts.
    private func expected(_ bytes: [UInt8]) -> Int? {
        var offset = 0
        while offset < bytes.count {
            let lead = bytes[offset]
            let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            if lead >= 0x80 && lead < 0xC0 || offset + length > bytes.count { return offset }
            var scalar = UInt32(lead)
            if length > 1 { scalar &= 0x7F >> UInt32(length) }
            for byte in bytes[offset + 1..<offset + length] {
                if byte & 0xC0 != 0x80 { return offset }
                scalar = scalar << 6 | UInt32(byte & 0x3F)
            }
            let least: [UInt32] = [0, 0, 0x80, 0x800, 0x1_0000]
            if lead >= 0xF8 || scalar < least[length] { return offset }
            if Unicode.Scalar(scalar) == nil { return offset }
            offset += length
        }
        return nil
    }

    private func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 0..<bytes.count)
    }

    @Test("for every sequence of two bytes")
    func pairs() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [first, second]
                if firstInvalidByte(bytes) != expected(bytes) {
                    Issue.record("\(bytes)")
                }
            }
        }
    }

    @Test("for sequences of three and four bytes around every boundary")
    func boundaries() {
        for first in UInt8(0xC0)...0xFF {
            for second in UInt8.min...UInt8.max {
                for third: UInt8 in [0x7F, 0x80, 0xBF, 0xC0] {
                    for fourth: UInt8 in [0x61, 0x80, 0xFF] {
                        let bytes = [first, second, third, fourth]
                        if firstInvalidByte(bytes) != expected(bytes) {
                            Issue.record("\(bytes)")
                        }
                    }
                }
            }
        }
    }

    @Test("for every scalar, at every offset in a block")
    func scalars() {
        for value in stride(from: UInt32(0), through: 0x10FFFF, by: 37) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let padding = [UInt8](repeating: 0x61, count: Int(value % 19))
            let bytes = padding + Array(String(scalar).utf8) + padding
            if firstInvalidByte(bytes) != nil { Issue.record("U+\(String(value, radix: 16))") }
        }
    }

    @Test("for random text with a fault, whose place is found", arguments: UInt64(0)..<50)
    func faults(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("aé日😀 ".unicodeScalars)
        var bytes: [UInt8] = []
        for _ in 0..<200 {
            bytes += String(alphabet.randomElement(using: &random) ?? "a").utf8
        }
        #expect(firstInvalidByte(bytes) == nil)
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = 0xFF
        #expect(firstInvalidByte(bytes) == expected(bytes))
        bytes[place] = UInt8.random(in: 0...255, using: &random)
        #expect(firstInvalidByte(bytes) == expected(bytes))
    }

    @Test("within a range, whatever lies around it")
    func ranges() {
        let bytes: [UInt8] = [0xFF] + Array("héllo wörld".utf8) + [0xC3, 0xFF, 0x80]
        let text = 1..<(bytes.count - 3)
        #expect(UTF8Validation.firstInvalidByte(in: bytes.rawBytes, text) == nil)
        #expect(UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 0..<1) == 0)
        #expect(
            UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 1..<text.upperBound + 1)
                == text.upperBound
        )
        #expect(UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 3..<3) == nil)
    }
}
