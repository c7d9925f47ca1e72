internal import Numerics

/// How well chains of an order foretell journeys that they have not seen.
///
/// Journeys are dealt to folds; each fold is foretold step by step, its ends too, from the counts
/// of the others. A step's probability leans on that of the next lower order where counts are few:
/// (count + a × lower) / (all + a), down to all steps alike. Runs of a channel count as they are,
/// so that all orders foretell the same.
public struct OrderByLikelihood: Equatable, Sendable {
    /// The order that is scored.
    public let order: Int
    /// The mean over all journeys of the logarithm of a journey's probability.
    public let logLikelihood: Double

    /// How many parts journeys are dealt to.
    public static let folds = 5
    /// How many steps the lower order's word is worth.
    static let prior = 10.0

    /// The most channels that fit, beside the two ends.
    static func mostChannels(order: Int) -> Int { TransitionCounts.mostChannels(order: order) - 2 }

    /// Scores orders; the highest likelihood is the best.
    ///
    /// - Parameters:
    ///   - table: the journeys, with and without a conversion.
    ///   - orders: from 1 to 6.
    /// - Returns: a score for each order.
    /// - Throws: ``AttributionFailure``.
    public static func scores(
        _ table: PathTable,
        orders: ClosedRange<Int> = 1...6
    ) throws(AttributionFailure) -> [OrderByLikelihood] {
        try table.needConversions()
        guard orders.lowerBound >= 1, orders.upperBound <= 6 else {
            throw .parameterOutOfRange("order", value: Double(orders.upperBound), range: 1...6)
        }
        let deepest = orders.upperBound
        let most = mostChannels(order: deepest)
        guard table.channels.count <= most else {
            throw .tooManyChannels(most: most, for: "choosing among orders up to \(deepest)")
        }
        var folds = HeldOutFolds(table)
        let journeys = Double(table.totalConversions + table.totalNulls)
        // Each order leans on the one below it, from 0 on.
        let sums = (0...deepest).map { folds.score(order: $0) }
        return orders.map { OrderByLikelihood(order: $0, logLikelihood: sums[$0] / journeys) }
    }
}
