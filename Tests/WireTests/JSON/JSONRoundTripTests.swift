import Testing
@testable import Wire

@Suite("JSON: forms that are read and printed")
struct JSONRoundTripTests {
    /// A text and how it is printed once read; nil if it is printed as it was.
    struct Case: CustomStringConvertible, Sendable {
        let json: String
        let printed: String
        var description: String { json }

        init(_ json: String, _ printed: String? = nil) {
            self.json = json
            self.printed = printed ?? json
        }
    }

    static let scalars = [
        Case("{}"),
        Case(" { \n\t\r } ", "{}"),
        Case(#"{"fInt32":-2147483648,"fInt64":"-9223372036854775808"}"#),
        Case(#"{"fUint32":4294967295,"fUint64":"18446744073709551615"}"#),
        Case(#"{"fSint32":-2147483648,"fSint64":"9223372036854775807"}"#),
        Case(#"{"fFixed32":4294967295,"fFixed64":"18446744073709551615"}"#),
        Case(#"{"fSfixed32":-1,"fSfixed64":"-1"}"#),
        Case(#"{"fInt32":0,"fString":"","fBool":false,"fBytes":"","fDouble":0.0}"#, "{}"),
        Case(#"{"oInt32":0,"oString":"","oDouble":-0.0}"#),
        Case(#"{"fDouble":-0,"fFloat":-0}"#, #"{"fFloat":-0.0,"fDouble":-0.0}"#),
        Case(#"{"f_int32":1,"o_string":"x"}"#, #"{"fInt32":1,"oString":"x"}"#),
        Case(#"{"far":1,"fInt32":2}"#, #"{"fInt32":2,"far":1}"#),
        Case(#"{"an \"odd\" name":1}"#),
        Case(#"{"odd":1}"#, #"{"an \"odd\" name":1}"#),
        Case(#"{"\u0066Int32" : 1}"#, #"{"fInt32":1}"#),
        Case(#"{"fInt32":null,"fString":null,"rInt32":null,"mString":null,"fMessage":null}"#, "{}"),
        Case(#"{"fInt32":1e5}"#, #"{"fInt32":100000}"#),
        Case(#"{"fInt32":1.0}"#, #"{"fInt32":1}"#),
        Case(#"{"fInt32":120e-1}"#, #"{"fInt32":12}"#),
        Case(#"{"fInt32":"1e5"}"#, #"{"fInt32":100000}"#),
        Case(#"{"fInt32":"\u0031"}"#, #"{"fInt32":1}"#),
        Case(#"{"fInt32":-0,"fUint32":-0}"#, "{}"),
        Case(#"{"fUint64":1844674407370955161500000e-5}"#, #"{"fUint64":"18446744073709551615"}"#),
        Case(#"{"fUint64":0.00000000000000000000000000000000001e35}"#, #"{"fUint64":"1"}"#),
        Case(#"{"fInt32":0e999999999999999999999}"#, "{}"),
        Case(#"{"fBool":true}"#),
        Case(#"{"fFloat":"NaN","fDouble":"-Infinity"}"#),
        Case(#"{"fFloat":"Infinity","fDouble":"1.5"}"#, #"{"fFloat":"Infinity","fDouble":1.5}"#),
        Case(
            #"{"fFloat":3.4028235e38,"fDouble":1.7976931348623157e+308}"#,
            #"{"fFloat":3.4028235e+38,"fDouble":1.7976931348623157e+308}"#
        ),
        Case(#"{"fDouble":5e-324}"#),
        Case(#"{"fDouble":1e-400}"#, "{}"),
        Case(#"{"fDouble":129.99}"#),
        Case(#"{"fDouble":-0.000001}"#),
        Case(#"{"fDouble":0.1}"#),
        Case(#"{"fDouble":123456789012345}"#),
        Case(#"{"fDouble":0.30000000000000004}"#),
        Case(#"{"fColor":"RED"}"#),
        Case(#"{"fColor":2}"#, #"{"fColor":"GREEN"}"#),
        Case(#"{"fColor":"VERT"}"#, #"{"fColor":"GREEN"}"#),
        Case(#"{"fColor":-1}"#, #"{"fColor":"NEGATIVE"}"#),
        Case(#"{"fColor":"FAR"}"#),
        Case(#"{"fColor":77}"#),
        Case(#"{"fColor":1.0}"#, #"{"fColor":"RED"}"#),
        Case(#"{"fColor":"\u0052ED"}"#, #"{"fColor":"RED"}"#),
        Case(#"{"fColor":"COLOR_UNSPECIFIED"}"#, "{}"),
        Case(#"{"fBytes":"AQI="}"#),
        Case(#"{"fBytes":"AQI"}"#, #"{"fBytes":"AQI="}"#),
        Case(#"{"fBytes":"-_8="}"#, #"{"fBytes":"+/8="}"#),
        Case(#"{"fBytes":"-_"}"#, #"{"fBytes":"+w=="}"#),
        Case(#"{"fBytes":"AQIDBAUG\u0042w"}"#, #"{"fBytes":"AQIDBAUGBw=="}"#),
    ]

    static let collections = [
        Case(#"{"rInt32":[1,-2,3],"rString":["","a"],"rUint64":["1","2"]}"#),
        Case(#"{"rInt32":[],"mString":{},"rMessage":[]}"#, "{}"),
        Case(#"{"rMessage":[{},{"fInt32":1},{"rMessage":[{}]}]}"#),
        Case(#"{"rColor":["RED",2,77]}"#, #"{"rColor":["RED","GREEN",77]}"#),
        Case(#"{"rBool":[true,false]}"#),
        Case(#"{"rDouble":["NaN",0,-0.0,1e300]}"#, #"{"rDouble":["NaN",0,-0.0,1e+300]}"#),
        Case(#"{"mString":{"":"","a":"b","\n":"\\"}}"#),
        Case(#"{"mInt32":{"-1":"2","0":"0"}}"#),
        Case(#"{"mBool":{"true":"AQ==","false":""}}"#),
        Case(#"{"mMessage":{"a":{},"b":{"fInt32":1}}}"#),
        Case(#"{"mColor":{"18446744073709551615":"RED","1":9}}"#),
        Case(#"{"mSint64":{"-9223372036854775808":-1.5}}"#),
        Case(#"{"oneUint32":0}"#),
        Case(#"{"oneString":""}"#),
        Case(#"{"oneMessage":{}}"#),
        Case(#"{"oneNull":null}"#),
        Case(#"{"oneNull":"NULL_VALUE"}"#, #"{"oneNull":null}"#),
        Case(#"{"oneUint32":null,"oneString":"a"}"#, #"{"oneString":"a"}"#),
        Case(#"{"oneString":"a","oneUint32":null}"#, #"{"oneString":"a"}"#),
        Case(#"{"null":null}"#, "{}"),
    ]

    static let wellKnownTypes = [
        Case(#"{"timestamp":"1970-01-01T00:00:00Z"}"#),
        Case(#"{"timestamp":"0001-01-01T00:00:00Z"}"#),
        Case(#"{"timestamp":"9999-12-31T23:59:59.999999999Z"}"#),
        Case(#"{"timestamp":"2024-02-29T12:30:45.120Z"}"#),
        Case(
            #"{"timestamp":"2024-02-29T12:30:45.12Z"}"#,
            #"{"timestamp":"2024-02-29T12:30:45.120Z"}"#
        ),
        Case(#"{"timestamp":"1969-12-31T23:59:59.000001Z"}"#),
        Case(
            #"{"timestamp":"2026-01-01T01:30:00+02:00"}"#,
            #"{"timestamp":"2025-12-31T23:30:00Z"}"#
        ),
        Case(
            #"{"timestamp":"2026-01-01T01:30:00.5-08:30"}"#,
            #"{"timestamp":"2026-01-01T10:00:00.500Z"}"#
        ),
        Case(#"{"duration":"0s"}"#),
        Case(#"{"duration":"-0.500s"}"#),
        Case(#"{"duration":"1.5s"}"#, #"{"duration":"1.500s"}"#),
        Case(#"{"duration":"315576000000.999999999s"}"#),
        Case(#"{"duration":"-315576000000s"}"#),
        Case(#"{"mask":""}"#),
        Case(#"{"mask":"foo,fooBar.bazQux,a1"}"#),
        Case(#"{"structure":{}}"#),
        Case(#"{"structure":{"a":null,"b":[1,"x",{"c":true}],"d":{"e":-1.5}}}"#),
        Case(#"{"value":null}"#),
        Case(#"{"value":[[],{},null,"",0,false]}"#),
        Case(#"{"list":[null]}"#),
        Case(#"{"rValue":[null,1]}"#),
        Case(#"{"mValue":{"a":null}}"#),
        Case(#"{"wInt64":"0","wString":"","wBool":false,"wDouble":"NaN","wBytes":"AQ=="}"#),
        Case(#"{"wInt64":null}"#, "{}"),
        Case(#"{"rwInt64":["1",0]}"#, #"{"rwInt64":["1","0"]}"#),
        Case(#"{"empty":{}}"#),
        Case(#"{"any":{}}"#),
        Case(#"{"any":{"@type":"t/test.All","fInt32":1}}"#),
        Case(#"{"any":{"@type":"t/test.All"}}"#),
        Case(
            #"{"any":{"fInt32":1,"@type":"t/test.All","fBool":true}}"#,
            #"{"any":{"@type":"t/test.All","fInt32":1,"fBool":true}}"#
        ),
        Case(#"{"any":{"\u0040type":"t/test.All"}}"#, #"{"any":{"@type":"t/test.All"}}"#),
        Case(#"{"any":{"@type":"t/google.protobuf.Duration","value":"1s"}}"#),
        Case(
            #"{"any":{"value":"1s","@type":"t/google.protobuf.Duration"}}"#,
            #"{"any":{"@type":"t/google.protobuf.Duration","value":"1s"}}"#
        ),
        Case(#"{"any":{"@type":"t/google.protobuf.Value","value":null}}"#),
        Case(#"{"any":{"@type":"t/google.protobuf.Struct","value":{"@type":"x"}}}"#),
        Case(#"{"any":{"@type":"t/google.protobuf.Int64Value","value":"7"}}"#),
        Case(#"{"any":{"@type":"t/google.protobuf.Empty"}}"#),
        Case(
            #"{"any":{"@type":"t/google.protobuf.Empty","value":{}}}"#,
            #"{"any":{"@type":"t/google.protobuf.Empty"}}"#
        ),
        Case(
            #"{"any":{"@type":"t/google.protobuf.Any","value":{"@type":"t/test.All","fInt32":5}}}"#
        ),
        Case(
            #"{"rAny":[{"rAny":[{"far":1,"@type":"t/test.All"}],"@type":"t/test.All"}]}"#,
            #"{"rAny":[{"@type":"t/test.All","rAny":[{"@type":"t/test.All","far":1}]}]}"#
        ),
    ]

    @Test("Scalars", arguments: scalars)
    func scalar(_ example: Case) throws {
        #expect(try Fixture.roundTrip(example.json) == example.printed)
        #expect(try Fixture.roundTrip(example.printed) == example.printed)
    }

    @Test("Repeated fields, maps, oneofs", arguments: collections)
    func collection(_ example: Case) throws {
        #expect(try Fixture.roundTrip(example.json) == example.printed)
        #expect(try Fixture.roundTrip(example.printed) == example.printed)
    }

    @Test("Well-known types", arguments: wellKnownTypes)
    func wellKnownType(_ example: Case) throws {
        #expect(try Fixture.roundTrip(example.json) == example.printed)
        #expect(try Fixture.roundTrip(example.printed) == example.printed)
    }
}
