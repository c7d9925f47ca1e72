import Testing
@testable import Wire

@Suite("JSON: what is refused, and where")
struct JSONBadInputTests {
    /// A text, the rule it breaks, the offset and the field.
    struct Case: CustomStringConvertible, Sendable {
        let json: String
        let rule: CodecError.Rule
        let offset: Int
        let path: String
        var description: String { json }

        init(_ json: String, _ rule: CodecError.Rule, _ offset: Int, _ path: String = "") {
            self.json = json
            self.rule = rule
            self.offset = offset
            self.path = path
        }
    }

    static let syntax = [
        Case("", .invalidJSON, 0),
        Case(" ", .invalidJSON, 1),
        Case("{", .invalidJSON, 1),
        Case("}", .invalidJSON, 0),
        Case("{}}", .invalidJSON, 2),
        Case("{} {}", .invalidJSON, 3),
        Case("[]", .wrongType, 0),
        Case("null", .wrongType, 0),
        Case("\u{FEFF}{}", .invalidJSON, 0),
        Case("{\u{0B}}", .invalidJSON, 1),
        Case("{\u{00A0}}", .invalidJSON, 1),
        Case("{\0}", .invalidJSON, 1),
        Case("{//x\n}", .invalidJSON, 1),
        Case(#"{,}"#, .invalidJSON, 1),
        Case(#"{"fInt32"}"#, .invalidJSON, 9),
        Case(#"{"fInt32":}"#, .invalidJSON, 10, "f_int32"),
        Case(#"{"fInt32":1,}"#, .invalidJSON, 12),
        Case(#"{"fInt32":1;"far":2}"#, .invalidJSON, 11),
        Case(#"{"fInt32":1 "far":2}"#, .invalidJSON, 12),
        Case(#"{fInt32:1}"#, .invalidJSON, 1),
        Case(#"{xInt32:1}"#, .invalidJSON, 1),
        Case(#"{'fInt32':1}"#, .invalidJSON, 1),
        Case(#"{"fInt32":1"#, .invalidJSON, 11),
        Case(#"{"fInt3"#, .invalidJSON, 7),
        Case(#"{"fString":"a"#, .invalidJSON, 13, "f_string"),
        Case(#"{"rInt32":[1,]}"#, .invalidJSON, 13, "r_int32[1]"),
        Case(#"{"rInt32":[,1]}"#, .invalidJSON, 11, "r_int32[0]"),
        Case(#"{"rInt32":[1 2]}"#, .invalidJSON, 13, "r_int32"),
        Case(#"{"rInt32":[1}"#, .invalidJSON, 12, "r_int32"),
        Case(#"{"mString":{"a"}}"#, .invalidJSON, 15, "m_string"),
        Case(#"{"mString":{"a":"b",}}"#, .invalidJSON, 20, "m_string"),
        Case(#"{"fBool":tru}"#, .invalidJSON, 9, "f_bool"),
        Case(#"{"fBool":True}"#, .invalidJSON, 9, "f_bool"),
        Case(#"{"fBool":truex}"#, .invalidJSON, 13),
        Case(#"{"fInt32":nul}"#, .invalidJSON, 10, "f_int32"),
    ]

    static let strings = [
        Case("{\"fString\":\"a\nb\"}", .invalidJSON, 13, "f_string"),
        Case("{\"fString\":\"12345678\u{1F}\"}", .invalidJSON, 20, "f_string"),
        Case("{\"fString\":\"é\u{0}\"}", .invalidJSON, 14, "f_string"),
        Case(#"{"fString":"\x41"}"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":"\u12g4"}"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":"\u12"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":"\"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":"\ud800"}"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":"ab\uDC00"}"#, .invalidJSON, 14, "f_string"),
        Case(#"{"fString":"\ud800\u0041"}"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":"\ud800\ud800"}"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":"\ud800x"}"#, .invalidJSON, 12, "f_string"),
        Case(#"{"fString":1}"#, .wrongType, 11, "f_string"),
        Case(#"{"fString":["a"]}"#, .wrongType, 11, "f_string"),
        Case(#"{"fBytes":"A"}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"AQ="}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"AQ==="}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"="}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"===="}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"AQ==AQ=="}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"AQ I"}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"AQ\nI"}"#, .invalidBase64, 10, "f_bytes"),
        Case(#"{"fBytes":"ÄÄ"}"#, .invalidBase64, 10, "f_bytes"),
    ]

    static let numbers = [
        Case(#"{"fInt32":2147483648}"#, .outOfRange, 10, "f_int32"),
        Case(#"{"fInt32":-2147483649}"#, .outOfRange, 10, "f_int32"),
        Case(#"{"fInt32":"2147483648"}"#, .outOfRange, 10, "f_int32"),
        Case(#"{"fUint32":-1}"#, .outOfRange, 11, "f_uint32"),
        Case(#"{"fUint32":4294967296}"#, .outOfRange, 11, "f_uint32"),
        Case(#"{"fInt64":9223372036854775808}"#, .outOfRange, 10, "f_int64"),
        Case(#"{"fInt64":-9223372036854775809}"#, .outOfRange, 10, "f_int64"),
        Case(#"{"fUint64":18446744073709551616}"#, .outOfRange, 11, "f_uint64"),
        Case(#"{"fUint64":1844674407370955161500000001e-9}"#, .outOfRange, 11, "f_uint64"),
        Case(#"{"fInt32":1.5}"#, .outOfRange, 10, "f_int32"),
        Case(#"{"fInt32":1e-1}"#, .outOfRange, 10, "f_int32"),
        Case(#"{"fInt32":1e999999999}"#, .outOfRange, 10, "f_int32"),
        Case(#"{"fInt32":1e-99999999999999999999}"#, .outOfRange, 10, "f_int32"),
        Case(#"{"fInt32":01}"#, .invalidJSON, 11, "f_int32"),
        Case(#"{"fInt32":-}"#, .invalidJSON, 11, "f_int32"),
        Case(#"{"fInt32":-01}"#, .invalidJSON, 12, "f_int32"),
        Case(#"{"fInt32":+1}"#, .invalidJSON, 10, "f_int32"),
        Case(#"{"fInt32":.5}"#, .invalidJSON, 10, "f_int32"),
        Case(#"{"fInt32":1.}"#, .invalidJSON, 12, "f_int32"),
        Case(#"{"fInt32":1.e1}"#, .invalidJSON, 12, "f_int32"),
        Case(#"{"fInt32":1e}"#, .invalidJSON, 12, "f_int32"),
        Case(#"{"fInt32":1e+}"#, .invalidJSON, 13, "f_int32"),
        Case(#"{"fInt32":0x10}"#, .invalidJSON, 11),
        Case(#"{"fInt32":true}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":""}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":" 1"}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":"1 "}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":"+1"}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":"01"}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":"0x1"}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":"1e"}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fInt32":"NaN"}"#, .wrongType, 10, "f_int32"),
        Case(#"{"fDouble":1e400}"#, .outOfRange, 11, "f_double"),
        Case(#"{"fDouble":"-1e400"}"#, .outOfRange, 11, "f_double"),
        Case(#"{"fDouble":1.8e308}"#, .outOfRange, 11, "f_double"),
        Case(#"{"fFloat":3.5e38}"#, .outOfRange, 10, "f_float"),
        Case(#"{"fFloat":1e99999999999999999999}"#, .outOfRange, 10, "f_float"),
        Case(#"{"fDouble":NaN}"#, .invalidJSON, 11, "f_double"),
        Case(#"{"fDouble":Infinity}"#, .invalidJSON, 11, "f_double"),
        Case(#"{"fDouble":-Infinity}"#, .invalidJSON, 12, "f_double"),
        Case(#"{"fDouble":"nan"}"#, .wrongType, 11, "f_double"),
        Case(#"{"fDouble":"inf"}"#, .wrongType, 11, "f_double"),
        Case(#"{"fDouble":"1.5 "}"#, .wrongType, 11, "f_double"),
        Case(#"{"fDouble":""}"#, .wrongType, 11, "f_double"),
        Case(#"{"fBool":1}"#, .wrongType, 9, "f_bool"),
        Case(#"{"fBool":"true"}"#, .wrongType, 9, "f_bool"),
        Case(#"{"fColor":"PINK"}"#, .unknownEnumValue, 10, "f_color"),
        Case(#"{"fColor":"red"}"#, .unknownEnumValue, 10, "f_color"),
        Case(#"{"fColor":"1"}"#, .unknownEnumValue, 10, "f_color"),
        Case(#"{"fColor":2147483648}"#, .outOfRange, 10, "f_color"),
        Case(#"{"fColor":1.5}"#, .outOfRange, 10, "f_color"),
        Case(#"{"fColor":true}"#, .wrongType, 10, "f_color"),
    ]

    static let members = [
        Case(#"{"nope":1}"#, .unknownField, 1),
        Case(#"{"":1}"#, .unknownField, 1),
        Case(#"{"fMessage":{"nope":1}}"#, .unknownField, 13, "f_message"),
        Case(#"{"rMessage":[{},{"nope":1}]}"#, .unknownField, 17, "r_message[1]"),
        Case(#"{"mMessage":{"k":{"nope":1}}}"#, .unknownField, 18, #"m_message["k"]"#),
        Case(
            #"{"fMessage":{"rMessage":[{"fInt32":""}]}}"#,
            .wrongType,
            35,
            "f_message.r_message[0].f_int32"
        ),
        Case(#"{"fInt32":1,"fInt32":1}"#, .duplicateField, 12, "f_int32"),
        Case(#"{"fInt32":1,"f_int32":1}"#, .duplicateField, 12, "f_int32"),
        Case(#"{"fInt32":null,"fInt32":1}"#, .duplicateField, 15, "f_int32"),
        Case(#"{"fInt32":1,"\u0066Int32":1}"#, .duplicateField, 12, "f_int32"),
        Case(#"{"oneUint32":1,"oneString":"a"}"#, .duplicateField, 15, "one_string"),
        Case(#"{"oneNull":null,"oneUint32":1}"#, .duplicateField, 16, "one_uint32"),
        Case(#"{"mString":{"a":"1","a":"2"}}"#, .duplicateField, 20, #"m_string["a"]"#),
        Case(#"{"mString":{"a":"1","\u0061":"2"}}"#, .duplicateField, 20, #"m_string["a"]"#),
        Case(#"{"mInt32":{"1":1,"2":2,"1.0":3}}"#, .duplicateField, 23, #"m_int32["1.0"]"#),
        Case(#"{"mBool":{"true":"","true":""}}"#, .duplicateField, 20, #"m_bool["true"]"#),
        Case(#"{"structure":{"a":1,"a":1}}"#, .duplicateField, 20, #"structure.fields["a"]"#),
        Case(#"{"mInt32":{"a":1}}"#, .wrongType, 11, #"m_int32["a"]"#),
        Case(#"{"mInt32":{" 1":1}}"#, .wrongType, 11, #"m_int32[" 1"]"#),
        Case(#"{"mInt32":{"2147483648":1}}"#, .wrongType, 11, #"m_int32["2147483648"]"#),
        Case(#"{"mBool":{"TRUE":""}}"#, .wrongType, 10, #"m_bool["TRUE"]"#),
        Case(#"{"mInt32":{1:1}}"#, .invalidJSON, 11, "m_int32"),
        Case(#"{"mString":[]}"#, .wrongType, 11, "m_string"),
        Case(#"{"mString":{"a":null}}"#, .wrongType, 16, #"m_string["a"]"#),
        Case(#"{"rInt32":1}"#, .wrongType, 10, "r_int32"),
        Case(#"{"rInt32":{}}"#, .wrongType, 10, "r_int32"),
        Case(#"{"rInt32":[null]}"#, .wrongType, 11, "r_int32[0]"),
        Case(#"{"rMessage":[{},null]}"#, .wrongType, 16, "r_message[1]"),
        Case(#"{"rwInt64":[null]}"#, .wrongType, 12, "rw_int64[0]"),
        Case(#"{"rColor":["RED","PINK"]}"#, .unknownEnumValue, 17, "r_color[1]"),
        Case(#"{"fMessage":[]}"#, .wrongType, 12, "f_message"),
        Case(#"{"fMessage":"x"}"#, .wrongType, 12, "f_message"),
    ]

    @Test("Syntax", arguments: syntax)
    func refusesSyntax(_ example: Case) {
        check(example)
    }

    @Test("Strings and base64", arguments: strings)
    func refusesString(_ example: Case) {
        check(example)
    }

    @Test("Numbers, Booleans and enums", arguments: numbers)
    func refusesNumber(_ example: Case) {
        check(example)
    }

    @Test("Names, duplicates and containers", arguments: members)
    func refusesMember(_ example: Case) {
        check(example)
    }

    @Test("A duplicate key among many is found")
    func duplicateAmongMany() {
        let entries = (0..<1_000).map { #""k\#($0)":"""# }.joined(separator: ",")
        #expect(Fixture.error("{\"mString\":{\(entries)}}".utf8) == nil)
        let text = "{\"mString\":{\(entries),\"k0\":\"\"}}"
        let error = Fixture.error(text.utf8)
        #expect(error?.rule == .duplicateField)
        #expect(error?.fieldPath == #"m_string["k0"]"#)
        #expect(error?.byteOffset == text.utf8.count - 9)
    }

    @Test("Bytes that are not UTF-8 are refused in values and names")
    func invalidUTF8() {
        let value = Array(#"{"fString":"ab"#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(Fixture.error(value) == CodecError(.invalidUTF8, at: 14, in: "f_string"))
        let cut = Array(#"{"fString":""#.utf8) + [0xE2, 0x82] + Array(#""}"#.utf8)
        #expect(Fixture.error(cut)?.rule == .invalidUTF8)
        let surrogate = Array(#"{"fString":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8)
        #expect(Fixture.error(surrogate)?.rule == .invalidUTF8)
        let name = Array(#"{"n"#.utf8) + [0xC0, 0x80] + Array(#"":1}"#.utf8)
        #expect(Fixture.error(name) == CodecError(.invalidUTF8, at: 3))
        let skipped = Array(#"{"nope":""#.utf8) + [0x80] + Array(#""}"#.utf8)
        var options = Fixture.options
        options.ignoresUnknownFields = true
        #expect(Fixture.error(skipped, as: Fixture.all, options)?.rule == .invalidUTF8)
        #expect(Fixture.error([0xEF, 0xBB, 0xBF, 0x7B, 0x7D]) == CodecError(.invalidJSON, at: 0))
    }

    @Test("An unknown name is quoted in the error, up to 64 bytes")
    func excerpt() {
        #expect(Fixture.error(#"{"nope":1}"#.utf8)?.detail == "nope")
        let long = String(repeating: "é", count: 100)
        #expect(Fixture.error("{\"\(long)\":1}".utf8)?.detail == String(repeating: "é", count: 32))
        let odd = "x" + long
        #expect(Fixture.error("{\"\(odd)\":1}".utf8)?.detail.utf8.count == 63)
    }

    private func check(_ example: Case) {
        let error = Fixture.error(example.json.utf8)
        #expect(error?.rule == example.rule)
        #expect(error?.byteOffset == example.offset)
        #expect(error?.fieldPath == example.path)
    }
}
