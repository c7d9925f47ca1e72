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
        var folds = HeldOutFolds(table, deepest: deepest)
        let sums = folds.score(table)
        let journeys = Double(table.totalConversions + table.totalNulls)
        return orders.map { OrderByLikelihood(order: $0, logLikelihood: sums[$0] / journeys) }
    }
}

/// The steps of all journeys by fold, for all orders up to the deepest.
private struct HeldOutFolds {
    private let deepest: Int
    private let width: Int
    private let outcomes: Double
    /// By order: what came before a step, and the step, which has the last bits.
    private var steps: [KeyIndex]
    private var befores: [KeyIndex]
    /// By order and number: counts by fold, all one after the other, and then the sum of all.
    private var stepCounts: [[Int]]
    private var beforeCounts: [[Int]]
    private let identity: PathIdentity
    private static let columns = OrderByLikelihood.folds + 1

    init(_ table: PathTable, deepest: Int) {
        self.deepest = deepest
        let ends = table.channels.count + 2
        let width = UInt64.bitWidth - UInt64(ends).leadingZeroBitCount
        self.width = width
        outcomes = Double(ends)
        identity = PathIdentity(table.channels)
        steps = (0...deepest).map { KeyIndex(bits: ($0 + 1) * width) }
        befores = (0...deepest).map { KeyIndex(bits: $0 * width) }
        stepCounts = Array(repeating: [], count: deepest + 1)
        beforeCounts = stepCounts
        for path in 0..<table.count {
            let deals = deal(path, table)
            walk(table, path) { folds, before, next, isConversion in
                for fold in 0..<OrderByLikelihood.folds {
                    let count =
                        isConversion.map { $0 ? deals[fold].0 : deals[fold].1 }
                        ?? deals[fold].0 + deals[fold].1
                    if count > 0 { folds.count(before, next, fold, count) }
                }
            }
        }
    }

    /// How many of a path's journeys, with a conversion and without, are in each fold.
    ///
    /// Each journey has its fold by chance, which the channels of the path decide. Dealing them in
    /// turn would make folds more alike than new journeys are, and deep orders look better.
    private func deal(_ path: Int, _ table: PathTable) -> [(Int, Int)] {
        let folds = OrderByLikelihood.folds
        var random = RandomStream(seed: 0, stream: identity.hash(table.path(path)))
        var left = (table.conversions[path], table.nulls[path])
        return (0..<folds).map { fold in
            let share = 1 / Double(folds - fold)
            let deal = (
                Self.binomial(left.0, share, &random), Self.binomial(left.1, share, &random)
            )
            left = (left.0 - deal.0, left.1 - deal.1)
            return deal
        }
    }

    /// How many of so many have luck; of many, by the normal distribution that is nearly theirs.
    private static func binomial(_ count: Int, _ share: Double, _ random: inout RandomStream) -> Int
    {
        if share == 1 { return count }
        guard count > 64 else { return (0..<count).count { _ in random.uniform() < share } }
        let mean = Double(count) * share
        let number = mean + (mean * (1 - share)).squareRoot() * random.normal()
        return Int(min(max(0, number.rounded()), Double(count)))
    }

    /// Calls for each step of a path, with all channels before it; ends are steps too, and are told
    /// whether they are conversions.
    private mutating func walk(
        _ table: PathTable,
        _ path: Int,
        _ body: (inout HeldOutFolds, UInt64, UInt64, Bool?) -> Void
    ) {
        let touches = table.path(path)
        let shift = UInt64(width)
        let mask = TransitionCounts.mask(deepest * width)
        var before: UInt64 = 0
        for touch in touches.indices {
            let next = UInt64(touches[touch]) + 1
            body(&self, before, next, nil)
            before = (before << shift | next) & mask
        }
        let channels = UInt64(table.channels.count)
        body(&self, before, channels + 1, true)
        body(&self, before, channels + 2, false)
    }

    private mutating func count(_ before: UInt64, _ next: UInt64, _ fold: Int, _ count: Int) {
        for order in 0...deepest {
            let state = before & TransitionCounts.mask(order * width)
            Self.add(&befores[order], &beforeCounts[order], state, fold, count)
            let step = state << UInt64(width) | next
            Self.add(&steps[order], &stepCounts[order], step, fold, count)
        }
    }

    private static func add(
        _ index: inout KeyIndex,
        _ counts: inout [Int],
        _ key: UInt64,
        _ fold: Int,
        _ count: Int
    ) {
        let first = index.number(of: key) * columns
        if first == counts.count { counts.append(contentsOf: repeatElement(0, count: columns)) }
        counts[first + fold] += count
        counts[first + columns - 1] += count
    }

    /// The sum of logarithms over all journeys, by order.
    mutating func score(_ table: PathTable) -> [Double] {
        var sums = [Double](repeating: 0, count: deepest + 1)
        for path in 0..<table.count {
            let deals = deal(path, table)
            walk(table, path) { folds, before, next, isConversion in
                for fold in deals.indices {
                    let count =
                        isConversion.map { $0 ? deals[fold].0 : deals[fold].1 }
                        ?? deals[fold].0 + deals[fold].1
                    if count > 0 { folds.add(&sums, before, next, fold, Double(count)) }
                }
            }
        }
        return sums
    }

    private func add(
        _ sums: inout [Double],
        _ before: UInt64,
        _ next: UInt64,
        _ fold: Int,
        _ count: Double
    ) {
        var probability = 1 / outcomes
        for order in 0...deepest {
            let state = before & TransitionCounts.mask(order * width)
            let all = seen(befores[order], beforeCounts[order], state, without: fold)
            let step = state << UInt64(width) | next
            let own = seen(steps[order], stepCounts[order], step, without: fold)
            let prior = OrderByLikelihood.prior
            probability = (own + prior * probability) / (all + prior)
            sums[order] += count * Elementary.log(probability)
        }
    }

    private func seen(
        _ index: KeyIndex,
        _ counts: [Int],
        _ key: UInt64,
        without fold: Int
    ) -> Double {
        guard let number = index.existing(key) else { return 0 }
        let first = number * Self.columns
        return Double(counts[first + Self.columns - 1] - counts[first + fold])
    }
}
