/// Numbers as people read them.
enum Figures {
    /// Two digits behind the point.
    static func hundredths(_ number: Double) -> String {
        let hundredths = Int64((number * 100).rounded())
        let rest = hundredths.magnitude % 100
        return (hundredths < 0 ? "-" : "") + "\(hundredths.magnitude / 100)."
            + (rest < 10 ? "0" : "") + "\(rest)"
    }

    /// A share in percent, one digit behind the point.
    static func percent(_ share: Double) -> String {
        let thousandths = Int((share * 1_000).rounded())
        return "\(thousandths / 10).\(thousandths % 10) %"
    }
}
