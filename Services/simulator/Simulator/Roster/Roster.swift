internal import Numerics

/// The portfolio of an agency: every campaign of its advertisers, and a file of how some do.
///
/// The counts and sums are those of the case that the platform was founded on, to the cent,
/// whatever the seed.
public struct Roster: Hashable, Sendable {
    /// A campaign, whether anything else is known of it or not.
    public struct Campaign: Hashable, Sendable {
        /// What it is known by.
        public let id: Int
        /// The number of its advertiser, from 0.
        public let advertiser: Int
        /// The number of the partner who sold it, from 0.
        public let partner: Int
        /// What was sold.
        public let product: String
    }

    /// How a campaign does.
    public struct Health: Hashable, Sendable {
        /// What the campaign is known by; the roster may not have it.
        public let campaign: Int
        /// A month's budget, in cents.
        public let budgetCents: Int
        /// How much of it is used, in hundredths.
        public let utilization: Int
        /// The number of its account manager, from 1.
        public let manager: Int
    }

    /// All campaigns.
    public let campaigns: [Campaign]
    /// How some do, and others that the roster does not have.
    public let health: [Health]

    /// How many campaigns there are.
    public static let campaignCount = 2_067
    /// How many advertisers they are of.
    public static let advertiserCount = 588
    /// How many rows the file of health has.
    public static let healthCount = 800
    /// How many of them are of campaigns that the roster has.
    public static let matchCount = 449
    /// All budgets together, in cents.
    public static let budgetCents = 148_000_000
    /// Those of campaigns that the roster has, in cents.
    public static let matchedBudgetCents = 76_800_000
    /// What is sold, with how often; who runs media can be tuned.
    public static let products: [(name: String, share: Double, isTunable: Bool)] = [
        ("Search", 0.3, true), ("Display", 0.14, true), ("Social", 0.1, true),
        ("Video", 0.06, true), ("SEO", 0.12, false), ("Chat", 0.07, false), ("XMO", 0.05, false),
        ("Listings", 0.05, false), ("Website", 0.04, false), ("Email", 0.03, false),
        ("Reputation", 0.02, false), ("Retargeting", 0.02, true),
    ]
    /// How many partners sell.
    static let partnerCount = 64

    /// The portfolio of a world.
    ///
    /// - Parameter world: its seed decides.
    public init(of world: World) {
        var random = world.streams.stream(.roster)
        let campaigns = Self.campaigns(&random)
        self.campaigns = campaigns
        // Tunable ones are drawn far more often: the file is of what can be tuned.
        let tunable = Set(Self.products.filter(\.isTunable).map(\.name))
        let keys = campaigns.map { campaign in
            random.exponential() / (tunable.contains(campaign.product) ? 10 : 1)
        }
        let order = campaigns.indices.sorted { keys[$0] < keys[$1] }
        let matched = order.prefix(Self.matchCount).map { campaigns[$0].id }
        let unknown = (0..<Self.healthCount - Self.matchCount).map { 5_000_011 + 41 * $0 }
        let others = Self.budgetCents - Self.matchedBudgetCents
        let budgets =
            Self.budgets(Self.matchedBudgetCents, matched.count, &random)
            + Self.budgets(others, unknown.count, &random)
        var rows = zip(matched + unknown, budgets).map { id, cents in
            Health(
                campaign: id,
                budgetCents: cents,
                utilization: 35 + random.integer(below: 80),
                manager: 1 + random.integer(below: 24)
            )
        }
        rows.shuffle(using: &random)
        health = rows
    }

    private static func campaigns(_ random: inout RandomStream) -> [Campaign] {
        let weights = (0..<advertiserCount).map { _ in random.factor(1) }
        let more = Cents.parts(of: campaignCount - advertiserCount, by: weights)
        let shares = products.map(\.share)
        var campaigns: [Campaign] = []
        for advertiser in 0..<advertiserCount {
            let partner = random.integer(below: partnerCount)
            for _ in 0...more[advertiser] {
                let number = campaigns.count
                // The first ones see to it that every product is there.
                let product = number < products.count ? number : random.place(in: shares)
                campaigns.append(
                    Campaign(
                        id: 1_000_003 + 37 * number,
                        advertiser: advertiser,
                        partner: partner,
                        product: products[product].name
                    )
                )
            }
        }
        return campaigns
    }

    private static func budgets(_ sum: Int, _ count: Int, _ random: inout RandomStream) -> [Int] {
        Cents.parts(of: sum, by: (0..<count).map { _ in random.factor(0.9) })
    }
}
