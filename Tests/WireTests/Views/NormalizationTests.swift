import Messages
import TestKit
import TestMessages
import Testing
import Wire

/// A message in pieces, and the bytes it must become.
struct Scattered: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let pieces: [UInt8]
    let whole: [UInt8]

    init(_ name: String, _ pieces: String, becomes whole: String) {
        testDescription = name
        self.pieces = Array(hexadecimal: pieces)
        self.whole = Array(hexadecimal: whole)
    }

    static let all = [
        Scattered(
            "pieces of a message are joined",
            "8a 01 02 08 01 8a 01 03 1a 01 61",
            becomes: "8a 01 05 08 01 1a 01 61"
        ),
        Scattered(
            "also where its parts are in pieces themselves",
            "8a 01 06 12 04 72 02 61 61 8a 01 04 12 02 18 07",
            becomes: "8a 01 08 12 06 18 07 72 02 61 61"
        ),
        Scattered(
            "elements of a repeated field come together",
            "b2 03 01 61 18 01 b2 03 01 62",
            becomes: "18 01 b2 03 01 61 b2 03 01 62"
        ),
        Scattered(
            "packed and single numbers come together",
            "da 02 01 01 18 09 d8 02 02",
            becomes: "18 09 da 02 02 01 02"
        ),
        Scattered(
            "the last entry of a map key counts",
            "92 05 06 0a 01 6b 12 01 76 92 05 06 0a 01 6b 12 01 77",
            becomes: "92 05 06 0a 01 6b 12 01 77"
        ),
        Scattered(
            "also of keys in different codings of one number",
            "ba 04 04 08 01 10 01 ba 04 05 08 81 00 10 02",
            becomes: "ba 04 04 08 01 10 02"
        ),
        Scattered(
            "a member of a oneof ousts another, which does not come back",
            "da 06 02 08 01 a8 06 05 da 06 03 1a 01 61",
            becomes: "da 06 03 1a 01 61"
        ),
        Scattered(
            "pieces of a oneof's message are joined",
            "da 06 02 08 01 da 06 03 1a 01 61",
            becomes: "da 06 05 08 01 1a 01 61"
        ),
        Scattered(
            "unknown fields are kept, last",
            "b2 03 01 61 a0 1f 05 b2 03 01 62 a0 1f 06",
            becomes: "b2 03 01 61 b2 03 01 62 a0 1f 05 a0 1f 06"
        ),
    ]
}

@Suite("A message that came in pieces is put in order before it is read")
struct NormalizationTests {
    @Test("case by case", arguments: Scattered.all)
    func cases(_ scattered: Scattered) throws {
        let message = try Message<TestingV1.Everything.View>(SharedBytes(scattered.pieces))
        #expect(Array(copying: message.bytes.bytes) == scattered.whole)
        let value = try TestingV1.Everything(decoding: scattered.pieces.rawBytes)
        #expect(try TestingV1.Everything(decoding: scattered.whole.rawBytes) == value)
    }

    @Test("The canonical form is what the owned value is encoded in")
    func canonical() throws {
        let message = try Message<TestingV1.Everything.View>(Samples.everything.encoded())
        #expect(message.canonicalBytes() == Samples.everything.encoded())
        let defaults = [UInt8](hexadecimal: "18 00 72 00 28 ff ff ff ff 7f da 02 00 b8 01 00")
        let sparse = try Message<TestingV1.Everything.View>(SharedBytes(defaults))
        let canonical = [UInt8](hexadecimal: "28 ff ff ff ff 0f b8 01 00")
        #expect(Array(copying: sparse.canonicalBytes().bytes) == canonical)
    }

    @Test("One that came whole is not copied")
    func wholeIsShared() throws {
        let bytes = Samples.everything.encoded()
        let message = try Message<TestingV1.Everything.View>(bytes)
        #expect(message.bytes.sharesMemory(with: bytes))
    }

    @Test("A scalar sent many times over, in turn with others, counts once")
    func manyScalars() throws {
        let turn = [UInt8](hexadecimal: "18 01 72 01 61 a8 06 05 b2 06 01 62 18 02 a0 1f 00")
        let bytes = [UInt8](repeatElement(turn, count: 10_000).joined())
        let message = try Message<TestingV1.Everything.View>(SharedBytes(bytes))
        let unknown = [UInt8](repeatElement([0xA0, 0x1F, 0x00], count: 10_000).joined())
        let expected = [UInt8](hexadecimal: "18 02 72 01 61 b2 06 01 62") + unknown
        #expect(Array(copying: message.canonicalBytes().bytes) == expected)
    }

    @Test("A map of many entries with one key twice keeps the later")
    func manyEntries() throws {
        var map = TestingV1.Everything()
        for key in Int32(0)..<1_000 { map.int32ByInt32[key] = key }
        var buffer = OutputBuffer()
        map.write(to: &buffer)
        buffer.append([UInt8](hexadecimal: "ba 04 05 08 f4 03 10 01").rawBytes)
        let decoded = try TestingV1.Everything(decoding: buffer.bytes)
        #expect(decoded.int32ByInt32.count == 1_000)
        #expect(decoded.int32ByInt32[500] == 1)
        #expect(decoded.int32ByInt32[501] == 501)
    }

    @Test("Concatenated messages are their merge, as protobuf specifies", arguments: UInt64(0)..<20)
    func concatenation(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var first = TestingV1.Everything()
        var second = TestingV1.Everything()
        first.anInt32 = .random(in: 1...9, using: &random)
        first.strings = ["a"]
        first.stringByString = ["k": "1", "only first": "1"]
        first.aNested = Samples.nested(.random(in: 1...9, using: &random))
        second.strings = ["b", "c"]
        second.stringByString = ["k": "2"]
        second.aNested = TestingV1.Everything.Nested()
        second.aNested?.text = "second"
        let joined =
            Array(copying: first.encoded().bytes) + Array(copying: second.encoded().bytes)
        let merged = try TestingV1.Everything(decoding: joined.rawBytes)
        #expect(merged.anInt32 == first.anInt32)
        #expect(merged.strings == ["a", "b", "c"])
        #expect(merged.stringByString == ["k": "2", "only first": "1"])
        #expect(merged.aNested?.number == first.aNested?.number)
        #expect(merged.aNested?.text == "second")
    }
}
