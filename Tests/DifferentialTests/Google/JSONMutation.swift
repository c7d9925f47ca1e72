import TestKit

/// Damages JSON text, mostly so that it stays JSON.
enum JSONMutation {
    /// Tokens that replace one another, the edges of JSON's and protobuf's grammars among them.
    private static let tokens: [[UInt8]] = [
        "null", "true", "false", "0", "-1", "1.0", "1.5", "1e2", "1E+2", "1e400", "-1e400",
        "01", "1.", ".5", "+1", "2147483648", "-2147483649", "4294967296", "9223372036854775808",
        "18446744073709551616", "1e-400", "123456789012345678901234567890", "\"\"", "\"0\"",
        "\"1\"", "\" 1\"", "\"1.0\"", "\"1e2\"", "\"NaN\"", "\"Infinity\"", "\"-Infinity\"",
        "\"nan\"", "NaN", "Infinity", "\"AA==\"", "\"AA\"", "\"_-8=\"", "\"A\"", "\"true\"",
        "\"COLOR_RED\"", "\"COLOR_CRIMSON\"", "\"color_red\"", "\"\\ud800\"",
        "\"\\ud83e\\udd8a\"", "\"\\u0000\"", "\"1s\"", "\"-0.5s\"", "\"1.0000000001s\"",
        "\"2000-01-01T00:00:00Z\"", "\"2000-02-30T00:00:00Z\"", "\"2000-01-01T00:00:00+01:00\"",
        "\"a,b_c\"", "\"fooBar,x.y\"", "[]", "{}", "[null]", "[[]]", "{\"a\":null}",
    ].map { Array($0.utf8) }

    /// The text with a fault.
    static func mutate(_ text: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var text = text
        if generator.happens(onceIn: 4) {
            let place = generator.number(in: 0...text.count - 1)
            text[place] = UInt8(generator.number(in: 0x20...0x7E))
        } else {
            replaceValue(in: &text, using: &generator)
        }
        return text
    }

    /// Replaces a value that is neither an object nor a list.
    private static func replaceValue(
        in text: inout [UInt8],
        using generator: inout SeededGenerator
    ) {
        let colon = UInt8(ascii: ":")
        let starts = text.indices.filter {
            text[$0] == colon && text[$0...].dropFirst().first == 0x20
        }
        guard !starts.isEmpty else { return }
        let start = generator.pick(starts) + 2
        let ends: [UInt8] = Array(",}]".utf8)
        let end = text[start...].firstIndex { ends.contains($0) } ?? text.endIndex
        text.replaceSubrange(start..<end, with: generator.pick(tokens))
    }
}
