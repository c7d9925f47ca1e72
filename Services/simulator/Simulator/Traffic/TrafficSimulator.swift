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

    private var visits: VisitMaker

    /// A simulator.
    ///
    /// - Parameters:
    ///   - seed: what tells its visits from those of others.
    ///   - mess: how often things go wrong.
    public init(seed: UInt64, mess: Mess = Mess()) {
        visits = VisitMaker(random: RandomStream(seed: seed), mess: mess)
    }

    /// The next visit.
    public mutating func next() -> LabelledVisit {
        let place = visits.random.place(in: TrafficPlan.shop.map(\.share))
        return visits.visit(by: TrafficPlan.shop[place])
    }
}
