import Testing
import Wire

@testable import RPC

@Suite("The text of a timeout")
struct CallTimeoutTests {
    private func parse(_ text: String) -> Duration? {
        CallTimeout.parse(text.utf8Span.span.asRawSpan)
    }

    @Test("is up to eight digits and a unit")
    func units() {
        #expect(parse("1H") == .seconds(3_600))
        #expect(parse("20M") == .seconds(1_200))
        #expect(parse("99999999S") == .seconds(99_999_999))
        #expect(parse("0m") == .zero)
        #expect(parse("00000001m") == .milliseconds(1))
        #expect(parse("250u") == .microseconds(250))
        #expect(parse("7n") == .nanoseconds(7))
        #expect(parse("99999999H") == .seconds(99_999_999 * 3_600))
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "1", "m", "123456789m", "-1m", "+1m", "1 m", "1.5S", "1s", "1ms", "1mm", "०m",
        ]
    )
    func malformed(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("is written as finely as eight digits allow, never shorter than asked")
    func format() {
        #expect(CallTimeout.format(.zero) == "1n")
        #expect(CallTimeout.format(.seconds(-3)) == "1n")
        #expect(CallTimeout.format(.nanoseconds(99_999_999)) == "99999999n")
        #expect(CallTimeout.format(.nanoseconds(100_000_001)) == "100001u")
        #expect(CallTimeout.format(.seconds(1)) == "1000000u")
        #expect(CallTimeout.format(.seconds(100)) == "100000m")
        #expect(CallTimeout.format(.seconds(100_000)) == "100000S")
        #expect(CallTimeout.format(.seconds(1_000_000_000)) == "16666667M")
        #expect(CallTimeout.format(.seconds(Int64.max)) == "99999999H")
        let longest = Duration(secondsComponent: .max, attosecondsComponent: .max)
        #expect(CallTimeout.format(longest) == "99999999H")
        let shortest = Duration(secondsComponent: .min, attosecondsComponent: .min)
        #expect(CallTimeout.format(shortest) == "1n")
        #expect(CallTimeout.format(Duration(secondsComponent: 0, attosecondsComponent: 1)) == "1n")
    }

    @Test("comes back as long as it was, or longer by less than a hundred-thousandth")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let magnitude = Int64.random(in: 0...62, using: &generator)
            let timeout = Duration.nanoseconds(
                Int64.random(in: 1...max(1, 1 << magnitude), using: &generator)
            )
            let back = try #require(parse(CallTimeout.format(timeout)))
            #expect(back >= timeout && back - timeout <= timeout / 100_000)
        }
    }
}
