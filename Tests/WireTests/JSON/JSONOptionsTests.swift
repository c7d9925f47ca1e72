import Messages
import Testing
@testable import Wire

@Suite("JSON: options, limits and the public calls")
struct JSONOptionsTests {
    @Test("Unknown members and enum names are passed over when asked")
    func ignoresUnknownFields() throws {
        var options = Fixture.options
        options.ignoresUnknownFields = true
        let text = #"""
            {"a":1,"fInt32":1,"b":{"c":[1,{"d":null}],"e":"\u0041"},"fColor":"PINK",
             "rColor":["RED","PINK",2],"mColor":{"1":"PINK","2":"RED"},"oneUint32":1,
             "any":{"x":1,"@type":"t/google.protobuf.Duration","value":"1s","y":[]}}
            """#
        let printed =
            #"{"fInt32":1,"rColor":["RED","GREEN"],"mColor":{"2":"RED"},"oneUint32":1,"#
            + #""any":{"@type":"t/google.protobuf.Duration","value":"1s"}}"#
        #expect(try Fixture.roundTrip(text, as: Fixture.all, options) == printed)
        #expect(try Fixture.roundTrip(#"{"rColor":["PINK"]}"#, as: Fixture.all, options) == "{}")
        for bad in [
            #"{"a":tru}"#, #"{"a":[1,]}"#, #"{"a":"\ud800"}"#, #"{"a":01}"#, #"{"a":{"b"}}"#,
        ] {
            #expect(Fixture.error(bad.utf8, as: Fixture.all, options)?.rule != nil, "\(bad)")
        }
    }

    @Test("Names of the .proto file, defaults and numbers of enums are printed when asked")
    func printing() throws {
        var options = Fixture.options
        options.usesProtoNames = true
        options.printsEnumsAsNumbers = true
        let text =
            #"{"fInt32":1,"fColor":"GREEN","oneNull":null,"any":{"@type":"t/test.All","far":1}}"#
        let snake =
            #"{"f_int32":1,"f_color":2,"one_null":null,"any":{"@type":"t/test.All","far":1}}"#
        #expect(try Fixture.roundTrip(text, as: Fixture.all, options) == snake)

        let small = MessageSchema(
            "test.Small",
            [
                FieldSchema(1, "a", .int64),
                FieldSchema(2, "b", .string, .explicit),
                FieldSchema(3, "c", .enumeration(Fixture.color), .packed),
                FieldSchema(4, "d", Fixture.entry(.string, .bool), .map),
                FieldSchema(5, "e", .enumeration(Fixture.color)),
                FieldSchema(6, "f", .message { Fixture.empty }),
                FieldSchema(7, "g", .bytes),
                FieldSchema(8, "h", .double),
                FieldSchema(9, "i", .bool),
            ]
        )
        options = JSONOptions(printsDefaults: true)
        let all = #"{"a":"0","c":[],"d":{},"e":"COLOR_UNSPECIFIED","g":"","h":0,"i":false}"#
        #expect(try Fixture.json([], as: small, options) == all)
        #expect(try Fixture.wire(all.utf8, as: small) == [])
        let some =
            #"{"a":"0","b":"","c":["RED"],"d":{},"e":"COLOR_UNSPECIFIED","g":"","h":0,"i":true}"#
        #expect(try Fixture.json([18, 0, 26, 1, 1, 72, 1], as: small, options) == some)
        #expect(try Fixture.json([72, 1, 26, 1, 1, 18, 0, 26, 0], as: small, options) == some)
    }

    @Test("Names of enums are found both ways, whatever their numbers")
    func enumNames() {
        for (number, name) in Fixture.color.values where name != "VERT" {
            #expect(Fixture.color.name(of: number) == name)
            #expect(Fixture.color.number(named: name) == number)
        }
        #expect(Fixture.color.number(named: "VERT") == 2)
        #expect(Fixture.color.name(of: 63) == nil)
        #expect(Fixture.color.name(of: 64) == nil)
        #expect(Fixture.color.number(named: "") == nil)
        let odd = EnumSchema("test.Odd", [(1, "\"\\"), (1 << 30, "é<")])
        #expect(odd.name(of: 1) == "\"\\")
        #expect(odd.name(of: 1 << 30) == "é<")
        #expect(odd.number(named: "é<") == 1 << 30)
    }

    @Test("What must not stand in a script or a string is escaped, at every place")
    func escapes() throws {
        let specials = [
            "\"": "\\\"", "\\": "\\\\", "<": "\\u003c", ">": "\\u003e", "\n": "\\n",
            "\t": "\\t", "\r": "\\r", "\u{8}": "\\b", "\u{C}": "\\f", "\u{0}": "\\u0000",
            "\u{1F}": "\\u001f", "\u{2028}": "\\u2028", "\u{2029}": "\\u2029",
            "\u{2027}": "\u{2027}", "\u{202A}": "\u{202A}", "/": "/", "\u{7F}": "\u{7F}", "é": "é",
            "=": "=", "?": "?", "!": "!", "[": "[", "😀": "😀",
        ]
        for (special, escaped) in specials {
            for before in 0..<18 {
                let head = String(repeating: "x", count: before)
                let wire = head + special + "yyyyyyyyy" + special
                var output = OutputBuffer()
                output.appendJSON(wire.utf8Span.span.asRawSpan)
                let text = String(decoding: Array(copying: output.bytes), as: UTF8.self)
                #expect(text == "\"\(head)\(escaped)yyyyyyyyy\(escaped)\"")
                let parsed = try Fixture.wire("{\"oString\":\(text)}".utf8)
                #expect(parsed.dropFirst(3) == Array(wire.utf8)[...])
            }
        }
        let pair = try Fixture.roundTrip(#"{"fString":"\ud83d\ude00\u00e9\/\b"}"#)
        #expect(pair == #"{"fString":"😀é/\b"}"#)
    }

    @Test("Messages nest as deep as the limit, and no deeper")
    func depth() throws {
        func nested(_ levels: Int, _ open: String, _ close: String, _ core: String) -> String {
            String(repeating: open, count: levels) + core + String(repeating: close, count: levels)
        }
        let messages = #"{"fMessage":"#
        #expect(Fixture.error(nested(100, messages, "}", "{}").utf8) == nil)
        let error = Fixture.error(nested(101, messages, "}", "{}").utf8)
        #expect(error?.rule == .tooDeep)
        #expect(error?.byteOffset == 1_212)
        // Each array in a Value is two messages deep, each object three.
        let arrays = "{\"value\":" + nested(49, "[", "]", "0") + "}"
        #expect(Fixture.error(arrays.utf8) == nil)
        #expect(
            Fixture.error(("{\"value\":" + nested(50, "[", "]", "0") + "}").utf8)?.rule == .tooDeep
        )
        let objects = "{\"value\":" + nested(33, "{\"a\":", "}", "0") + "}"
        #expect(Fixture.error(objects.utf8) == nil)
        #expect(
            Fixture.error(("{\"value\":" + nested(34, "{\"a\":", "}", "0") + "}").utf8)?.rule
                == .tooDeep
        )
        for text in [nested(100, messages, "}", "{}"), arrays, objects] {
            #expect(try Fixture.roundTrip(text) == text)
        }
        let any = #"{"any":{"@type":"t/google.protobuf.Any","value":"#
        let bombs = [
            nested(100_000, "[", "", ""), nested(100_000, #"{"fMessage":"#, "", ""),
            #"{"x":"# + nested(100_000, "[", "", ""), #"{"value":"# + nested(100_000, "[", "", ""),
            nested(10_000, any, "", ""),
            nested(10_000, #"{"rAny":[{"any":"#, #"}],"@type":"t/test.All"}"#, "{}"),
        ]
        var options = Fixture.options
        for bomb in bombs {
            #expect(Fixture.error(bomb.utf8, as: Fixture.all, options) != nil)
            options.ignoresUnknownFields.toggle()
            #expect(Fixture.error(bomb.utf8, as: Fixture.all, options) != nil)
        }
    }

    @Test("Unknown arrays and objects count towards the depth")
    func unknownDepth() {
        var options = Fixture.options
        options.ignoresUnknownFields = true
        for levels in [100, 101] {
            let text =
                "{\"x\":" + String(repeating: "[", count: levels)
                + String(repeating: "]", count: levels) + "}"
            let rule = Fixture.error(text.utf8, as: Fixture.all, options)?.rule
            #expect(rule == (levels == 100 ? nil : .tooDeep))
        }
    }

    @Test("Anys may name their types after their other members, at every depth")
    func typesLast() throws {
        var first = #"{"@type":"t/test.All","fInt32":1}"#
        var last = #"{"fInt32":1,"@type":"t/test.All"}"#
        for _ in 0..<40 {
            first = "{\"@type\":\"t/test.All\",\"any\":\(first)}"
            last = "{\"any\":\(last),\"@type\":\"t/test.All\"}"
        }
        let expected = "{\"any\":\(first)}"
        #expect(try Fixture.roundTrip("{\"any\":\(last)}") == expected)
        #expect(try Fixture.roundTrip(expected) == expected)
        #expect(
            try Fixture.wire("{\"rAny\":[\(last),\(first),\(last)]}".utf8)
                == Fixture.wire("{\"rAny\":[\(first),\(first),\(first)]}".utf8)
        )
    }

    @Test("Bytes and elements are limited")
    func sizes() throws {
        var options = Fixture.options
        options.limits.maximumBytes = 20
        #expect(Fixture.error(#"{"fString":"123456"}"#.utf8, as: Fixture.all, options) == nil)
        let long = Fixture.error(#"{"fString":"1234567"}"#.utf8, as: Fixture.all, options)
        #expect(long?.rule == .tooLarge)
        // Twenty bytes of text that would be 24 of message.
        let list = Fixture.error(#"[1,2]"#.utf8, as: Fixture.list, options)
        #expect(list?.rule == .tooLarge)
        options = Fixture.options
        options.limits.maximumElements = 3
        #expect(Fixture.error(#"{"rInt32":[1,2,3]}"#.utf8, as: Fixture.all, options) == nil)
        let many = Fixture.error(
            #"{"rInt32":[1,2],"rBool":[true,true]}"#.utf8,
            as: Fixture.all,
            options
        )
        #expect(many?.rule == .tooManyElements)
        #expect(many?.fieldPath == "r_bool[1]")
        options.ignoresUnknownFields = true
        let unknown = Fixture.error(#"{"a":1,"b":2,"c":3,"d":4}"#.utf8, as: Fixture.all, options)
        #expect(unknown?.rule == .tooManyElements)
    }

    @Test("Of members of a oneof and repeated numbers, the last is printed")
    func lastWins() throws {
        // one_uint32 = 1, one_string = "a", then f_int32 = 1 and 2, then one_uint32 = 3.
        let wire: [UInt8] = [0x98, 3, 1, 0xA2, 3, 1, 0x61, 8, 1, 8, 2, 0x98, 3, 3]
        #expect(try Fixture.json(wire) == #"{"fInt32":2,"oneUint32":3}"#)
        #expect(try Fixture.json([0x98, 3, 1, 0xA2, 3, 1, 0x61]) == #"{"oneString":"a"}"#)
        // The last f_int32 is the default; packed and single elements mix; a field of another
        // wire type is unknown.
        #expect(try Fixture.json([8, 1, 8, 0]) == "{}")
        #expect(
            try Fixture.json([0xF8, 1, 1, 0xFA, 1, 2, 2, 3, 0xF8, 1, 4]) == #"{"rInt32":[1,2,3,4]}"#
        )
        #expect(try Fixture.json([0xFA, 1, 0]) == "{}")
        #expect(try Fixture.json([10, 1, 8]) == "{}")
        // A map entry without key or value, and one with each twice.
        #expect(try Fixture.json([0xCA, 2, 0]) == #"{"mString":{"":""}}"#)
        #expect(try Fixture.json([0xE2, 2, 0]) == #"{"mMessage":{"":{}}}"#)
        #expect(
            try Fixture.json([0xD2, 2, 8, 16, 1, 8, 2, 8, 3, 16, 4]) == #"{"mInt32":{"3":"4"}}"#
        )
    }

    @Test("Messages are read and printed by their views; an error leaves the buffer as it was")
    func publicCalls() throws {
        let message = try Message<GoogleProtobuf.Duration.View>(json: "\"1.5s\"")
        #expect(message.bytes == SharedBytes([8, 1, 16, 0x80, 0xCA, 0xB5, 0xEE, 1]))
        #expect(try message.jsonText() == "\"1.500s\"")
        let json = try message.json()
        #expect(json == SharedBytes(Array("\"1.500s\"".utf8)))
        let broken = try Message<GoogleProtobuf.Duration.View>(
            SharedBytes([16, 0x80, 0x94, 0xEB, 0xDC, 0x03])
        )
        var buffer = OutputBuffer()
        buffer.append("before")
        #expect(throws: CodecError.self) { try broken.writeJSON(to: &buffer) }
        #expect(buffer.count == 6)
        #expect(throws: CodecError(.invalidJSON, at: 0)) {
            try Message<GoogleProtobuf.Duration.View>(json: "x")
        }
    }
}
