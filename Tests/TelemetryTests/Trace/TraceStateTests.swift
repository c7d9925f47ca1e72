import Testing

@testable import Telemetry

@Suite("The state of a trace")
struct TraceStateTests {
    private static let longKey = String(repeating: "k", count: 256)
    private static let longValue = String(repeating: "v", count: 256)

    @Test(
        "is passed on without white space and empty members",
        arguments: [
            ("", ""),
            ("foo=1", "foo=1"),
            ("foo=1,bar=2", "foo=1,bar=2"),
            (" foo=1\t,\t bar=2 ,,", "foo=1,bar=2"),
            (",foo=1", "foo=1"),
            ("\t, ,", ""),
            ("foo= 1", "foo= 1"),
            ("foo=a b~!", "foo=a b~!"),
            ("0tenant@system=1", "0tenant@system=1"),
            ("a_-*/@z9=1", "a_-*/@z9=1"),
            ("foo=1,foo=2", "foo=1,foo=2"),
        ]
    )
    func accepted(text: String, passedOn: String) throws {
        let state = try #require(TraceState(text))
        #expect(state.text == passedOn)
        #expect(state.isEmpty == passedOn.isEmpty)
    }

    @Test(
        "is refused as a whole if a member is malformed",
        arguments: [
            "foo", "foo=", "=1", "foo =1", "FOO=1", "foo.bar=1", "@foo=1", "_foo=1", "foo=1=2",
            "foo=1,bar", "foo=\u{7f}", "foo=é", "foo=a\tb", "é=1", "foo=1;bar=2=3", "foo=1\n",
        ]
    )
    func refused(text: String) {
        #expect(TraceState(text) == nil)
    }

    @Test("has keys and values of at most 256 characters")
    func lengths() {
        #expect(TraceState("\(Self.longKey)=1") != nil)
        #expect(TraceState("k\(Self.longKey)=1") == nil)
        #expect(TraceState("k=\(Self.longValue)") != nil)
        #expect(TraceState("k=v\(Self.longValue)") == nil)
    }

    @Test("has at most 32 members")
    func members() throws {
        let members = (0..<33).map { "k\($0)=v" }
        let most = members.prefix(32).joined(separator: ",")
        #expect(try #require(TraceState(most)).text == most)
        #expect(TraceState(members.joined(separator: ",")) == nil)
    }

    @Test("is kept whole up to 512 characters")
    func wholeAtLimit() throws {
        let most = "a=\(String(repeating: "v", count: 250)),b=\(Self.longValue.dropFirst())"
        #expect(most.utf8.count == 510)
        #expect(try #require(TraceState(most)).text == most)
        let exact = "aaa" + most.dropFirst()
        #expect(exact.utf8.count == 512)
        #expect(try #require(TraceState(exact)).text == exact)
        // One more, and the last of the long members goes.
        #expect(try #require(TraceState("a" + exact)).text == "a" + exact.prefix(254))
    }

    @Test("loses long members first, then the last ones")
    func shortened() throws {
        let long = String(repeating: "v", count: 127)  // with its key and `=` 129 characters
        let fits = String(repeating: "v", count: 126)
        let mixed = "a=\(fits),b=\(long),c=\(fits),d=\(fits),e=1"
        #expect(try #require(TraceState(mixed)).text == "a=\(fits),c=\(fits),d=\(fits),e=1")
        let five = ["a", "b", "c", "d", "e"].map { "\($0)=\(fits)" }
        #expect(
            try #require(TraceState(five.joined(separator: ","))).text
                == five.prefix(3).joined(separator: ",")
        )
        let longest = (0..<32).map { "\(Self.longKey.dropLast(2))\($0 + 10)=\(Self.longValue)" }
        #expect(try #require(TraceState(longest.joined(separator: " , "))).isEmpty)
    }

    @Test("is not looked into if it is longer than any list can be")
    func bounded() {
        #expect(TraceState("a=1" + String(repeating: " ", count: 40_000)) == nil)
    }
}
