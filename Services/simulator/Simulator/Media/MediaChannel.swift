internal import Numerics

/// A channel that money is spent on, with all that is true of it.
public struct MediaChannel: Hashable, Sendable {
    /// What a visitor's device shows of an ad.
    public enum Trace: String, Sendable {
        /// A visit, by a link.
        case visit
        /// More often that it was shown than a visit.
        case impression
        /// Nothing: nobody clicks on what he hears.
        case nothing
    }

    /// What the channel is called among a tenant's.
    public let slug: String
    /// Where its ads are bought.
    public let platform: String
    /// What its campaigns are called, before their quarter.
    public let campaign: String
    /// What it leaves behind.
    public let trace: Trace
    /// Its part of the budget.
    public let budgetShare: Double
    /// What it earns for each unit of money, over the plan.
    public let plannedReturn: Double
    /// How its effect carries over.
    public let carryOver: CarryOver
    /// How its effect levels off.
    public let levellingOff: LevellingOff
    /// How likely a period of weeks has no spend.
    let darkShare: Double
    /// How many cents a thousand impressions cost.
    let thousandCost: Double
    /// How many of a thousand impressions are clicked.
    let clicksOfThousand: Double

    /// What is fixed of the channels, in the order of their numbers.
    private static let plans: [Plan] = [
        Plan("paid_search", "google_ads", "search_brand", .visit, 0.24, 0, 1_400, 42),
        Plan("paid_social", "meta", "social_prospects", .visit, 0.22, 0, 900, 11),
        Plan("paid_video", "youtube", "video_story", .impression, 0.16, 0.1, 1_100, 3),
        Plan("display", "dv360", "display_reach", .impression, 0.14, 0.05, 350, 2),
        Plan("paid_shopping", "google_ads", "shopping_feed", .visit, 0.13, 0, 1_000, 25),
        Plan("audio", "spotify", "audio_spots", .nothing, 0.11, 0.15, 1_800, 0),
    ]

    private struct Plan {
        let slug, platform, campaign: String
        let trace: Trace
        let share, dark, cost, clicks: Double

        init(
            _ slug: String,
            _ platform: String,
            _ campaign: String,
            _ trace: Trace,
            _ share: Double,
            _ dark: Double,
            _ cost: Double,
            _ clicks: Double
        ) {
            (self.slug, self.platform, self.campaign) = (slug, platform, campaign)
            (self.trace, self.share, self.dark) = (trace, share, dark)
            (self.cost, self.clicks) = (cost, clicks)
        }
    }

    /// The channels of a world.
    ///
    /// - Parameters:
    ///   - streams: the world's.
    ///   - forms: by what formulae it works.
    /// - Returns: six channels, whose returns, memories and curves the seed decides.
    static func all(_ streams: WorldStreams, _ forms: WorldForms) -> [MediaChannel] {
        plans.enumerated().map { number, plan in
            var random = streams.stream(.channels, UInt64(number))
            let plannedReturn = random.between(1, 4)
            let memory = random.uniform()
            let curve = random.uniform()
            let carryOver: CarryOver
            let levellingOff: LevellingOff
            switch forms {
            case .mixModel:
                carryOver = .geometric(0.4 + 0.45 * memory)
                levellingOff = .logistic(0.8 + 1.2 * curve)
            case .other:
                carryOver = .gamma(1 + 3 * memory)
                levellingOff = .logarithmic(0.4 + 1.1 * curve)
            }
            return MediaChannel(
                slug: plan.slug,
                platform: plan.platform,
                campaign: plan.campaign,
                trace: plan.trace,
                budgetShare: plan.share,
                plannedReturn: plannedReturn,
                carryOver: carryOver,
                levellingOff: levellingOff,
                darkShare: plan.dark,
                thousandCost: plan.cost,
                clicksOfThousand: plan.clicks
            )
        }
    }
}
