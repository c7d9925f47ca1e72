import Testing
@testable import Wire

@Suite("JSON: well-known types that are refused")
struct JSONWellKnownTypeTests {
    static let times = [
        "2026-01-01", "2026-01-01T00:00:00", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00z",
        "2026-01-01 00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+01", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00Z ",
        "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "2026-1-1T00:00:00.000Z", "",
        "２026-01-01T00:00:00Z", "2026-01-01T00:00:00.-1Z", "2026-01-01T0x:00:00Z",
        "202x-01-01T00:00:00Z", "20x6-01-01T00:00:00Z", "2x26-01-01T00:00:00Z",
        "x026-01-01T00:00:00Z", "0 26-01-01T00:00:00Z",
    ]

    static let durations = [
        "", "s", "1", "-s", "+1s", "1.s", ".5s", "1.0000000000s", "1 s", "1s ", "1S", "--1s",
        "1e3s",
        "315576000001s", "-315576000001s", "99999999999999999999999s", "1.-5s", "0x1s", "NaNs",
    ]

    static let masks = ["foo_bar", "foo,", ",foo", "foo,,bar", " foo", "foo bar", "foo,bär", "a-b"]

    static let anys: [(String, CodecError.Rule)] = [
        (#"{"fInt32":1}"#, .invalidWellKnownType),
        (#"{"@type":"test.All"}"#, .unknownType),
        (#"{"@type":"t/test.Other"}"#, .unknownType),
        (#"{"@type":""}"#, .unknownType),
        (#"{"@type":1}"#, .wrongType),
        (#"{"@type":null}"#, .wrongType),
        (#"[]"#, .wrongType),
        (#"{"@type":"t/test.All","@type":"t/test.All"}"#, .duplicateField),
        (#"{"@type":"t/test.All","nope":1}"#, .unknownField),
        (#"{"@type":"t/google.protobuf.Empty","value":1}"#, .wrongType),
        (#"{"@type":"t/google.protobuf.Duration"}"#, .invalidWellKnownType),
        (#"{"@type":"t/google.protobuf.Duration","value":"1s","value":"1s"}"#, .duplicateField),
        (#"{"@type":"t/google.protobuf.Duration","x":1,"value":"1s"}"#, .unknownField),
        (#"{"@type":"t/google.protobuf.Duration","value":null}"#, .wrongType),
        (#"{"fInt32":{"a":[1,2,}},"@type":"t/test.All"}"#, .invalidJSON),
    ]

    @Test("Timestamps", arguments: times)
    func timestamp(_ text: String) {
        let error = Fixture.error("{\"timestamp\":\"\(text)\"}".utf8)
        #expect(error?.rule == .invalidWellKnownType)
        #expect(error?.byteOffset == 13)
        #expect(error?.fieldPath == "timestamp")
    }

    @Test("Durations", arguments: durations)
    func duration(_ text: String) {
        let error = Fixture.error("{\"duration\":\"\(text)\"}".utf8)
        #expect(error?.rule == .invalidWellKnownType)
        #expect(error?.byteOffset == 12)
    }

    @Test("Field masks", arguments: masks)
    func fieldMask(_ text: String) {
        #expect(Fixture.error("{\"mask\":\"\(text)\"}".utf8)?.rule == .invalidWellKnownType)
    }

    @Test("Anys", arguments: anys)
    func any(_ example: (text: String, rule: CodecError.Rule)) {
        #expect(Fixture.error("{\"any\":\(example.text)}".utf8)?.rule == example.rule)
    }

    @Test("The other forms")
    func others() {
        #expect(Fixture.error(#"{"timestamp":0}"#.utf8)?.rule == .wrongType)
        #expect(Fixture.error(#"{"duration":1.5}"#.utf8)?.rule == .wrongType)
        #expect(Fixture.error(#"{"mask":["a"]}"#.utf8)?.rule == .wrongType)
        #expect(Fixture.error(#"{"structure":[]}"#.utf8)?.rule == .wrongType)
        #expect(Fixture.error(#"{"list":{}}"#.utf8)?.rule == .wrongType)
        #expect(Fixture.error(#"{"value":1e400}"#.utf8)?.rule == .outOfRange)
        #expect(Fixture.error(#"{"value":nope}"#.utf8)?.rule == .invalidJSON)
        #expect(Fixture.error(#"{"wInt64":{"value":"1"}}"#.utf8)?.rule == .wrongType)
        #expect(Fixture.error(#"{"empty":{"a":1}}"#.utf8)?.rule == .unknownField)
        #expect(Fixture.error("null".utf8, as: Fixture.timestamp)?.rule == .wrongType)
        #expect(Fixture.error("null".utf8, as: Fixture.value) == nil)
    }

    @Test("Values of well-known types that JSON has no form for are not printed")
    func unprintable() {
        #expect(
            printError(Fixture.timestamp, [8, 0xFF, 0xD4, 0xE5, 0xEB, 0xBC, 0x81, 0x01]) != nil
        )
        #expect(printError(Fixture.timestamp, [16, 0x80, 0x94, 0xEB, 0xDC, 0x03]) != nil)
        #expect(printError(Fixture.timestamp, [16] + Self.minusOne) != nil)
        #expect(printError(Fixture.duration, [8, 1, 16] + Self.minusOne) != nil)
        #expect(printError(Fixture.duration, [8] + Self.minusOne + [16, 1]) != nil)
        #expect(printError(Fixture.duration, [8, 0x81, 0xA0, 0xD3, 0xCF, 0x97, 0x09]) != nil)
        for path in ["fooBar", "foo__bar", "foo_", "_", "foo_3", "", "a b"] {
            let wire = [10, UInt8(path.utf8.count)] + Array(path.utf8)
            #expect(printError(Fixture.fieldMask, wire)?.rule == .invalidWellKnownType)
        }
        let infinity: [UInt8] = [17, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F]
        #expect(printError(Fixture.value, infinity)?.rule == .invalidWellKnownType)
        #expect(printError(Fixture.value, [17, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]) != nil)
        #expect(printError(Fixture.any, [10, 3] + Array("t/x".utf8))?.rule == .unknownType)
        #expect(printError(Fixture.any, [18, 1, 8])?.rule == .unknownType)
        let truncated = [10, 10] + Array("t/test.All".utf8) + [18, 1, 8]
        #expect(
            printError(Fixture.any, truncated) == CodecError(.truncated, at: 15, in: "f_int32")
        )
    }

    @Test("What is not there prints as empty or null")
    func absent() throws {
        #expect(try Fixture.json([], as: Fixture.value) == "null")
        #expect(try Fixture.json([], as: Fixture.structure) == "{}")
        #expect(try Fixture.json([], as: Fixture.list) == "[]")
        #expect(try Fixture.json([], as: Fixture.any) == "{}")
        #expect(try Fixture.json([], as: Fixture.timestamp) == "\"1970-01-01T00:00:00Z\"")
        #expect(try Fixture.json([], as: Fixture.duration) == "\"0s\"")
        #expect(try Fixture.json([], as: Fixture.fieldMask) == "\"\"")
        #expect(try Fixture.json([], as: Fixture.int64Value) == "\"0\"")
    }

    @Test("Every day of the calendar is read and printed")
    func calendar() throws {
        for day in stride(from: Int64(-719_162), through: 2_932_896, by: 37) {
            var output = OutputBuffer()
            #expect(TimestampText.append(seconds: day * 86_400, nanoseconds: 0, to: &output))
            let quoted = output.bytes
            let text = quoted.extracting(1..<quoted.byteCount - 1)
            #expect(TimestampText.parse(text)?.seconds == day * 86_400)
        }
        #expect(CivilDay.number(year: 1970, month: 1, day: 1) == 0)
        #expect(CivilDay.number(year: 2000, month: 3, day: 1) == 11_017)
        #expect(CivilDay.number(year: 1, month: 1, day: 1) == -719_162)
        #expect(CivilDay.date(ofDay: 11_016) == (2000, 2, 29))
    }

    private static let minusOne: [UInt8] = Array(repeating: 0xFF, count: 9) + [1]

    private func printError(_ schema: MessageSchema, _ wire: [UInt8]) -> CodecError? {
        do {
            _ = try Fixture.json(wire, as: schema)
            return nil
        } catch {
            return error
        }
    }
}
