/// A value of a sample.
enum MetricNumber: Equatable, Sendable {
    /// A count, which is written exactly.
    case whole(UInt64)
    case real(Double)

    /// The value as both text forms have it.
    var text: String {
        switch self {
        case .whole(let count): String(count)
        case .real(let number): Self.text(of: number)
        }
    }

    private static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A bound of a bucket in OpenMetrics' canonical form, which both text forms use.
    ///
    /// So a series has the same labels whichever form is asked for: `1.0`, `0.005`, `1e+06`.
    static func boundText(of bound: Double) -> String {
        let text = bound.description
        // Between these Swift writes digits where Go, whose form it is, writes an exponent.
        guard bound >= 1e6, bound < 1e16, let dot = text.firstIndex(of: ".") else { return text }
        let whole = text[..<dot]
        let fraction = text[text.index(after: dot)...]
        var digits = whole + (fraction == "0" ? "" : fraction)
        while digits.last == "0" { digits.removeLast() }
        let exponent = whole.count - 1
        let rest = digits.dropFirst()
        return "\(digits.prefix(1))\(rest.isEmpty ? "" : ".")\(rest)e+"
            + (exponent < 10 ? "0" : "") + "\(exponent)"
    }
}
