import TestKit
import Testing

@testable import Wire

@Suite("UTF-8 is told from other bytes as the standard library tells it")
struct UTF8ValidationTests {
    /// The slow, obvious answer.
    private func isValid(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 0..<bytes.count)
    }

    @Test("for every sequence of two bytes")
    func pairs() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [first, second]
                if (firstInvalidByte(bytes) == nil) != isValid(bytes) {
                    Issue.record("\(bytes)")
                }
            }
        }
    }

    @Test("for sequences of three and four bytes around every boundary")
    func boundaries() {
        let edges: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xFF]
        for first in UInt8(0xC0)...0xFF {
            for second in UInt8.min...UInt8.max {
                for third in edges {
                    for fourth in edges {
                        let bytes = [first, second, third, fourth]
                        if (firstInvalidByte(bytes) == nil) != isValid(bytes) {
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
        let found = firstInvalidByte(bytes)
        #expect(found == place)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
        #expect((firstInvalidByte(bytes) == nil) == isValid(bytes))
    }

    @Test("within a range, whatever lies around it")
    func ranges() {
        let bytes: [UInt8] = [0xFF] + Array("héllo wörld".utf8) + [0xC3, 0xFF, 0x80]
        let text = 1..<(bytes.count - 3)
        #expect(UTF8Validation.firstInvalidByte(in: bytes.rawBytes, text) == nil)
        #expect(UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 0..<1) == 0)
        #expect(
            UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 1..<text.upperBound + 1)
                == text.upperBound + 1
        )
        #expect(UTF8Validation.firstInvalidByte(in: bytes.rawBytes, 3..<3) == nil)
    }
}
