internal import Journeys
internal import Messages
internal import Postgres

/// Amounts and times as answers have them.
enum Amounts {
    /// An amount without zeros at its end: `59.9`.
    ///
    /// - Parameters:
    ///   - units: the amount.
    ///   - digits: how many of its digits are behind the point.
    /// - Returns: the text.
    static func text(_ units: some BinaryInteger, digits: Int) -> String {
        var (units, digits) = (Int128(units), digits)
        while digits > 0, units % 10 == 0 { (units, digits) = (units / 10, digits - 1) }
        return PostgresDecimal(coefficient: units, scale: digits)?.description ?? ""
    }
}

extension GoogleProtobuf.Timestamp {
    /// The message of a moment.
    ///
    /// - Parameter microseconds: since 1970.
    init(microseconds: Int64) {
        self.init()
        // Nanoseconds count forward, also before 1970.
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        seconds = rest < 0 ? whole - 1 : whole
        nanos = Int32(rest < 0 ? rest + 1_000_000 : rest) * 1_000
    }

    /// Microseconds since 1970, rounded down; nil for a moment that no message may hold.
    ///
    /// Source: `google/protobuf/timestamp.proto`: from the year 1 to 9999.
    var microseconds: Int64? {
        guard (-62_135_596_800...253_402_300_799).contains(seconds),
            (0..<1_000_000_000).contains(nanos)
        else { return nil }
        return seconds * 1_000_000 + Int64(nanos / 1_000)
    }
}
