/// The smallest amounts of currencies.
public enum MinorUnits {
    /// Those that do not have two digits behind the point.
    ///
    /// Source: ISO 4217, list one, "minor unit".
    private static let digits: [String: Int] = {
        var digits: [String: Int] = [:]
        let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
        for code in none.split(separator: " ") { digits[String(code)] = 0 }
        for code in "BHD IQD JOD KWD LYD OMR TND".split(separator: " ") {
            digits[String(code)] = 3
        }
        return digits
    }()

    /// How many digits the amounts of a currency have behind the point.
    ///
    /// - Parameter currency: by ISO 4217.
    /// - Returns: 0, 2 or 3; 2 for one that is unknown.
    public static func digits(of currency: String) -> Int { digits[currency] ?? 2 }

    /// An amount in minor units, half of one rounded up.
    ///
    /// - Parameters:
    ///   - millionths: the amount, not negative.
    ///   - currency: by ISO 4217.
    /// - Returns: whole minor units.
    public static func round(_ millionths: Int64, of currency: String) -> Int64 {
        var unit: Int64 = 1_000_000
        for _ in 0..<digits(of: currency) { unit /= 10 }
        let (whole, rest) = millionths.quotientAndRemainder(dividingBy: unit)
        return rest >= unit / 2 ? whole + 1 : whole
    }
}
