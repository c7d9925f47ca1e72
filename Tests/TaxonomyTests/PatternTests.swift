import Testing

@testable import Taxonomy

@Suite("Patterns of rules")
struct PatternTests {
    @Test("are found anywhere, without regard to case")
    func found() throws {
        let pattern = try Pattern("b+r$")
        #expect(pattern.isFound(in: "FOOBBR") && !pattern.isFound(in: "foobarb"))
        #expect(try Pattern("").isFound(in: "") && !(try Pattern("x").isFound(in: "")))
        #expect(try Pattern("É").isFound(in: "café"))
    }

    @Test("that are malformed, too long or too large are refused with a reason")
    func refused() {
        #expect(throws: Pattern.Fault(reason: "missing ): (")) { try Pattern("(") }
        #expect(throws: Pattern.Fault.self) { try Pattern(String(repeating: "a", count: 501)) }
        #expect(throws: Pattern.Fault.self) { try Pattern("((a{100}){100}){100}") }
        #expect(throws: Pattern.Fault.self) { try Pattern(#"(a)\1"#) }
    }

    @Test("take no longer for a text that is made to be hard")
    func linear() throws {
        // A matcher that goes back and tries again would take 2^5000 steps.
        let pattern = try Pattern("^(a+)+$")
        #expect(!pattern.isFound(in: String(repeating: "a", count: 5_000) + "b"))
    }
}
