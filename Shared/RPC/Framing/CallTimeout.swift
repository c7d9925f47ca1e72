internal import Wire

/// The text of a `grpc-timeout` field: up to eight digits and a unit.
///
/// Source: gRPC, `doc/PROTOCOL-HTTP2.md`, “Timeout”.
package enum CallTimeout {
    /// Reads a timeout.
    ///
    /// - Parameter text: the value of the field.
    /// - Returns: the duration; nil if the text breaks the rules.
    package static func parse(_ text: RawSpan) -> Duration? {
        guard (2...9).contains(text.byteCount) else { return nil }
        var number: Int64 = 0
        for offset in 0..<text.byteCount - 1 {
            let digit = text.byte(at: offset) &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int64(digit)
        }
        return switch text.byte(at: text.byteCount - 1) {
        case UInt8(ascii: "H"): .seconds(number * 3_600)
        case UInt8(ascii: "M"): .seconds(number * 60)
        case UInt8(ascii: "S"): .seconds(number)
        case UInt8(ascii: "m"): .milliseconds(number)
        case UInt8(ascii: "u"): .microseconds(number)
        case UInt8(ascii: "n"): .nanoseconds(number)
        default: nil
        }
    }

    /// Writes a timeout in the finest unit that has room for it, rounded up: no sooner than asked.
    ///
    /// - Parameter timeout: the duration; what is not positive becomes the shortest there is.
    /// - Returns: the text.
    package static func format(_ timeout: Duration) -> String {
        if timeout <= .zero { return "1n" }
        // Before its parts are asked for: those of the longest durations do not fit.
        if timeout >= .seconds(99_999_999 * 3_600) { return "99999999H" }
        let (seconds, attoseconds) = timeout.components
        // Fits: less than 4e11 seconds, in nanoseconds less than 4e20, needs 128 bits.
        let nanoseconds =
            Int128(seconds) * 1_000_000_000 + (Int128(attoseconds) + 999_999_999) / 1_000_000_000
        for (unit, size) in units {
            let count = (nanoseconds + size - 1) / size
            if count <= 99_999_999 { return "\(count)\(unit)" }
        }
        return "99999999H"
    }

    private static let units: [(Character, Int128)] = [
        ("n", 1), ("u", 1_000), ("m", 1_000_000), ("S", 1_000_000_000), ("M", 60_000_000_000),
        ("H", 3_600_000_000_000),
    ]
}
