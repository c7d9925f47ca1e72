import TestMessages
import Testing

@testable import Wire

@Suite("A field by itself")
struct SingleFieldTests {
    private func json(_ name: String, _ text: String, _ options: JSONOptions) throws -> String? {
        let field = try #require(SingleField(name, of: Fixture.all))
        let message = try Fixture.all.message(json: text.utf8Span.span.asRawSpan)
        guard let json = try field.json(in: message, options: options) else { return nil }
        return String(repairing: json.bytes)
    }

    @Test("is printed as in its message, and not at all if it is not there")
    func json() throws {
        let text = #"{"fInt32":7,"fString":"a\"b","rInt32":[1,2],"fMessage":{"fBool":true}}"#
        let brief = JSONOptions()
        #expect(try json("f_int32", text, brief) == "7")
        #expect(try json("f_string", text, brief) == #""a\"b""#)
        #expect(try json("r_int32", text, brief) == "[1,2]")
        #expect(try json("f_message", text, brief) == #"{"fBool":true}"#)
        #expect(
            try json("f_message", text, JSONOptions(usesProtoNames: true)) == #"{"f_bool":true}"#
        )
        #expect(try json("f_uint32", text, brief) == nil)
        #expect(try json("o_int32", text, JSONOptions(printsDefaults: true)) == nil)
        #expect(try json("f_uint32", text, JSONOptions(printsDefaults: true)) == "0")
        #expect(SingleField("f_none", of: Fixture.all) == nil)
    }

    @Test("is refused if its message breaks a rule")
    func malformed() throws {
        let field = try #require(SingleField("f_int32", of: Fixture.all))
        for bytes: [UInt8] in [[0x08], [0x72, 5, 1], [0x08, 1, 0xff]] {
            #expect(throws: CodecError.self) {
                try field.json(in: SharedBytes(bytes), options: JSONOptions())
            }
        }
    }

    @Test(
        "of any integer type has the digits that JSON has",
        arguments: [
            ("f_int32", "-2147483648"), ("f_int64", "-9223372036854775808"),
            ("f_uint32", "4294967295"), ("f_uint64", "18446744073709551615"),
            ("f_sint32", "-2147483648"), ("f_sint64", "9223372036854775807"),
            ("f_fixed32", "4294967295"), ("f_fixed64", "18446744073709551615"),
            ("f_sfixed32", "-1"), ("f_sfixed64", "-1"), ("o_int32", "0"),
        ]
    )
    func digits(name: String, digits: String) throws {
        let field = try #require(SingleField(name, of: Fixture.all))
        #expect(field.isInteger)
        let text = #"{"\#(name)":"\#(digits)","fString":"x"}"#
        let message = try Fixture.all.message(json: text.utf8Span.span.asRawSpan)
        #expect(field.digits(in: message) == digits)
        // Of two the last one counts.
        var twice = OutputBuffer()
        let other = try Fixture.all.message(json: #"{"\#(name)":"1"}"#.utf8Span.span.asRawSpan)
        twice.append(message.bytes)
        twice.append(other.bytes)
        #expect(field.digits(in: SharedBytes(adopting: twice)) == "1")
        #expect(field.digits(in: SharedBytes([])) == "0")
    }

    @Test(
        "that is no integer is none",
        arguments: ["f_string", "f_bool", "f_double", "f_color", "r_int32", "f_message", "m_int32"]
    )
    func others(name: String) throws {
        #expect(try #require(SingleField(name, of: Fixture.all)).isInteger == false)
    }
}
