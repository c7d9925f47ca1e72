extension Double {
    /// The number in six digits, as sentences have it.
    var sixDigits: String {
        guard self != 0 && isFinite else { return self == 0 ? "0" : "\(self)" }
        var unit = 1.0
        while abs(self) / unit >= 1e6 { unit *= 10 }
        while abs(self) / unit < 1e5 && unit > 1e-12 { unit /= 10 }
        let digits = unit < 1 ? (self / unit).rounded() / (1 / unit).rounded() : rounded()
        let words = "\(digits)"
        return words.hasSuffix(".0") ? String(words.dropLast(2)) : words
    }
}
