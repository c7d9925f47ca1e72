/// Money in hundredths, which adds up without rounding.
enum Cents {
    /// The amount as `59.90`.
    static func text(_ cents: Int) -> String {
        let (whole, rest) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
        return (cents < 0 ? "-" : "") + "\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
    }

    /// Parts of a sum, each near its share, that add up to it: by the largest remainders.
    ///
    /// - Parameters:
    ///   - sum: what is shared out.
    ///   - weights: positive.
    /// - Returns: a part for each weight.
    static func parts(of sum: Int, by weights: [Double]) -> [Int] {
        let total = weights.reduce(0, +)
        let exact = weights.map { Double(sum) * $0 / total }
        var parts = exact.map { Int($0.rounded(.down)) }
        let order = exact.indices.sorted {
            let (left, right) = (
                exact[$0] - exact[$0].rounded(.down), exact[$1] - exact[$1].rounded(.down)
            )
            return left == right ? $0 < $1 : left > right
        }
        for place in order.prefix(sum - parts.reduce(0, +)) { parts[place] += 1 }
        return parts
    }
}
