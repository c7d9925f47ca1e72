import Foundation
import Messages
import Synchronization
import TestKit
import TestMessages
import Testing
import Wire

/// Bytes that are not a message, with what the error must say of them.
struct BadBytes: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let rule: CodecError.Rule
    let offset: Int
    var path = ""

    var testDescription: String { name }

    init(
        _ name: String,
        _ hex: String,
        _ rule: CodecError.Rule,
        at offset: Int,
        in path: String = ""
    ) {
        self.name = name
        bytes = Array(hexadecimal: hex)
        self.rule = rule
        self.offset = offset
        self.path = path
    }

    // Tags of Everything: an_int32 18, a_string 72, a_nested 8a01 (text 1a), nesteds ca03,
    // a_fixed32 4d, a_fixed64 51, fixed32s 8a03, int32s da02, string_by_string 9205;
    // field 500, which it does not have: varint a01f, start a31f, end a41f, string a21f.
    static let all = [
        BadBytes("a tag and nothing after it", "18", .truncated, at: 1, in: "an_int32"),
        BadBytes("a tag cut short", "8a", .truncated, at: 0),
        BadBytes("a varint cut short", "18 80 80", .truncated, at: 1, in: "an_int32"),
        BadBytes(
            "a varint of eleven bytes",
            "18 80 80 80 80 80 80 80 80 80 80 00",
            .overlongVarint,
            at: 1,
            in: "an_int32"
        ),
        BadBytes(
            "a varint of 65 bits",
            "18 80 80 80 80 80 80 80 80 80 02",
            .overlongVarint,
            at: 1,
            in: "an_int32"
        ),
        BadBytes(
            "a length of 65 bits",
            "72 80 80 80 80 80 80 80 80 80 02",
            .overlongVarint,
            at: 1,
            in: "a_string"
        ),
        BadBytes("a tag of 35 bits", "88 80 80 80 10 00", .invalidTag, at: 0),
        BadBytes("field number 0", "00 01", .invalidTag, at: 0),
        BadBytes("field number 0 with a length", "02 00", .invalidTag, at: 0),
        BadBytes("wire type 6", "1e 00", .invalidTag, at: 0),
        BadBytes("wire type 7", "1f 00", .invalidTag, at: 0),
        BadBytes("a tag of six bytes", "88 80 80 80 80 01 00", .overlongVarint, at: 0),
        BadBytes("a string cut short", "72 05 61 62", .truncated, at: 1, in: "a_string"),
        BadBytes(
            "a length of ten bytes",
            "72 ff ff ff ff ff ff ff ff ff 01",
            .overlongVarint,
            at: 1,
            in: "a_string"
        ),
        BadBytes(
            "a length of 2^31",
            "72 80 80 80 80 08 61",
            .truncated,
            at: 1,
            in: "a_string"
        ),
        BadBytes("a fixed32 cut short", "4d 01 02 03", .truncated, at: 1, in: "a_fixed32"),
        BadBytes(
            "a fixed64 cut short",
            "51 01 02 03 04 05 06 07",
            .truncated,
            at: 1,
            in: "a_fixed64"
        ),
        BadBytes("a string of invalid UTF-8", "72 02 c3 28", .invalidUTF8, at: 2, in: "a_string"),
        BadBytes("a surrogate in UTF-8", "72 03 ed a0 80", .invalidUTF8, at: 2, in: "a_string"),
        BadBytes(
            "a string that ends inside a character",
            "72 02 61 c3",
            .invalidUTF8,
            at: 3,
            in: "a_string"
        ),
        BadBytes(
            "invalid UTF-8 in a message inside",
            "8a 01 04 1a 02 61 ff",
            .invalidUTF8,
            at: 6,
            in: "a_nested.text"
        ),
        BadBytes(
            "invalid UTF-8 in the second element",
            "ca 03 03 1a 01 61 ca 03 03 1a 01 ff",
            .invalidUTF8,
            at: 11,
            in: "nesteds[1].text"
        ),
        BadBytes(
            "invalid UTF-8 in a map's value",
            "92 05 06 0a 01 6b 12 01 ff",
            .invalidUTF8,
            at: 8,
            in: "string_by_string[0].value"
        ),
        BadBytes(
            "a message inside that is longer than what holds it",
            "8a 01 03 1a 05 61 61 61",
            .truncated,
            at: 4,
            in: "a_nested.text"
        ),
        BadBytes(
            "packed fixed32 of three bytes",
            "8a 03 03 01 02 03",
            .truncated,
            at: 6,
            in: "fixed32s[0]"
        ),
        BadBytes("a packed varint cut short", "da 02 02 01 80", .truncated, at: 4, in: "int32s[0]"),
        BadBytes("a group that is not closed", "a3 1f 18 01", .unbalancedGroup, at: 2),
        BadBytes("a group closed by another number", "a3 1f ac 1f", .unbalancedGroup, at: 2),
        BadBytes("the end of a group that was not opened", "a4 1f", .unbalancedGroup, at: 2),
        BadBytes("an unknown field cut short", "a2 1f 03 61", .truncated, at: 2),
        BadBytes("an unknown varint cut short", "a0 1f 80", .truncated, at: 2),
    ]
}

@Suite("Bytes that are not a message are refused with field, rule and offset")
struct BadBytesTests {
    @Test("by a view", arguments: BadBytes.all)
    func view(_ bad: BadBytes) throws {
        let error = try #require(throws: CodecError.self) {
            _ = try Message<TestingV1.Everything.View>(SharedBytes(bad.bytes))
        }
        #expect(error.rule == bad.rule)
        #expect(error.byteOffset == bad.offset)
        #expect(error.fieldPath == bad.path)
    }

    @Test("by a value", arguments: BadBytes.all)
    func value(_ bad: BadBytes) throws {
        let error = try #require(throws: CodecError.self) {
            _ = try TestingV1.Everything(decoding: bad.bytes.rawBytes)
        }
        #expect(error.rule == bad.rule)
    }

    @Test("and the error reads as a sentence")
    func description() throws {
        let bytes = [UInt8](hexadecimal: "8a 01 04 1a 02 61 ff")
        let error = try #require(throws: CodecError.self) {
            _ = try Message<TestingV1.Everything.View>(SharedBytes(bytes))
        }
        #expect("\(error)" == "a_nested.text: a string is not valid UTF-8, at byte 6")
    }

    @Test("A message cut anywhere is refused or is a message, and never traps")
    func truncation() throws {
        let whole = Samples.everything.encoded()
        for length in 0..<whole.count {
            do {
                let message = try Message<TestingV1.Everything.View>(whole.extracting(0..<length))
                _ = TestingV1.Everything(message.view)
            } catch {
                #expect(error.byteOffset <= length)
            }
        }
    }

    @Test("A message with any one byte changed is refused or is a message, and never traps")
    func oneByteChanged() throws {
        let whole = Array(copying: Samples.everything.encoded().bytes)
        for offset in whole.indices {
            for value: UInt8 in [0x00, 0x7F, 0x80, 0xFF, whole[offset] ^ 1, whole[offset] ^ 8] {
                var changed = whole
                changed[offset] = value
                guard let decoded = try? TestingV1.Everything(decoding: changed.rawBytes) else {
                    continue
                }
                let again = decoded.encoded()
                #expect(try TestingV1.Everything(decoding: again.bytes).encoded() == again)
            }
        }
    }
}

@Suite("What a message may cost is limited")
struct LimitTests {
    /// `count` messages, each the only field of the one around it.
    private func nested(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<count {
            var outer = OutputBuffer()
            outer.appendField(tag: 146, bytes.rawBytes)  // itself = 18
            bytes = Array(copying: outer.bytes)
        }
        return bytes
    }

    private func rule(_ bytes: [UInt8], _ limits: DecodingLimits) -> CodecError.Rule? {
        do {
            _ = try Message<TestingV1.Everything.View>(SharedBytes(bytes), limits: limits)
            return nil
        } catch {
            return error.rule
        }
    }

    @Test("in depth: a hundred messages one in another are read, one more is not")
    func depth() {
        #expect(rule(nested(100), .standard) == nil)
        #expect(rule(nested(101), .standard) == .tooDeep)
        #expect(rule(nested(3_000), .standard) == .tooDeep)
    }

    @Test("in depth, also of groups that nobody knows")
    func groups() {
        let open = [UInt8](hexadecimal: "a3 1f")
        let close = [UInt8](hexadecimal: "a4 1f")
        func groups(_ count: Int) -> [UInt8] {
            Array(repeatElement(open, count: count).joined())
                + Array(repeatElement(close, count: count).joined())
        }
        #expect(rule(groups(100), .standard) == nil)
        #expect(rule(groups(101), .standard) == .tooDeep)
        #expect(rule(groups(1_000_000), .standard) == .tooDeep)
    }

    @Test("in bytes")
    func bytes() {
        #expect(rule(nested(3), DecodingLimits(maximumBytes: 9)) == nil)
        #expect(rule(nested(3), DecodingLimits(maximumBytes: 8)) == .tooLarge)
    }

    @Test(
        "in elements: packed, repeated, of maps, unknown",
        arguments: [
            "da 02 03 01 02 03",  // int32s, packed
            "b2 03 00 b2 03 00 b2 03 00",  // strings
            "92 05 03 0a 01 61 92 05 03 0a 01 62 92 05 03 0a 01 63",  // string_by_string
            "a0 1f 01 a0 1f 01 a0 1f 01",  // unknown
        ]
    )
    func elements(_ hex: String) {
        let bytes = [UInt8](hexadecimal: hex)
        #expect(rule(bytes, DecodingLimits(maximumElements: 4)) == nil)
        #expect(rule(bytes, DecodingLimits(maximumElements: 2)) == .tooManyElements)
    }

    @Test("in the memory that owned values would take, which views do not")
    func valueBytes() throws {
        // Each element is three bytes here and a whole Everything in memory.
        let bytes = [UInt8](repeatElement([0xD2, 0x03, 0x00], count: 10_000).joined())
        let limits = DecodingLimits(maximumValueBytes: 1 << 20)
        #expect(rule(bytes, limits) == nil)
        let error = try #require(throws: CodecError.self) {
            _ = try TestingV1.Everything(decoding: bytes.rawBytes, limits: limits)
        }
        #expect(error.rule == .tooLarge)
    }

    @Test("in that memory also where elements are small")
    func smallElements() throws {
        let bytes = [UInt8](repeatElement([0xBA, 0x03, 0x01, 0x2A], count: 100_000).joined())
        let limits = DecodingLimits(maximumValueBytes: 4 << 20)
        #expect(rule(bytes, limits) == nil)
        #expect(throws: CodecError.self) {
            _ = try TestingV1.Everything(decoding: bytes.rawBytes, limits: limits)
        }
        #expect(try TestingV1.Everything(decoding: bytes.rawBytes).byteStrings.count == 100_000)
    }

    @Test("in how many bytes of values may enclose one another, which views do not mind")
    func valueNesting() throws {
        let bytes = nested(20)
        let limits = DecodingLimits(
            maximumValueNesting: 20 * MemoryLayout<TestingV1.Everything>.stride
        )
        #expect(rule(bytes, limits) == nil)
        let error = try #require(throws: CodecError.self) {
            _ = try TestingV1.Everything(decoding: bytes.rawBytes, limits: limits)
        }
        #expect(error.rule == .tooDeep)
        #expect(
            try TestingV1.Everything(decoding: nested(19).rawBytes, limits: limits).itself != nil
        )
    }

    @Test("as values, a hundred deep, on a thread of the usual size", arguments: [146, 866, 466])
    func stack(tag: UInt32) throws {
        var bytes: [UInt8] = []
        for _ in 0..<100 {
            var outer = OutputBuffer()
            outer.appendField(tag: tag, bytes.rawBytes)
            bytes = Array(copying: outer.bytes)
        }
        let message = bytes
        let failure = Mutex<(any Error)?>(nil)
        let finished = DispatchSemaphore(value: 0)
        let thread = Thread {
            do {
                let value = try TestingV1.Everything(decoding: message.rawBytes)
                let again = try TestingV1.Everything(decoding: value.encoded().bytes)
                #expect(value == again && value.hashValue == again.hashValue)
                #expect(try TestingV1.Everything(json: value.jsonText()) == value)
            } catch {
                failure.withLock { $0 = error }
            }
            finished.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
        finished.wait()
        try failure.withLock { if let error = $0 { throw error } }
    }
}
