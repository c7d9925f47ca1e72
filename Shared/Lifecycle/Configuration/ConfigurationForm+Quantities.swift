extension ConfigurationForm<Duration> {
    /// A length of time: a whole number and a unit, as `30s`, `250ms` or `5m`.
    ///
    /// - Parameter range: what it may be.
    /// - Returns: the form.
    public static func duration(in range: ClosedRange<Duration>) -> Self {
        Self(
            expecting: "a duration such as 250ms, 30s or 5m (ns, us, ms, s, m, h, d) from "
                + "\(print(range.lowerBound)) to \(print(range.upperBound))",
            placeholder: range.lowerBound,
            read: { (text) throws(ConfigurationFault) in
                let nanoseconds = try Quantity.read(text, units: units)
                let duration = Duration.nanoseconds(nanoseconds)
                guard range.contains(duration) else { throw .outOfRange }
                return duration
            },
            print: print
        )
    }

    /// Prints a duration in its largest unit without a rest; less than a nanosecond is left out.
    private static func print(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, sumOverflows) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        if overflows || sumOverflows { return "\(seconds)s" }
        return Quantity.print(sum, units: units, zero: "0s")
    }

    /// In nanoseconds, the smallest first.
    private static var units: [Quantity.Unit] {
        [
            Quantity.Unit("ns", 1),
            Quantity.Unit("us", 1_000),
            Quantity.Unit("ms", 1_000_000),
            Quantity.Unit("s", 1_000_000_000),
            Quantity.Unit("m", 60_000_000_000),
            Quantity.Unit("h", 3_600_000_000_000),
            Quantity.Unit("d", 86_400_000_000_000),
        ]
    }
}

extension ConfigurationForm<Int> {
    /// A number of bytes: a whole number and a unit, as `512KiB` or `256MiB`.
    ///
    /// Units are multiples of 1024; those of 1000 are refused, as people mean either by them.
    ///
    /// - Parameter range: what it may be, in bytes.
    /// - Returns: the form.
    public static func bytes(in range: ClosedRange<Int>) -> Self {
        let print = { @Sendable (bytes: Int) in
            Quantity.print(Int64(bytes), units: sizes, zero: "0B")
        }
        return Self(
            expecting: "a size such as 512KiB or 256MiB (B, KiB, MiB, GiB, TiB) from "
                + "\(print(range.lowerBound)) to \(print(range.upperBound))",
            placeholder: range.lowerBound,
            read: { (text) throws(ConfigurationFault) in
                let bytes = Int(try Quantity.read(text, units: sizes))
                guard range.contains(bytes) else { throw .outOfRange }
                return bytes
            },
            print: print
        )
    }

    /// In bytes, the smallest first.
    private static var sizes: [Quantity.Unit] {
        [
            Quantity.Unit("B", 1),
            Quantity.Unit("KiB", 1 << 10),
            Quantity.Unit("MiB", 1 << 20),
            Quantity.Unit("GiB", 1 << 30),
            Quantity.Unit("TiB", 1 << 40),
        ]
    }
}

/// A whole number with a unit behind it.
private enum Quantity {
    struct Unit {
        let name: String
        let size: Int64

        init(_ name: String, _ size: Int64) {
            self.name = name
            self.size = size
        }
    }

    /// Reads a quantity that is not negative.
    ///
    /// - Returns: how many of the smallest unit it is.
    /// - Throws: `outOfRange` if they are more than 64 bits hold.
    static func read(_ text: String, units: [Unit]) throws(ConfigurationFault) -> Int64 {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let name = text[digits.endIndex...]
        guard digits.isDecimal, let unit = units.first(where: { $0.name == name }) else {
            throw .malformed
        }
        guard let number = Int64(digits) else { throw .outOfRange }
        let (product, overflows) = number.multipliedReportingOverflow(by: unit.size)
        if overflows { throw .outOfRange }
        return product
    }

    /// Prints a quantity in its largest unit without a rest.
    static func print(_ quantity: Int64, units: [Unit], zero: String) -> String {
        if quantity == 0 { return zero }
        let unit = units.last { quantity % $0.size == 0 } ?? units[0]
        return "\(quantity / unit.size)\(unit.name)"
    }
}
