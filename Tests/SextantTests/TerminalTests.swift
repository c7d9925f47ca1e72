import Testing

@testable import Command

@Suite("What the command prints")
struct TerminalTests {
    @Test("is JSON on one line, whatever texts hold")
    func json() {
        let value = JSONValue.object([
            ("b", .boolean(true)), ("n", .number(-3)), ("t", .string("a\"\\\n\u{1}é")),
            ("l", .array([.null, .object([])])), ("none", JSONValue(nil)),
        ])
        let text = #"{"b":true,"n":-3,"t":"a\"\\\n\u0001é","l":[null,{}],"none":null}"#
        #expect(value.text == text)
    }

    @Test("stands in columns, without blanks at the ends of lines")
    func table() {
        #expect(TextTable.text([["a", "bb", ""], ["ccc", "d"], []]) == "a    bb\nccc  d\n")
        #expect(TextTable.text([]) == "")
    }

    @Test("is CSV, with what would be read as more than a cell in quotes")
    func csv() {
        let rows = [["a", "b,c", ""], ["say \"no\"", "two\r\nlines", "x"]]
        #expect(TextTable.csv(rows) == "a,\"b,c\",\n\"say \"\"no\"\"\",\"two\r\nlines\",x")
        #expect(TextTable.csv([]) == "")
    }
}
