/// Numbers and names as sentences have them.
package enum Figure {
    /// A number with about four digits, and marks between thousands: `12,345`, `0.0123`.
    ///
    /// - Parameter value: any number.
    /// - Returns: the text.
    package static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "no number" : "an infinite number" }
        let size = value.magnitude
        guard size < 1e15, size == 0 || size >= 1e-6 else { return "\(value)" }
        var digits = 0
        var unit = 1.0
        while digits < 9, size != 0, size * unit < 1_000 {
            digits += 1
            unit *= 10
        }
        let scaled = Int64((size * unit).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int64(unit))
        var fraction = String(rest)
        fraction = String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        return sign + grouped(whole) + (fraction.isEmpty || digits == 0 ? "" : "." + fraction)
    }

    /// A whole number with marks between thousands.
    ///
    /// - Parameter count: not negative.
    /// - Returns: the text.
    package static func grouped<Number: BinaryInteger>(_ count: Number) -> String {
        var text = ""
        for (place, digit) in String(count).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { text = "," + text }
            text = String(digit) + text
        }
        return text
    }

    /// A share as percent: `0.4 %`.
    ///
    /// - Parameter share: 1 for all.
    /// - Returns: the text.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite, share.magnitude < 1e9 else { return text(share) }
        let tenths = Int64((share * 1_000).rounded())
        if tenths == 0, share > 0 { return "less than 0.1 %" }
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + grouped(whole) + (rest == 0 ? "" : ".\(rest)") + " %"
    }

    /// How many there are of something: `1 week`, `3 weeks`.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - noun: one of them.
    /// - Returns: the text.
    package static func count(_ count: Int, _ noun: String) -> String {
        grouped(count) + " " + noun + (count == 1 ? "" : "s")
    }

    /// Some names, the rest counted: `a, b and c`, `a, b, c, d, e and 7 more`.
    ///
    /// - Parameters:
    ///   - names: any number.
    ///   - most: how many are named.
    /// - Returns: the text.
    package static func list(_ names: [String], most: Int = 5) -> String {
        if names.count > most {
            return names.prefix(most).joined(separator: ", ") + " and \(names.count - most) more"
        }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
