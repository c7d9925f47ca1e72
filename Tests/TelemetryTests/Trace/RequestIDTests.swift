import TestKit
import Testing

@testable import Telemetry

@Suite("Names of requests")
struct RequestIDTests {
    @Test(
        "are taken over if they are a short printable line",
        arguments: ["a", "request-7", "!~", String(repeating: "x", count: 128)]
    )
    func good(text: String) throws {
        #expect(try #require(RequestID(text)).text == text)
    }

    @Test(
        "are refused if they are anything else",
        arguments: [
            "", " ", "a b", "a\n", "\u{7f}", "é", "\0", String(repeating: "x", count: 129),
        ]
    )
    func bad(text: String) {
        #expect(RequestID(text) == nil)
    }

    @Test("are made of all bits of two numbers")
    func new() {
        struct Numbers: RandomNumberGenerator {
            var rest: [UInt64] = [0xffed_cba9_8765_4321, 0x0123_4567_89ab_cdef]
            mutating func next() -> UInt64 { rest.removeLast() }
        }
        var numbers = Numbers()
        let name = RequestID(using: &numbers)
        #expect(name.text == "0123456789abcdefffedcba987654321")
        #expect(RequestID(name.text) == name)
    }
}
