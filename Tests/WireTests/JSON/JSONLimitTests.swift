import Messages
import TestKit
import Testing
@testable import Wire

@Suite("JSON: what hostile messages and texts may cost")
struct JSONLimitTests {
    @Test("The URL of a type is compared byte by byte, no further than the longest name")
    func typeURLs() throws {
        let types = TypeRegistry([Fixture.empty]).union(TypeRegistry([Fixture.all]))
        #expect(types.schema(forURL: "/test.All") == Fixture.all)
        #expect(types.schema(forURL: "a//b/google.protobuf.Empty") == Fixture.empty)
        for url in [
            "", "/", "test.All", "t/", "t/test.All/", "t/test.Al", "t/xtest.All", "ttest.All",
            "t/x.google.protobuf.Empty", "t/\u{301}test.All", "t/test.All\u{301}",
        ] {
            #expect(types.schema(forURL: url) == nil, "\(url)")
        }
        let kelvin = TypeRegistry([MessageSchema("test.K", [])])
        #expect(kelvin.schema(forURL: "t/test.K") != nil)
        #expect(kelvin.schema(forURL: "t/test.\u{212A}") == nil)
        #expect(TypeRegistry.empty.schema(forURL: "t/") == nil)
    }

    @Test("A long URL is refused and quoted in part, read or printed")
    func longTypeURL() {
        let url = "t/é" + String(repeating: "\u{301}", count: 1_500_000)
        let quoted = String(decoding: url.utf8.prefix(64), as: UTF8.self)
        let text = "{\"any\":{\"@type\":\"\(url)\"}}"
        let expected = CodecError(.unknownType, at: 16, in: "any", detail: quoted)
        #expect(Fixture.error(text.utf8) == expected)
        var wire = OutputBuffer()
        wire.appendField(tag: AnyTag.typeURL, url)
        #expect(throws: CodecError(.unknownType, at: 5, detail: quoted)) {
            try Fixture.json(Array(copying: wire.bytes), as: Fixture.any)
        }
    }

    /// A key of a map, and how a path shows it.
    static let keys: [(key: String, shown: String)] = [
        ("a", #"m_value["a"]"#),
        ("", #"m_value[""]"#),
        (#"a"].b["c"#, #"m_value["a\"].b[\"c"]"#),
        ("\u{1B}[2J\n\u{2028}", #"m_value["\u001b[2J\n\u2028"]"#),
        (String(repeating: "é", count: 33), "m_value[\"\(String(repeating: "é", count: 32))\"]"),
        (
            "x" + String(repeating: "é", count: 5_000),
            "m_value[\"x\(String(repeating: "é", count: 31))\"]"
        ),
    ]

    @Test("Keys in paths are cut and escaped, read or printed", arguments: keys)
    func keysInPaths(_ example: (key: String, shown: String)) {
        var quoted = OutputBuffer()
        quoted.appendJSON(example.key.utf8Span.span.asRawSpan)
        let text = String(decoding: Array(copying: quoted.bytes), as: UTF8.self)
        let read = Fixture.error("{\"mValue\":{\(text):1e999}}".utf8)
        #expect(read?.rule == .outOfRange)
        #expect(read?.fieldPath == example.shown)

        var wire = OutputBuffer()
        let entry = wire.beginMessage(tag: 78 << 3 | 2)
        wire.appendField(tag: 1 << 3 | 2, example.key)
        let value = wire.beginMessage(tag: 2 << 3 | 2)
        for byte: UInt8 in [17, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F] { wire.append(byte) }
        wire.endMessage(value)
        wire.endMessage(entry)
        let printed = #expect(throws: CodecError.self) {
            try Fixture.json(Array(copying: wire.bytes))
        }
        #expect(printed?.rule == .invalidWellKnownType)
        #expect(printed?.fieldPath == example.shown)
    }

    @Test("Keys that are numbers are quoted in paths, an absent one is its default")
    func numberKeysInPaths() {
        for (key, shown) in [(FieldType.int64, "0"), (.int32, "0"), (.bool, "false")] {
            let entry = Fixture.entry(key, .message { Fixture.value })
            let schema = MessageSchema("test.Keys", [FieldSchema(1, "m", entry, .map)])
            let nan: [UInt8] = [18, 9, 17, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
            let absent = #expect(throws: CodecError.self) {
                try Fixture.json([10, 11] + nan, as: schema)
            }
            #expect(absent?.fieldPath == "m[\"\(shown)\"]")
            let present = #expect(throws: CodecError.self) {
                try Fixture.json([10, 13, 8, 1] + nan, as: schema)
            }
            #expect(present?.fieldPath == (key.isBool ? #"m["true"]"# : #"m["1"]"#))
        }
    }

    @Test("A path names an entry by its place where binary form is read")
    func binaryPath() {
        let wire: [UInt8] = [0xCA, 2, 7, 10, 1, 0x61, 18, 2, 0x61, 0xFF]
        let error = #expect(throws: CodecError.self) { try Fixture.json(wire) }
        #expect(error?.rule == .invalidUTF8)
        #expect(error?.fieldPath == "m_string[0].value")
    }
}

// MARK: Size

extension JSONLimitTests {
    /// Messages whose text is cut at every length.
    static let texts = [
        #"{"fInt32":1,"fString":"\\u0001é","fBytes":"AQID","fMessage":{"fBool":true}}"#,
        #"{"rInt32":[1,20,300],"rString":["a","","b"],"rMessage":[{},{"far":1}],"rBool":[true]}"#,
        #"{"mString":{"a":"b","c":""},"mInt32":{"1":"2"},"mMessage":{"":{}}}"#,
        #"{"timestamp":"2026-01-31T09:30:00Z","mask":"a,b","structure":{"a":[1,{"b":null}]}}"#,
        #"{"any":{"@type":"t/test.All","any":{"@type":"t/google.protobuf.Any","value":{}}}}"#,
        "{}",
    ]

    @Test("A text as long as the limit is printed, a longer one is not", arguments: texts)
    func printedBytes(_ text: String) throws {
        let wire = try Fixture.wire(text.utf8)
        let length = text.utf8.count
        var options = Fixture.options
        options.maximumPrintedBytes = length
        #expect(try Fixture.json(wire, as: Fixture.all, options) == text)
        for limit in 0..<length {
            options.maximumPrintedBytes = limit
            let error = #expect(throws: CodecError.self) {
                try Fixture.json(wire, as: Fixture.all, options)
            }
            #expect(error?.rule == .tooLarge)
            #expect(error?.detail == "as JSON, limit \(limit)")
            #expect(error.map { $0.byteOffset <= wire.count } == true)
        }
    }

    @Test("Printing stops at the limit, says where, and leaves the buffer as it was")
    func stopsPrinting() throws {
        // Half a million empty messages: with their defaults they would be 300 MB.
        let wire = Array(repeating: [0x8A, 2, 0] as [UInt8], count: 500_000).flatMap { $0 }
        let options = JSONOptions(printsDefaults: true, maximumPrintedBytes: 100_000)
        var output = OutputBuffer()
        output.append("before")
        var error: CodecError?
        do throws(CodecError) {
            try JSONPrinter.print(wire.rawBytes, as: Fixture.all, options: options, to: &output)
        } catch let thrown {
            error = thrown
        }
        #expect(error?.rule == .tooLarge)
        let one = try Fixture.json([], as: Fixture.all, options).utf8.count
        let index = 100_000 / (one + 1)
        let path = try #require(error?.fieldPath)
        #expect(path == "r_message[\(index)]" || path == "r_message[\(index - 1)]")
        #expect(String(decoding: Array(copying: output.bytes), as: UTF8.self) == "before")
        #expect(output.capacity < 400_000)
        #expect(try Fixture.json(wire, as: Fixture.all, JSONOptions()).utf8.count == 1_500_014)
    }
}

// MARK: Values

extension JSONLimitTests {
    @Test("Values made of JSON are limited in the memory they need, views are not")
    func valueBytes() throws {
        let empty = Array(repeating: "null", count: 1_000).joined(separator: ",")
        let text = "[\(empty)]"
        var options = JSONOptions()
        let value = try GoogleProtobuf.ListValue(json: text, options: options)
        #expect(try value.jsonText() == text)
        options.limits.maximumValueBytes = 8_000
        _ = try Message<GoogleProtobuf.ListValue.View>(json: text, options: options)
        let error = #expect(throws: CodecError.self) {
            try GoogleProtobuf.ListValue(json: text, options: options)
        }
        #expect(error?.rule == .tooLarge)
        #expect(error?.byteOffset == 0)
        #expect(error?.detail.hasSuffix("limit 8000") == true)
        options.maximumPrintedBytes = 100
        let long = #expect(throws: CodecError.self) { try value.jsonText(options: options) }
        #expect(long?.rule == .tooLarge)
        #expect(long?.fieldPath == "values[20]")
    }
}

// MARK: Elements

extension JSONLimitTests {
    @Test("The elements of all Anys of a message are limited together")
    func elementsInAnys() throws {
        let two = #"{"@type":"t/test.All","rInt32":[1,2]}"#
        let nested = #"{"@type":"t/test.All","rString":["a"],"any":\#(two)}"#
        let text = #"{"any":\#(two),"rAny":[\#(two),\#(nested)]}"#
        let wire = try Fixture.wire(text.utf8)
        var options = Fixture.options
        options.limits.maximumElements = 7
        #expect(try Fixture.json(wire, as: Fixture.all, options) == text)
        options.limits.maximumElements = 6
        let error = #expect(throws: CodecError.self) {
            try Fixture.json(wire, as: Fixture.all, options)
        }
        #expect(error?.rule == .tooManyElements)
        #expect(error?.fieldPath == "r_any[1].any.r_int32[0]")
        #expect(error?.detail == "limit 6, in Anys")
    }

    @Test("Elements are counted as the validator counts them", arguments: 0..<8 as Range<UInt64>)
    func counts(seed: UInt64) throws {
        let schema = Fixture.all
        var random = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let wire = RandomWireMessage.bytes(of: schema, .anyBinary, using: &random)
            let count = ElementCount.count(wire.rawBytes, as: schema)
            try Self.validate(wire, schema, count)
            if count == 0 { continue }
            #expect(throws: CodecError.self) { try Self.validate(wire, schema, count - 1) }
        }
        // Packed and single elements, unknown fields, a group in a group.
        let wire: [UInt8] = [
            0xFA, 1, 3, 1, 0x80, 1, 0xF8, 1, 4, 0x9A, 2, 8, 0, 0, 0, 0, 0, 0, 0, 0,
            0xFB, 7, 8, 1, 0x13, 0x1A, 1, 9, 0x14, 0xFC, 7, 10, 1, 8,
        ]
        try Self.validate(wire, Fixture.all, 9)
        #expect(ElementCount.count(wire.rawBytes, as: Fixture.all) == 9)
    }

    private static func validate(
        _ wire: [UInt8],
        _ schema: MessageSchema,
        _ limit: Int
    ) throws(CodecError) {
        let limits = DecodingLimits(maximumElements: limit)
        _ = try WireValidator.validate(wire.rawBytes, as: schema, limits: limits)
    }
}

extension FieldType {
    fileprivate var isBool: Bool { if case .bool = self { true } else { false } }
}
