/// Numbers as people read them.
enum Figures {
    /// Two digits behind the point.
    static func hundredths(_ number: Double) -> String { fixed(number, 100) }

    /// Three digits behind the point.
    static func thousandths(_ number: Double) -> String { fixed(number, 1_000) }

    private static func fixed(_ number: Double, _ unit: UInt64) -> String {
        // Beyond this a double has no such digits.
        guard number.magnitude < 1e12 else { return "\(number)" }
        let parts = Int64((number * Double(unit)).rounded())
        // Behind a one zeros stay.
        let rest = "\(unit + parts.magnitude % unit)".dropFirst()
        return (parts < 0 ? "-" : "") + "\(parts.magnitude / unit).\(rest)"
    }

    /// A share in percent, one digit behind the point.
    static func percent(_ share: Double) -> String {
        guard share.magnitude < 1e13 else { return "\(share)" }
        let thousandths = Int((share * 1_000).rounded())
        let digits = thousandths.magnitude
        return (thousandths < 0 ? "-" : "") + "\(digits / 10).\(digits % 10) %"
    }
}
