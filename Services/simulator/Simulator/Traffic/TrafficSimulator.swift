internal import Numerics

/// Visits of a shop, each with the channel that it really came by, and with the mess that real
/// traffic has: tags that were forgotten, misspelt or never filled in, referrers that are withheld,
/// links that are passed on.
///
/// The same seed gives the same visits on any machine.
public struct TrafficSimulator: Sendable {
    /// How often things go wrong, each from 0 to 1.
    public struct Mess: Hashable, Sendable {
        /// Browsers that keep the page before to themselves.
        public var noReferrer = 0.08
        /// Tags that someone wrote in their own way.
        public var oddTag = 0.06
        /// Macros that were never replaced.
        public var macro = 0.02
        /// Links that are passed on by mail or chat.
        public var passedOn = 0.03

        /// What a well-kept shop has.
        public init() {}
    }

    private var random: RandomStream
    private let mess: Mess
    private let plans: [TrafficPlan]

    /// A simulator.
    ///
    /// - Parameters:
    ///   - seed: what tells its visits from those of others.
    ///   - mess: how often things go wrong.
    public init(seed: UInt64, mess: Mess = Mess()) {
        random = RandomStream(seed: seed)
        self.mess = mess
        plans = TrafficPlan.shop
    }

    /// The next visit.
    public mutating func next() -> LabelledVisit {
        let plan = drawPlan()
        var visit = LabelledVisit(
            channel: plan.channel,
            page: "",
            referrer: draw(plan.referrers) ?? "",
            mishaps: []
        )
        visit.page = page(of: plan, &visit.mishaps)
        if happens(mess.passedOn), !plan.links.isEmpty {
            // Whoever opens it came by a friend: a visit without a referrer, with another's tags.
            visit = LabelledVisit(
                channel: "direct",
                page: visit.page,
                referrer: "",
                mishaps: visit.mishaps.union(.passedOn)
            )
        }
        if !visit.referrer.isEmpty, happens(mess.noReferrer) {
            visit.referrer = ""
            visit.mishaps.insert(.noReferrer)
        }
        return visit
    }

    private mutating func page(
        of plan: TrafficPlan,
        _ mishaps: inout LabelledVisit.Mishaps
    ) -> String {
        let path = "https://shop.example/p/\(1 + random.integer(below: 500))"
        guard let link = draw(plan.links) else { return path }
        var parameters: [String] = []
        if happens(plan.untagged) {
            mishaps.insert(.noTags)
        } else {
            parameters = tags(of: link, &mishaps)
        }
        // A network adds its id to the click whether the link has tags or not.
        if !link.clickID.isEmpty, !happens(0.1) {
            parameters.append("\(link.clickID)=\(String(random.next(), radix: 36))")
        }
        return parameters.isEmpty ? path : path + "?" + parameters.joined(separator: "&")
    }

    private mutating func tags(
        of link: TrafficPlan.Link,
        _ mishaps: inout LabelledVisit.Mishaps
    ) -> [String] {
        var (source, medium) = (link.source, link.medium)
        if happens(mess.oddTag) {
            mishaps.insert(.oddTag)
            switch random.integer(below: 4) {
            case 0: medium = medium.uppercased()
            case 1: medium += "s"
            case 2: source = "my " + source
            default: medium = ""
            }
        }
        if happens(mess.macro) {
            mishaps.insert(.macro)
            medium = "{{medium}}"
        }
        return [
            "utm_source=\(source)", "utm_medium=\(medium)",
            "utm_campaign=c\(random.integer(below: 40))",
        ].map { $0.replacing(" ", with: "%20") }
    }

    private mutating func drawPlan() -> TrafficPlan {
        var rest = random.uniform() * plans.reduce(0) { $0 + $1.share }
        for plan in plans {
            rest -= plan.share
            if rest < 0 { return plan }
        }
        return plans[plans.count - 1]
    }

    private mutating func draw<Element>(_ choices: [Element]) -> Element? {
        choices.isEmpty ? nil : choices[random.integer(below: choices.count)]
    }

    private mutating func happens(_ probability: Double) -> Bool { random.uniform() < probability }
}
