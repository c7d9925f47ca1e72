public import Messages
public import PathModels

/// What has come of timelines beside a table of paths: what no model sees is told, not dropped.
public struct JourneyCounts: Equatable, Sendable {
    /// Which refunds pay back nothing: those of a currency, for one reason.
    public struct RefundKey: Hashable, Sendable {
        /// By ISO 4217; empty for those that do not say how much they pay back.
        public let currency: String
        /// Why.
        public let problem: AttributionV1.RefundProblem

        /// The refunds of a currency.
        ///
        /// - Parameters:
        ///   - currency: by ISO 4217; empty for those that do not say how much.
        ///   - problem: why they pay back nothing.
        public init(_ currency: String, _ problem: AttributionV1.RefundProblem) {
            self.currency = currency
            self.problem = problem
        }
    }

    /// Some refunds.
    public struct Refunds: Equatable, Sendable {
        /// How many.
        public internal(set) var count = 0
        /// What they pay back together.
        public internal(set) var value = PathValue.zero
    }

    /// How many timelines were looked at.
    public internal(set) var timelines = 0
    /// How many journeys with a conversion have touches.
    public internal(set) var attributed = 0
    /// How many have none.
    public internal(set) var unattributed = 0
    /// What the conversions without touches are worth.
    public internal(set) var unattributedValue = PathValue.zero
    /// How many journeys came to nothing.
    public internal(set) var nulls = 0
    /// How many are open.
    public internal(set) var open = 0
    /// Of how many journeys the first touches were left out: there are more than a path has.
    public internal(set) var shortened = 0
    /// How many conversions count without their value, by its currency: there is no rate for it.
    public internal(set) var withoutRate: [String: Int] = [:]
    /// How many conversions count without their value, by its kind: no margin holds for it.
    public internal(set) var withoutMargin: [String: Int] = [:]
    /// Of how many conversions the lifetimes are not over yet.
    public internal(set) var censored = 0
    /// The refunds in the range that pay back nothing, or not all that they say.
    public internal(set) var unmatchedRefunds: [RefundKey: Refunds] = [:]

    /// Nothing.
    public init() {}

    /// How many journeys there are in all.
    public var journeys: Int { attributed + unattributed + nulls + open }
}

/// Why timelines make no table of paths.
public enum JourneyFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A touch is of a place that nobody knows.
    case unknownPlace(Int32)
    /// There are more journeys than may be.
    case tooManyJourneys(most: Int)
    /// The journeys with a conversion have more touches than are kept one by one.
    case tooManyTouches(most: Int)
    /// A conversion of a kind has a margin below 0.
    case loss(kind: String)
    /// The paths are more than a table has.
    case paths(AttributionFailure)

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .unknownPlace(let number): "a touch is of place \(number), which there is not"
        case .tooManyJourneys(let most):
            "there are more than \(most) journeys, the most of one run: take a shorter range"
        case .tooManyTouches(let most):
            "the journeys with a conversion have more than \(most) touches, the most that are "
                + "credited one by one: take a shorter range"
        case .loss(let kind):
            "a conversion of kind '\(kind)' has a margin below 0: no model shares out losses; take "
                + "net values, or correct the margin"
        case .paths(let failure): failure.description
        }
    }
}
