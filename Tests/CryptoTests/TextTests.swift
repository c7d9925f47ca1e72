import Foundation
import TestKit
import Testing
import Wire

@testable import Crypto

@Suite("Bytes as text")
struct TextTests {
    @Test("read back as themselves, and as others write them", arguments: 0..<50 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for count in 0...40 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let digits = Hexadecimal.encode(bytes)
            #expect(digits == bytes.hexadecimal)
            #expect(Hexadecimal.decode(digits) == bytes)

            let padded = Data(bytes).base64EncodedString()
            let standard = StrictBase64.standard.encode(bytes)
            #expect(standard == padded.filter { $0 != "=" })
            #expect(StrictBase64.standard.decode(standard) == bytes)
            let url = StrictBase64.url.encode(bytes)
            #expect(
                url == standard.replacing("+", with: "-").replacing("/", with: "_")
            )
            #expect(StrictBase64.url.decode(url) == bytes)

            let letters = Base62.encode(bytes)
            #expect(letters.utf8.count == Base62.digitCount(forBytes: count))
            #expect(Base62.decode(letters, count: count) == bytes)
        }
    }

    @Test("in base 62 are the number that they are")
    func base62() {
        #expect(Base62.encode([UInt8](repeating: 0, count: 32)).allSatisfy { $0 == "0" })
        #expect(Base62.encode([61]) == "0z")
        #expect(Base62.encode([62]) == "10")
        #expect(Base62.encode([255]) == "47")
        // 2⁶⁴ − 1, by `bc` in base 62: 21 60 44 11 50 32 39 29 59 03 15.
        #expect(Base62.encode([UInt8](repeating: 255, count: 8)) == "LygHa16AHYF")
        #expect(Base62.digitCount(forBytes: 16) == 22 && Base62.digitCount(forBytes: 32) == 43)
    }

    @Test(
        "of other forms are refused",
        arguments: ["0", "0g", "0A", "00 ", " 00", "0x00", "é0", "00\n"]
    )
    func hexadecimal(text: String) {
        #expect(Hexadecimal.decode(text) == nil)
    }

    /// Padding, white space, the other alphabet, a digit alone, bits behind the last byte.
    @Test(
        "have one spelling in base64",
        arguments: ["AA==", "AAA=", "AA A", "AA\n", "+/AA", "A", "AAAAA", "AB", "AAB", "\u{0}AAA"]
    )
    func base64(text: String) {
        #expect(StrictBase64.url.decode(text) == nil)
    }

    @Test("have one spelling in base 62")
    func strictBase62() {
        // 2⁸ is the first number that does not fit a byte.
        #expect(Base62.decode("47", count: 1) == [255])
        for text in ["48", "zz", "4", "047", "4-", "4_", "é"] {
            #expect(Base62.decode(text, count: 1) == nil)
        }
        #expect(Base62.decode(String(repeating: "z", count: 43), count: 32) == nil)
    }

    @Test("read back or are refused, whatever the text", arguments: 0..<20 as Range<UInt64>)
    func anyText(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let text = String(
                (0..<generator.number(in: 0...12)).map { _ in
                    Character(Unicode.Scalar(UInt8(generator.number(in: 0x2B...0x7A))))
                }
            )
            if let bytes = Hexadecimal.decode(text) {
                #expect(Hexadecimal.encode(bytes) == text)
            }
            if let bytes = StrictBase64.url.decode(text) {
                #expect(StrictBase64.url.encode(bytes) == text)
            }
            if let bytes = Base62.decode(text, count: 8) {
                #expect(Base62.encode(bytes) == text)
            }
        }
    }
}

@Suite("Rings of keys")
struct KeyRingTests {
    private static let first = String(repeating: "A", count: 43)
    private static let second = String(repeating: "_", count: 42) + "8"

    @Test("are read from the configuration, the current key first")
    func parsing() throws {
        let ring = try KeyRing(text: "2:\(Self.second),1:\(Self.first)")
        #expect(ring.currentID.number == 2 && ring.ids.map(\.number) == [1, 2])
        #expect(ring.current.array == [UInt8](repeating: 255, count: 32))
        let old = try ring.key(try #require(KeyID(1)))
        #expect(old.array == [UInt8](repeating: 0, count: 32))
        #expect(throws: CryptoError.unknownKey(try #require(KeyID(3)))) {
            try ring.key(try #require(KeyID(3)))
        }
        #expect(try ring.map(SealingKey.init).ids == ring.ids)
    }

    @Test(
        "in another form are refused in words that do not show the key",
        arguments: [
            ("", "key 1 is not 'number:key'"),
            ("1", "key 1 is not 'number:key'"),
            ("0:\(first)", "key 1 is not 'number:key'"),
            ("01:\(first)", "key 1 is not 'number:key'"),
            ("+1:\(first)", "key 1 is not 'number:key'"),
            ("4294967296:\(first)", "key 1 is not 'number:key'"),
            ("1:\(first):", "key 1 is not 'number:key'"),
            ("1:\(first),", "key 2 is not 'number:key'"),
            ("1:AAAA", "key 1 is not 32 bytes in base64url without padding"),
            ("1:\(first)=", "key 1 is not 32 bytes in base64url without padding"),
            ("1:\(first),1:\(second)", "key 1 is given twice"),
        ]
    )
    func malformed(text: String, reason: String) {
        #expect(throws: CryptoError.malformed(reason)) { try KeyRing(text: text) }
    }

    @Test("hold a bounded number of keys, the current one among them")
    func bounds() throws {
        let many = (1...65).map { "\($0):\(Self.first)" }.joined(separator: ",")
        #expect(throws: CryptoError.malformed("more than 64 keys")) { try KeyRing(text: many) }
        let id = try #require(KeyID(1))
        #expect(throws: CryptoError.unknownKey(id)) {
            try KeyRing<SecretBytes>(current: id, [:])
        }
    }
}
