internal import Numerics

/// Someone who sends visitors for a commission.
public struct Partner: Hashable, Sendable {
    /// The number that the network has for it.
    public let id: Int
    /// What it is called.
    public let name: String
    /// Its site.
    public let domain: String
    /// The code by which its orders are known where nobody clicked.
    public let promoCode: String
    /// Its part of the visitors that partners send.
    public let share: Double
    /// Which part of an order is paid to it, in hundredths of a percent.
    public let commission: Int

    /// How many there are.
    static let count = 40

    private static let words = [
        "Roadside", "Penny", "Harbor", "Maple", "Copper", "Lantern", "Willow", "Summit",
    ]
    private static let kinds = ["Blog", "Coupons", "Reviews", "Deals", "Rewards"]

    /// What an order pays to it, in cents.
    func payout(for cents: Int) -> Int { (cents * commission + 5_000) / 10_000 }

    /// The partners of a world: few send most.
    static func all(_ streams: WorldStreams) -> [Partner] {
        var random = streams.stream(.partners)
        let weights = (0..<count).map { 1 / Double($0 + 2) * random.factor(0.3) }
        let sum = weights.reduce(0, +)
        return (0..<count).map { number in
            let (kind, word) = number.quotientAndRemainder(dividingBy: words.count)
            return Partner(
                id: 10_000 + 7 * number,
                name: "\(words[word]) \(kinds[kind])",
                domain: "\(words[word].lowercased())-\(kinds[kind].lowercased()).example",
                promoCode: "\(words[word].uppercased().prefix(4))\(10 + number)",
                share: weights[number] / sum,
                commission: 400 + 50 * random.integer(below: 13)
            )
        }
    }
}
