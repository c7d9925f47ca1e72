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
}
